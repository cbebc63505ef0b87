"""Benchmarks: `make bench` measures what docs/performance.md says, against references in the same run."""
