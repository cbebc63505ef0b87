"""`make check`: format, lint, types, layers and templates; all of them, then one verdict."""

import subprocess
import sys
import time

from tools.steps import ROOT, VENV

CHECKS = {
    "format": ["ruff", "format", "--check", "--quiet", "."],
    "lint": ["ruff", "check", "--quiet", "."],
    "types": ["mypy", "--no-error-summary", "."],
    "layers": ["lint-imports", "--no-cache"],
    "template format": ["djlint", "--quiet", "--check", "templates"],
    "template lint": ["djlint", "--quiet", "--lint", "templates"],
}


def main() -> int:
    """Run every check, show the output of those that fail, and return 1 if any did."""
    failed = [name for name, command in CHECKS.items() if not passes(name, command)]
    if failed:
        print(f"\nNot in order: {', '.join(failed)}.", file=sys.stderr)
    return 1 if failed else 0


def passes(name: str, command: list[str]) -> bool:
    """Run one check and show what it says if it fails."""
    begun = time.monotonic()
    print(f"· {name} …", end="", flush=True)
    program = [str(VENV / "bin" / command[0]), *command[1:]]
    done = subprocess.run(program, cwd=ROOT, capture_output=True, text=True, check=False)
    verdict = "failed" if done.returncode else "good"
    print(f" {verdict}, {time.monotonic() - begun:.1f} s", flush=True)
    if done.returncode:
        print(done.stdout + done.stderr, flush=True)
    return done.returncode == 0


if __name__ == "__main__":
    sys.exit(main())
