"""Which stretch of time to ask for next, and how far we have come. Pure.

Polling is the truth, so windows overlap by ten minutes: search indexes lag, and a record that was
written late must not be missed (reliability.md B3). The position moves only to the latest time stamp
*seen*, never to "now". Most looks go back only a little, for what lags by seconds: in a rush, or after
a shop has changed its whole catalogue at once, ten minutes are thousands of records that are known.
All times are seconds on the other side's clock.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from portal.kit.json import Json

OVERLAP = 600
"""Seconds by which a record may be late and is still found."""
FAR_EVERY = 120
"""Seconds between two looks that go back as far."""
NEAR = 30
"""Seconds that the looks between them go back, from when the list was last read to its end."""
REMEMBERED = 20_000
"""Records of the overlap that are remembered as taken; those beyond it are read and compared anew with each look."""
_FUTURE = 86_400


@dataclass(frozen=True, slots=True)
class Window:
    """Records changed from `since` to `until`, both included."""

    since: int
    until: int

    def first_half(self) -> "Window":
        """Return the older half."""
        return Window(self.since, self.since + (self.until - self.since) // 2)


@dataclass(frozen=True, slots=True)
class Cursor:
    """How far a flow has come. Kept as JSON beside the flow."""

    start: int
    """Records created before this are not wanted: the moment of enabling, or the *sync from* date."""
    position: int | None = None
    """Latest time stamp of a record seen; None: nothing seen yet."""
    gate: str = ""
    """The mark of the last complete pull."""
    gate_at: int = 0
    """When the mark was last seen to change."""
    deleted: int | None = None
    """Latest deletion seen."""
    looked: int | None = None
    """When the last look began that came to the end of the list."""
    far_at: int = 0
    """When the last of these began that went back the whole overlap."""
    recent: tuple[tuple[str, str, int], ...] = ()
    """(id, digest, time stamp) of records within the overlap that are taken already."""

    def window(self, now: int, *, far: bool = True) -> Window:
        """Return what to ask for at the other side's time `now`: `far` back, or what came since the last look."""
        if self.position is None:
            since = self.start
        elif far or self.looked is None:
            since = self._far_back(self.position)
        else:
            since = max(self.position, self.looked) - NEAR
        return Window(min(max(self.start, since), now), now)

    def _far_back(self, position: int) -> int:
        """Return where a far look begins: what was not there yet in the last one was not much older than that look."""
        return min(position, self.far_at or position) - OVERLAP

    def is_far_due(self, now: int) -> bool:
        """Say whether it is time to go back the whole overlap; a clock that was set back is not trusted."""
        return self.looked is None or not 0 <= now - self.far_at < FAR_EVERY

    def looked_at(self, now: int, *, far: bool) -> "Cursor":
        """Note a look that began at `now` and came to the end of the list."""
        return replace(self, looked=now, far_at=now if far else self.far_at)

    def deleted_window(self, now: int) -> Window:
        """Return which deletions to ask for."""
        since = self.start if self.deleted is None else max(self.start, self.deleted - OVERLAP)
        return Window(min(since, now), now)

    def seen(self, latest: int | None, window: Window) -> "Cursor":
        """Move to the latest time stamp of a window that is complete; never beyond its end, never back."""
        if latest is None:
            return self
        latest = min(latest, window.until)
        return replace(self, position=latest if self.position is None else max(self.position, latest))

    def known(self) -> dict[str, str]:
        """Return the digests of the records that are taken already, by their IDs."""
        return {one[0]: one[1] for one in self.recent}

    def remember(self, taken: Iterable[tuple[str, str, int]]) -> "Cursor":
        """Add records that are taken, and forget those that no later window can bring again."""
        known = {one[0]: one for one in self.recent}
        known.update((one[0], one) for one in taken)
        floor = self._far_back(self.position or self.start)
        kept = sorted((one for one in known.values() if one[2] >= floor), key=lambda one: one[2])
        return replace(self, recent=tuple(kept[-REMEMBERED:]))

    def to_json(self) -> Json:
        """Return the cursor as it is stored."""
        return {
            "start": self.start,
            "position": self.position,
            "gate": self.gate,
            "gate_at": self.gate_at,
            "deleted": self.deleted,
            "looked": self.looked,
            "far_at": self.far_at,
            "recent": [list(one) for one in self.recent],
        }


def read_cursor(stored: Json, *, start: int) -> Cursor:
    """Read a stored cursor; an empty one begins at `start`."""
    if not stored:
        return Cursor(start=start)
    return Cursor(
        start=int(stored.get("start", start)),
        position=stored.get("position"),
        gate=stored.get("gate", ""),
        gate_at=int(stored.get("gate_at", 0)),
        deleted=stored.get("deleted"),
        looked=stored.get("looked"),
        far_at=int(stored.get("far_at", 0)),
        recent=tuple((str(i), str(d), int(t)) for i, d, t in stored.get("recent", ())),
    )
