"""What can happen to stock, and which quantities it may change (behaviour.md 6.1 and 6.2). Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256

from portal.filters.mark import gettext_noop as _
from portal.kit.text import fold

QUANTITIES = ("on_hand", "committed", "future", "committed_future", "incoming", "unavailable")
"""What a level counts, in whole units."""

NAMES = {
    "on_hand": "onHand", "committed": "committed", "future": "future", "committed_future": "committedFuture",
    "incoming": "incoming", "unavailable": "unavailable",
}  # fmt: skip
"""Each quantity as documents call it."""

LABELS = {
    "on_hand": _("On hand"),
    "committed": _("Committed"),
    "future": _("Future"),
    "committed_future": _("Committed future"),
    "incoming": _("Inbound"),
    "unavailable": _("Unavailable"),
}
"""Each quantity in words."""

MOST = 1_000_000_000
"""More units than this are a mistake; it leaves room for sums in the database's 32 bits."""

_MOST_KEY = 200


@dataclass(frozen=True, slots=True)
class StockEvent:
    """One thing that can happen: in words, and what it may change."""

    label: str
    changes: frozenset[str]
    by_hand: bool = False
    """A person does it, so it happens to locked levels too."""


def _event(label: str, *changes: str, by_hand: bool = False) -> StockEvent:
    return StockEvent(label, frozenset(changes), by_hand)


EVENTS: dict[str, StockEvent] = {
    "ship": _event(_("Committed for a shipping request"), "committed"),
    "futureShip": _event(_("Committed on future stock"), "committed_future"),
    "release": _event(_("Future commitment became a real one"), "committed", "committed_future"),
    "shipCancel": _event(_("Request canceled, units not returned"), "on_hand", "committed"),
    "shipCancelRestock": _event(_("Request canceled, units available again"), "committed"),
    "futureShipCancel": _event(_("Request on future stock canceled"), "committed_future"),
    "xferout": _event(_("Committed for a transfer"), "committed"),
    "fulfill": _event(_("Shipped"), "on_hand", "committed", "committed_future"),
    "xferfulfill": _event(_("Shipped for a transfer"), "on_hand", "committed"),
    "xferin": _event(_("Transfer on its way or arrived"), "on_hand", "incoming"),
    "virtualCommit": _event(_("Needed by an order that is not routed yet"), "committed"),
    "virtualRelease": _event(_("No longer needed by an order that was not routed"), "committed"),
    "adjust": _event(_("Adjusted"), *QUANTITIES),
    "POSOrder": _event(_("Sold over the counter"), "on_hand"),
    "touch": _event(_("Told again")),
    "receive": _event(_("Received"), "on_hand", "incoming", "future"),
    "edit": _event(_("Edited"), "on_hand", "future", "incoming", "unavailable", by_hand=True),
    "lock": _event(_("Locked"), "on_hand", "future", "incoming", "unavailable", by_hand=True),
    "unlock": _event(_("Unlocked"), *QUANTITIES, by_hand=True),
    "sync": _event(_("Reported by an integration"), "on_hand", "future", "incoming", "unavailable"),
}
"""Every event of the ledger."""

TOLD = frozenset({"touch", "lock", "unlock"})
"""Events that others hear of although no quantity may have changed."""


class NotOfThisEvent(ValueError):
    """A movement changes a quantity that its event does not concern, or by more than can be."""


@dataclass(frozen=True, slots=True)
class Movement:
    """One entry of the ledger to be: by how many units each quantity of one SKU at one location changes.

    Without a location it is the SKU's virtual record. `key`: the same one is written once.
    """

    organization_id: int
    location_id: int | None
    sku: str
    event: str
    on_hand: int = 0
    committed: int = 0
    future: int = 0
    committed_future: int = 0
    incoming: int = 0
    unavailable: int = 0
    entity_type: str = ""
    entity_id: str = ""
    order_id: int | None = None
    note: str = ""
    key: str | None = None

    @property
    def level(self) -> tuple[int, str, int | None]:
        """Organization, folded SKU and location: which level it is about."""
        return self.organization_id, fold(self.sku), self.location_id

    @property
    def units(self) -> tuple[int, ...]:
        """The changes in the order of `QUANTITIES`."""
        return tuple(getattr(self, name) for name in QUANTITIES)


def check(movements: Iterable[Movement]) -> None:
    """Raise NotOfThisEvent for a movement that cannot be, before anything is locked or written."""
    for one in movements:
        event = EVENTS.get(one.event)
        if event is None:
            raise NotOfThisEvent(f"The ledger knows no event “{one.event}”.")
        for name, units in zip(QUANTITIES, one.units, strict=True):
            if units and name not in event.changes:
                raise NotOfThisEvent(f"“{one.event}” does not change {NAMES[name]}.")
            if abs(units) > MOST:
                raise NotOfThisEvent(f"{units} units of {one.sku} are more than can be.")


def key(*parts: object) -> str:
    """Return a key for `Movement.key` from what makes a movement the same one; long ones are shortened by hash."""
    told = ":".join(str(part) for part in parts)
    if len(told) <= _MOST_KEY:
        return told
    digest = sha256(told.encode()).hexdigest()[:40]
    return f"{told[: _MOST_KEY - 41]}:{digest}"
