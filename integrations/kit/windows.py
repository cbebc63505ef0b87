"""Which stretch of time to ask for next, and how far we have come. Pure.

Polling is the truth, so a window overlaps the one before by ten minutes: search indexes lag, and a
record that was written late must not be missed (reliability.md B3). The position moves only to the
latest time stamp *seen*, never to "now". All times are seconds on the other side's clock.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from portal.kit.json import Json

OVERLAP = 600
REMEMBERED = 2000
"""Records of the overlap that are remembered as taken; beyond it they are compared in the database."""
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
    recent: tuple[tuple[str, str, int], ...] = ()
    """(id, digest, time stamp) of records within the overlap that are taken already."""

    def window(self, now: int) -> Window:
        """Return what to ask for at the other side's time `now`."""
        since = self.start if self.position is None else max(self.start, self.position - OVERLAP)
        return Window(min(since, now), now)

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

    def remember(self, taken: Iterable[tuple[str, str, int]]) -> "Cursor":
        """Add records that are taken, and forget those that no later window can bring again."""
        known = {one[0]: one for one in self.recent}
        known.update((one[0], one) for one in taken)
        floor = (self.position or self.start) - OVERLAP
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
        recent=tuple((str(i), str(d), int(t)) for i, d, t in stored.get("recent", ())),
    )
