"""600 calls a minute for each token. Going on while blocked, or with a dead token, makes the block longer."""

import math
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

MINUTE = 60.0
PATIENCE = 20
LONG_BLOCK = 600.0


@dataclass(slots=True)
class _Meter:
    calls: deque[float] = field(default_factory=deque)
    refused: deque[float] = field(default_factory=deque)
    blocked_until: float = 0.0


class Limits:
    """One meter per token, in memory: a restart forgives."""

    def __init__(self, per_minute: int, clock: Callable[[], float]) -> None:
        self._per_minute = per_minute
        self._clock = clock
        self._lock = threading.Lock()
        self._meters: dict[str, _Meter] = {}

    def wait(self, token: str, *, works: bool) -> int:
        """Count one call; return 0 when it may go on, else the whole seconds to wait."""
        with self._lock:
            now = self._clock()
            meter = self._meters.setdefault(token, _Meter())
            if now < meter.blocked_until:
                self._hammered(meter, now)
            elif works:
                self._counted(meter, now)
            else:
                # A dead token is not limited at first, but whoever goes on with it is.
                self._hammered(meter, now)
            return max(0, math.ceil(meter.blocked_until - now))

    def _counted(self, meter: _Meter, now: float) -> None:
        _forget(meter.calls, now)
        meter.calls.append(now)
        if len(meter.calls) > self._per_minute:
            meter.blocked_until = meter.calls[0] + MINUTE

    def _hammered(self, meter: _Meter, now: float) -> None:
        _forget(meter.refused, now)
        meter.refused.append(now)
        if len(meter.refused) > PATIENCE:
            meter.blocked_until = now + LONG_BLOCK


def _forget(moments: deque[float], now: float) -> None:
    while moments and moments[0] <= now - MINUTE:
        moments.popleft()
