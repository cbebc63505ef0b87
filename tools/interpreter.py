"""Which Python the environment is made of: of those of the version that was called, the quickest on this machine.

Builds of one version differ by a quarter and more: distributions compile theirs with profiles, version managers
mostly do not (docs/adr/0017). Standard library only: this runs before any package is there.
"""

import os
import statistics
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

QUICKER = 0.9
"""Another Python is taken only where it needs less than this share of the called one's time; less may be chance."""

ROUNDS = 11
"""How often the two are compared, one right after the other: machines become slower and faster meanwhile."""

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
    shares = {path: _share(path) for path in _alike()}
    path = min(shares, key=lambda path: shares[path], default=sys.executable)
    if shares.get(path, 1) >= QUICKER:
        return sys.executable
    print(f"· Taking {path}: it needs {shares[path]:.0%} of the time of {sys.executable}", flush=True)
    return path


def _alike() -> set[str]:
    """Return the paths of the others of the running one's kind: where they really are, whatever led to them."""
    own = _ask(sys.executable)
    found = [answer for program in _others() if own and (answer := _ask(program)) and answer[0] == own[0]]
    return {path for _, _, path in found if os.path.realpath(path) != os.path.realpath(sys.executable)}


def _share(path: str) -> float:
    """Return how much of the running one's time another one needs, 1 for as much."""
    rounds = [(_ask(path), _ask(sys.executable)) for _ in range(ROUNDS)]
    return statistics.median(its[1] / own[1] if its and own else 1 for its, own in rounds)


def _others() -> Iterator[str]:
    """Yield the programs in PATH that may be a Python of this version, each file once."""
    seen = {os.path.realpath(sys.executable)}
    for folder in os.environ.get("PATH", "").split(os.pathsep):
        for name in ("python3", f"python{sys.version_info[0]}.{sys.version_info[1]}"):
            program = Path(folder) / name
            real = os.path.realpath(program)
            if os.path.isabs(folder) and real not in seen and os.access(program, os.X_OK):
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
