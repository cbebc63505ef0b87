"""So many calls in any minute for each token: a window that slides."""

import math
import threading
from collections import deque
from collections.abc import Callable

MINUTE = 60.0


class Limits:
    """One window per token, in memory: a restart forgives. Refused calls do not count."""

    def __init__(self, per_minute: int, clock: Callable[[], float]) -> None:
        self._per_minute = per_minute
        self._clock = clock
        self._lock = threading.Lock()
        self._calls: dict[str, deque[float]] = {}

    def take(self, token: str) -> tuple[int, int]:
        """Count one call; return the whole seconds to wait (0: it may go on), and how many calls remain."""
        with self._lock:
            now, calls = self._clock(), self._calls.setdefault(token, deque())
            while calls and calls[0] <= now - MINUTE:
                calls.popleft()
            if len(calls) >= self._per_minute:
                return max(1, math.ceil(calls[0] + MINUTE - now)), 0
            calls.append(now)
            return 0, self._per_minute - len(calls)
