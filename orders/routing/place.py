"""Locations and stock, as routing looks at them, and what keeps a location out. Pure."""

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from portal.filters.mark import gettext_noop as _


@dataclass(frozen=True, slots=True)
class Place:
    """A location with what routing asks of it (behaviour.md 2.6, 5.2)."""

    id: str
    """Public ID: what cards, orders and traces name."""
    pk: int
    """Key in the database: what stock is counted by."""
    name: str
    active: bool = True
    paused: bool = False
    infinite: bool = False
    """Stock is always enough here."""
    preserve_bundles: bool = False
    """Bundles go out as they are, not as their components."""
    has_fulfillment: bool = True
    """A fulfillment integration ships from here."""
    excluded: bool = False
    """Excluded from totals: what lies here does not count as stock."""
    groups: frozenset[str] = frozenset()
    """Public IDs of the groups it is in."""


class StockLike(Protocol):
    """What is known of one SKU at one location; `orders.inventory` answers with its own shape of it."""

    @property
    def available(self) -> int:
        """On hand less committed, in units; below zero when more is promised than is there."""

    @property
    def future(self) -> int:
        """Future units that are not committed."""


@dataclass(frozen=True, slots=True)
class Stock:
    """Units of one SKU at one location."""

    available: int = 0
    future: int = 0


StockTable: TypeAlias = Mapping[tuple[str, int], StockLike]
"""By folded SKU and `Place.pk`; what is missing is nothing."""


class LeftOut(enum.StrEnum):
    """Why nothing can be routed to a location."""

    GONE = "gone"
    INACTIVE = "inactive"
    PAUSED = "paused"
    NO_FULFILLMENT = "no_fulfillment"
    SKIPPED = "skipped"
    EXCLUDED = "excluded"
    BEYOND = "beyond"


LEFT_OUT_WORDS: Mapping[str, str] = {
    LeftOut.GONE: _("There is no such location any more."),
    LeftOut.INACTIVE: _("The location is not active."),
    LeftOut.PAUSED: _("The location is paused."),
    LeftOut.NO_FULFILLMENT: _("No fulfillment channel owns location {location}."),
    LeftOut.SKIPPED: _("Skipped: a canceled shipping request asked to leave the location out."),
    LeftOut.EXCLUDED: _("The location is excluded from totals, so its stock does not count."),
    LeftOut.BEYOND: _("Not looked at: the order or the card is too large, and others come before it."),
}


def left_out(place: Place | None, *, skip: frozenset[str], counts_stock: bool) -> LeftOut | None:
    """Return why a location is left out, None where it may ship.

    `skip` holds public IDs of locations that canceled requests want passed over (behaviour.md 5.5).
    A location that is excluded from totals is left out only where its stock would have to count.
    """
    if place is None:
        return LeftOut.GONE
    if not place.active:
        return LeftOut.INACTIVE
    if place.paused:
        return LeftOut.PAUSED
    if not place.has_fulfillment:
        return LeftOut.NO_FULFILLMENT
    if place.id in skip:
        return LeftOut.SKIPPED
    if place.excluded and counts_stock and not place.infinite:
        return LeftOut.EXCLUDED
    return None
