"""Changes of stock that leave a SKU as it was for everybody who counts it as a whole, as channels do.

Routing takes an order's units from a location and gives them back to the virtual record, which held them until then.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from orders.inventory.movements import QUANTITIES, TOLD
from orders.models import Location
from portal.kit.text import fold

Whole = tuple[int, str]
"""Organization and folded SKU."""


@dataclass(frozen=True, slots=True)
class Moved:
    """A level after a change, and what of it changed."""

    id: int
    organization_id: int
    location_id: int | None
    version: int
    sku: str
    on_hand: int
    units: tuple[int, ...]
    """By how much, in the order of `QUANTITIES`."""
    events: list[str]

    @property
    def whole(self) -> Whole:
        """Return what all levels of the SKU have in common."""
        return self.organization_id, fold(self.sku)


def balanced(moved: Sequence[Moved]) -> set[Whole]:
    """Return the SKUs of which there is as much to promise as before these changes, on whatever channel.

    Several levels of each have changed, none of them has begun or was to be told again, and all of them are counted in
    every total (behaviour.md 6.1). Hold the locations as they are until the end of the transaction.
    """
    levels: dict[Whole, list[Moved]] = {}
    for one in moved:
        levels.setdefault(one.whole, []).append(one)
    found = {whole for whole, some in levels.items() if len(some) > 1 and _is_nothing(some)}
    if not found:
        return found
    places = {one.location_id for one in moved if one.whole in found and one.location_id}
    everywhere = _counted_everywhere(places)
    return found - {one.whole for one in moved if one.location_id and one.location_id not in everywhere}


def _is_nothing(some: Iterable[Moved]) -> bool:
    sums = dict(zip(QUANTITIES, map(sum, zip(*(one.units for one in some), strict=True)), strict=True))
    if any(one.version == 1 or TOLD.intersection(one.events) for one in some):
        return False
    return sums["on_hand"] == sums["committed"] and sums["future"] == sums["committed_future"]


def _counted_everywhere(places: Iterable[int]) -> set[int]:
    rows = Location.across.filter(
        pk__in=list(places), active=True, deleted_at=None, infinite=False, preserve_bundles=False,
        exclude_from_totals=False, excluded_for=None,
    )  # fmt: skip
    return set(rows.values_list("pk", flat=True))
