"""Ends the child when one evaluation takes too much processor time or memory. Standard library only."""

import os
import sys
import threading
import time

from automations.scripting.frames import end

TICK = 0.005
MEGABYTE = 1024 * 1024


class Watch:
    """Ends the process when one evaluation takes too much processor time or memory.

    Runs in a thread of its own beside V8 and reads a counter that the prelude keeps in a typed array,
    so it knows which record is being worked on.
    """

    def __init__(self, memory_mb: int) -> None:
        self._memory = memory_mb * MEGABYTE
        self._page = os.sysconf("SC_PAGE_SIZE")
        self._statm = os.open("/proc/self/statm", os.O_RDONLY)
        self._on = threading.Event()
        self._progress: memoryview | None = None
        self._seconds = 0.0
        self._call = 0
        threading.Thread(target=self._run, daemon=True).start()

    def start(self, progress: memoryview | None, milliseconds: int) -> None:
        """Begin to watch a call; a new call starts with a new allowance."""
        self._progress, self._seconds = progress, milliseconds / 1000
        self._call += 1
        self._on.set()

    def stop(self) -> None:
        """The call has come back."""
        self._on.clear()

    def memory(self) -> int:
        """Own memory of this process in bytes, without what is shared with files."""
        numbers = os.pread(self._statm, 100, 0).split()
        return (int(numbers[1]) - int(numbers[2])) * self._page

    def at(self) -> int | None:
        """The record being worked on; negative between two slices."""
        return None if self._progress is None else int.from_bytes(self._progress[:4], sys.byteorder, signed=True)

    def _run(self) -> None:
        mark: tuple[int, int | None] = (0, None)
        began = 0.0
        while True:
            self._on.wait()
            now = (self._call, self.at())
            if now != mark:
                mark, began = now, time.process_time()
            elif time.process_time() - began > self._seconds and self._on.is_set():
                end({"end": "timeout", "at": now[1]})
            if self.memory() > self._memory:
                end({"end": "memory", "at": now[1]})
            time.sleep(TICK)
