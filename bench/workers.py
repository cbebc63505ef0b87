"""The product's programs, started for real on the benchmark's database."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from portal.kit import jobs

ROOT = Path(__file__).resolve().parent.parent
_START_SECONDS = 60
_STOP_SECONDS = 100


class TookTooLong(RuntimeError):
    """Something that was waited for did not happen."""


@contextmanager
def program(arguments: Sequence[str], environment: Mapping[str, str] | None = None) -> Iterator[int]:
    """Run a program in a process group of its own; give its id; end the group at the end."""
    settings = {"DJANGO_SETTINGS_MODULE": "bench.settings", **(environment or {})}
    process = subprocess.Popen(
        [sys.executable, *arguments], cwd=ROOT, env=os.environ | settings, start_new_session=True
    )
    try:
        yield process.pid
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


@contextmanager
def worker(environment: Mapping[str, str] | None = None) -> Iterator[int]:
    """Run the background work as `make run` does; give its id as soon as it shows a sign of life."""
    with program(["manage.py", "work"], environment) as pid:
        until(lambda: (jobs.seconds_since_heartbeat() or 1e9) < 3, "The worker's sign of life", _START_SECONDS)
        yield pid


def until(happened: Callable[[], object], what: str, seconds: float, *, look_every: float = 0.02) -> None:
    """Wait until something is true. Raises TookTooLong."""
    ends = time.monotonic() + seconds
    while not happened():
        if time.monotonic() > ends:
            raise TookTooLong(f"{what} did not come within {seconds:.0f} s.")
        time.sleep(look_every)
