"""How far ShipBob's reports have been read, kept as JSON beside the flow. Pure.

Two positions, each moving to the latest moment *seen*: of tracking and of any change. And the orders that hang there
with what was said of them, so that a trouble is told once, and its end as well.
"""

import datetime as dt
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from integrations.capabilities import Trouble
from integrations.connectors.shipbob.parcels import Told
from portal.kit.json import Json

OVERLAP = dt.timedelta(minutes=4)
"""How far some runs go back; a parcel that came later than that is found by its missing mark."""
FAR_EVERY = 120
"""Seconds of our clock between two such runs: in a rush four minutes are thousands of orders that are known."""
NEAR = dt.timedelta(seconds=5)
"""How far the runs between them go back."""
KNOWN = 4_000
"""Orders that are known again as they stand, so that the overlap is not taken in with each run."""
_MARK = re.compile(rb'("is_tracking_uploaded"\s*:\s*)(?:true|false)')
WATCHED = 1_000
"""Orders in trouble that are asked for again by their numbers; beyond that a change has to bring them."""


@dataclass(slots=True)
class Progress:
    """The cursor, and what this run has seen beyond it."""

    tracked: str
    changed: str
    troubles: dict[str, Json] = field(default_factory=dict)
    """By reference: id, kind and reason."""
    seen_tracked: str = ""
    seen_changed: str = ""
    known: Mapping[str, None] = field(default_factory=dict)
    """Digests of the orders that earlier runs have read, the oldest first."""
    read: list[str] = field(default_factory=list)
    """The same of this run."""
    same: set[int] = field(default_factory=set)
    """The numbers of those that are as they were."""
    far_at: float = 0
    """When a run last went far back, this one included."""
    is_far: bool = True

    @classmethod
    def of(cls, cursor: Json, now: float) -> "Progress":
        """Read a cursor at the moment `now`; an empty one begins where the integration was enabled (`start`).

        Both are in seconds of our clock.
        """
        start = dt.datetime.fromtimestamp(int(cursor.get("start") or 0), dt.UTC).isoformat()
        tracked, changed = str(cursor.get("tracked") or start), str(cursor.get("changed") or start)
        made = cls(tracked, changed, dict(cursor.get("troubles") or {}), tracked, changed)
        made.known = dict.fromkeys(cursor.get("known") or ())
        made.far_at = float(cursor.get("far_at") or 0)
        made.is_far = not 0 <= now - made.far_at < FAR_EVERY
        if made.is_far:
            made.far_at = now
        return made

    def is_known(self, number: int, raw: bytes) -> bool:
        """Say whether an earlier run has read an order as it stands now; nothing of it is news then.

        Our own mark that its tracking is handed on is none either.
        """
        digest = hashlib.blake2b(_MARK.sub(rb"\1", raw), digest_size=8).hexdigest()
        self.read.append(digest)
        if digest not in self.known:
            return False
        self.same.add(number)
        return True

    def since(self, position: str) -> str:
        """Return from when to ask for what changed since a position: what was written late must not be missed."""
        return (dt.datetime.fromisoformat(position) - (OVERLAP if self.is_far else NEAR)).isoformat()

    def note(self, told: Told) -> list[Trouble]:
        """Take note of an order. Returns its trouble where that is new, and the end of the one it had."""
        self.seen_tracked = _later(self.seen_tracked, told.tracked)
        self.seen_changed = _later(self.seen_changed, told.changed)
        before = self.troubles.pop(told.reference, None)
        kind, reason = told.trouble or ("", "")
        if kind and (before or len(self.troubles) < WATCHED):
            self.troubles[told.reference] = {"id": told.id, "kind": kind, "reason": reason}
        said: list[Trouble] = []
        if before and before["kind"] != kind:
            said.append(Trouble(told.reference, str(before["kind"]), "", over=True))
        if kind and (before is None or (before["kind"], before["reason"]) != (kind, reason)):
            said.append(Trouble(told.reference, kind, reason))
        return said

    def during(self) -> Json:
        """Return the cursor between two pages: pages come in any order, so the positions wait for the last one."""
        return {"tracked": self.tracked, "changed": self.changed, "troubles": dict(self.troubles)}

    def after(self) -> Json:
        """Return the cursor of a run that is through."""
        ends = {"tracked": self.seen_tracked, "changed": self.seen_changed}
        known = list(dict.fromkeys([*self.known, *self.read]))
        return self.during() | ends | {"known": known[-KNOWN:], "far_at": self.far_at}


def _later(one: str, other: str) -> str:
    """Return the later of two moments; an empty one is none."""
    if not one or not other:
        return one or other
    return max(one, other, key=dt.datetime.fromisoformat)
