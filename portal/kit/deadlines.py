"""Ending what takes too long from outside: whatever reads from a socket, however slowly bytes keep trickling in.

The time limits of a socket start afresh with every byte; only closing it from outside stops an other side that sends
one byte a second.
"""

import heapq
import itertools
import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager


class Deadline:
    """One call's total time, and the sockets that it reads from."""

    def __init__(self) -> None:
        self.passed = False
        self.over = False
        self.sockets: list[socket.socket] = []

    def end(self) -> None:
        """Close what the call reads from."""
        self.passed = True
        for opened in self.sockets:
            try:
                opened.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue


class _Clock:
    """One thread that ends the calls of this process whose time is up: a thread for each costs as much as the call."""

    def __init__(self) -> None:
        self.pid = os.getpid()
        self._changed = threading.Condition()
        self._due: list[tuple[float, int, Deadline]] = []
        self._numbers = itertools.count()
        threading.Thread(target=self._run, name="deadlines", daemon=True).start()

    def add(self, deadline: Deadline, seconds: float) -> None:
        """End a call in so many seconds, unless it is over by then."""
        with self._changed:
            heapq.heappush(self._due, (time.monotonic() + seconds, next(self._numbers), deadline))
            if self._due[0][2] is deadline:
                self._changed.notify()

    def _run(self) -> None:
        with self._changed:
            while True:
                while self._due and (self._due[0][2].over or self._due[0][0] <= time.monotonic()):
                    deadline = heapq.heappop(self._due)[2]
                    if not deadline.over:
                        deadline.end()
                self._changed.wait(self._due[0][0] - time.monotonic() if self._due else None)


_local = threading.local()
_clocks: list[_Clock] = []
_making = threading.Lock()


def _clock() -> _Clock:
    """Return this process's clock; a fork takes no threads along."""
    if not _clocks or _clocks[-1].pid != os.getpid():
        with _making:
            if not _clocks or _clocks[-1].pid != os.getpid():
                _clocks[:] = [_Clock()]
    return _clocks[-1]


@contextmanager
def deadline(seconds: float) -> Iterator[Deadline]:
    """End what this thread's sockets do within the block after so many seconds; `passed` says that it came to that."""
    made = Deadline()
    _local.deadline = made
    _clock().add(made, seconds)
    try:
        yield made
    finally:
        made.over, made.sockets = True, []
        _local.deadline = None


def watch(opened: object) -> None:
    """Have a socket, opened within a deadline of this thread, closed when that has passed."""
    found: Deadline | None = getattr(_local, "deadline", None)
    if found is not None and isinstance(opened, socket.socket):
        found.sockets.append(opened)
