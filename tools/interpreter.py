"""Which Python the environment is made of: of those of the version that was called, the quickest on this machine.

Builds of one version differ by a third and more: distributions compile theirs with profiles, version managers
mostly do not (docs/adr/0017). Standard library only: this runs before any package is there.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

QUICKER = 0.85
"""Another Python is taken only where it needs less than this share of the called one's time; less may be chance."""

PATIENCE = 20
"""Seconds after which a program that was asked is passed over."""

_QUESTION = """
import bz2, ctypes, lzma, multiprocessing.shared_memory, sqlite3, ssl, sys, sysconfig, time, venv, zlib

def work():
    begun, words = time.process_time(), {}
    for number in range(20_000):
        words[number & 1023] = words.get(number & 1023, "")[-4:] + str(number)
    return time.process_time() - begun

if sys.prefix != sys.base_prefix or sys.version_info.releaselevel != "final":
    sys.exit("of a virtual environment, or not released")
print(sys.implementation.name, *sys.version_info[:2], sys.abiflags, sysconfig.get_platform(), sys.maxsize)
print(min(work() for _ in range(7)))
print(sys.executable)
"""


def quickest() -> str:
    """Return the path of the quickest Python in PATH that has the version, build and modules of the running one.

    The running one where none is clearly quicker, and where it belongs to a virtual environment: that was chosen.
    """
    if sys.prefix != sys.base_prefix:
        return sys.executable
    own = _ask(sys.executable)
    if own is None:
        return sys.executable
    alike = [found for path in _others() if (found := _ask(path)) and found[0] == own[0]]
    _, seconds, path = min(alike, key=lambda found: found[1], default=own)
    if seconds >= own[1] * QUICKER:
        return sys.executable
    print(f"· Taking {path}: it needs {seconds / own[1]:.0%} of the time of {sys.executable}", flush=True)
    return path


def _others() -> Iterator[str]:
    """Yield the programs in PATH that may be a Python of this version, each file once."""
    seen = {os.path.realpath(sys.executable)}
    for folder in os.environ.get("PATH", "").split(os.pathsep):
        for name in ("python3", f"python{sys.version_info[0]}.{sys.version_info[1]}"):
            program = Path(folder) / name
            real = os.path.realpath(program)
            if folder and real not in seen and os.access(program, os.X_OK):
                seen.add(real)
                yield str(program)


def _ask(program: str) -> tuple[str, float, str] | None:
    """Return (what kind it is, seconds of processor for a small piece of work, its path); None for no usable answer."""
    command = [program, "-I", "-c", _QUESTION]
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=PATIENCE)
        kind, seconds, path = done.stdout.splitlines()
        return kind, float(seconds), path
    except (OSError, subprocess.TimeoutExpired, ValueError):
        return None
