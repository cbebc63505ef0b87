"""`make check`: format, lint, types, layers and templates; all of them, then one verdict."""

import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

from tools.steps import ROOT, VENV

CHECKS = {
    "types": ["mypy", "--no-error-summary", "."],  # first: it takes longer than all others together
    "format": ["ruff", "format", "--check", "--quiet", "."],
    "lint": ["ruff", "check", "--quiet", "."],
    "layers": ["lint-imports", "--no-cache"],
    "template format": ["djlint", "--quiet", "--check", "templates"],
    "template lint": ["djlint", "--quiet", "--lint", "templates"],
}


def main() -> int:
    """Run every check, two at a time, show the output of those that fail, and return 1 if any did."""
    with ThreadPoolExecutor(max_workers=2) as pool:
        good = list(pool.map(passes, CHECKS, CHECKS.values()))
    failed = [name for name, passed in zip(CHECKS, good, strict=True) if not passed]
    if failed:
        print(f"\nNot in order: {', '.join(failed)}.", file=sys.stderr)
    return 1 if failed else 0


def passes(name: str, command: list[str]) -> bool:
    """Run one check and show what it says if it fails."""
    begun = time.monotonic()
    program = [str(VENV / "bin" / command[0]), *command[1:]]
    done = subprocess.run(program, cwd=ROOT, capture_output=True, text=True, check=False)
    verdict = "failed" if done.returncode else "good"
    said = done.stdout + done.stderr + "\n" if done.returncode else ""
    print(f"· {name}: {verdict}, {time.monotonic() - begun:.1f} s\n{said}", end="", flush=True)
    return done.returncode == 0


if __name__ == "__main__":
    sys.exit(main())
