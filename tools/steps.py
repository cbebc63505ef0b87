"""What the tools share: steps shown with their time, one sentence for what goes wrong, and the disk."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
MEBIBYTE = 1024 * 1024


class Stop(SystemExit):
    """Ends a tool with one sentence and a non-zero code."""


@contextmanager
def step(words: str) -> Iterator[None]:
    """Show what is being done, and how long it took."""
    begun = time.monotonic()
    print(f"· {words} …", end="", flush=True)
    try:
        yield
    except BaseException:
        print(flush=True)
        raise
    print(f" {time.monotonic() - begun:.1f} s", flush=True)


def check_disk(folder: Path, mebibytes: int) -> None:
    """Raise Stop where `folder` has less free space than that."""
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free // MEBIBYTE
    if free < mebibytes:
        raise Stop(f"The disk of {folder} has {free} MB left and {mebibytes} MB are needed; make room and try again.")


def quietly(command: list[str], failure: str, *, env: Mapping[str, str] | None = None, cwd: Path = ROOT) -> None:
    """Run a command without its output. Raises Stop with `failure` after showing the output's end."""
    done = subprocess.run(
        command,
        cwd=cwd,
        env={**os.environ, **(env or {})},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
    )
    if done.returncode:
        print("\n" + "\n".join(done.stdout.strip().splitlines()[-15:]), file=sys.stderr)
        check_disk(cwd, 50)
        raise Stop(failure)
