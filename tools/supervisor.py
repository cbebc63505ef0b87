"""Runs several programs beside each other and stops all of them together."""

import ctypes
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

GRACE_SECONDS = 20.0
PR_SET_PDEATHSIG = 1


@dataclass(frozen=True)
class Program:
    """What is run, under the name that stands before each line it prints."""

    name: str
    command: list[str]
    env: Mapping[str, str]


@dataclass(frozen=True)
class Ended:
    """A program has ended, by itself or because it was told to."""

    name: str
    code: int

    def words(self) -> str:
        """Return how it ended."""
        if self.code < 0:
            return f"was killed by {signal.Signals(-self.code).name}"
        return f"ended with code {self.code}"


class StopAsked(Exception):
    """Somebody wants the programs to stop."""


class Supervisor:
    """The running programs. `wait` returns when one ends, and raises when a stop is asked for."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._running: dict[str, subprocess.Popen[str]] = {}
        self._readers: list[threading.Thread] = []
        self._watchers: list[threading.Thread] = []
        self._ended: queue.SimpleQueue[Ended | None] = queue.SimpleQueue()

    def start(self, programs: list[Program]) -> None:
        """Start each in a session of its own, so that Ctrl-C reaches only this process."""
        width = max(len(program.name) for program in programs)
        for program in programs:
            process = subprocess.Popen(
                program.command,
                cwd=self._folder,
                env={**os.environ, "PYTHONUNBUFFERED": "1", **program.env},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                errors="replace",
                start_new_session=True,
                preexec_fn=_end_with_parent,
            )
            self._running[program.name] = process
            self._readers.append(_thread(_follow, f"{program.name:<{width}}", process))
            self._watchers.append(_thread(self._watch, program.name, process))
        for thread in (*self._readers, *self._watchers):
            thread.start()

    def ask_to_stop(self) -> None:
        """Let `wait` raise StopAsked. Safe in a signal handler: this queue is reentrant."""
        self._ended.put(None)

    def wait(self, seconds: float | None = None) -> Ended | None:
        """Return the first program that ended, or None after so many seconds. Raises StopAsked."""
        try:
            ended = self._ended.get(timeout=seconds)
        except queue.Empty:
            return None
        if ended is None:
            raise StopAsked
        return ended

    def stop(self) -> None:
        """Ask all to end, wait, and kill what is left, with everything that it started."""
        for process in self._running.values():
            if process.poll() is None:
                process.terminate()
        deadline = time.monotonic() + GRACE_SECONDS
        for name, process in self._running.items():
            try:
                process.wait(timeout=max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                print(f"{name} does not end and is killed.", file=sys.stderr)
            _kill_session(process.pid)
            process.wait()
        for reader in self._readers:
            reader.join(timeout=2)

    def _watch(self, name: str, process: "subprocess.Popen[str]") -> None:
        # Not at the end of its output: what it has started may hold that open after its death.
        self._ended.put(Ended(name, process.wait()))


def _follow(label: str, process: "subprocess.Popen[str]") -> None:
    assert process.stdout is not None
    for line in process.stdout:
        sys.stdout.write(f"{label} | {line.rstrip()}\n")  # `print` lets another program in before its line ends
        sys.stdout.flush()


def _thread(work: Callable[..., None], *arguments: object) -> threading.Thread:
    return threading.Thread(target=work, args=arguments, daemon=True)


def _kill_session(leader: int) -> None:
    # What a program has left behind would keep its port, or its place at the database.
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, signal.SIGKILL)


def _end_with_parent() -> None:
    # Linux ends the child when this process is killed and can stop nothing any more.
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
