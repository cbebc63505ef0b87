"""How far it is: a bar on a terminal, plain lines in a log. Pure: no Django."""

import time
from collections.abc import Callable

_BAR = 30
_LINE_EVERY = 10.0
"""Seconds between two plain lines."""


class ProgressBar:
    """Shows done and total, the pace, and the time that is left; `live` on a terminal."""

    def __init__(self, write: Callable[[str], object], noun: str, *, live: bool) -> None:
        self._write, self._noun, self._live = write, noun, live
        self._started = self._spoke = time.monotonic()
        self._first: int | None = None
        self._open = False

    def __call__(self, done: int, total: int) -> None:
        """Show where it stands now."""
        now = time.monotonic()
        if self._first is None:
            self._first = done
        if self._live:
            self._write(f"\r{self._bar(done, total)} {self._sentence(done, total, now)}\x1b[K")
            self._open = True
        elif done == total or now - self._spoke >= _LINE_EVERY:
            self._write(f"{self._sentence(done, total, now)}\n")
            self._spoke = now

    def close(self) -> None:
        """End the bar's line."""
        if self._open:
            self._write("\n")
            self._open = False

    @staticmethod
    def _bar(done: int, total: int) -> str:
        filled = _BAR * done // total if total else _BAR
        return f"[{'█' * filled}{'·' * (_BAR - filled)}]"

    def _sentence(self, done: int, total: int, now: float) -> str:
        percent = 100 * done // total if total else 100
        pace = (done - (self._first or 0)) / max(now - self._started, 0.001)
        left = f", {(total - done) / pace:.0f} s left" if pace and done < total else ""
        return f"{percent:3d} %  {done:,} of {total:,} {self._noun}, {pace:,.0f}/s{left}"
