"""Which changes of stock change what may be promised of a SKU, to anybody.

What is shipped was committed before. And some changes leave a SKU as it was for everybody who counts it as a whole, as
channels do: routing takes an order's units from a location and gives them back to the virtual record, which held them
until then.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from orders.inventory.movements import QUANTITIES, TOLD
from orders.models import Location
from portal.kit.text import fold

Whole = tuple[int, str]
"""Organization and folded SKU."""
AT_ONCE = 100
"""Of how many SKUs one event says that they may be promised anew: whoever deals with it does so in one transaction."""


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

    @property
    def change(self) -> tuple[int, int]:
        """Return the level and the version that it has by this change."""
        return self.id, self.version

    @property
    def promises(self) -> bool:
        """Say whether more or less may be promised of it: it begins, was to be told again, or what is free changed."""
        units = dict(zip(QUANTITIES, self.units, strict=True))
        free = units["on_hand"] != units["committed"] or units["future"] or units["committed_future"]
        return self.version == 1 or not any(self.units) or bool(free)


def promised(moved: Sequence[Moved], as_before: Collection[Whole]) -> Mapping[tuple[int, int], list[str]]:
    """Return the SKUs of which more or less may be promised than before, by the change whose event is to name them.

    One event names up to `AT_ONCE` of an organization's: who tells channels looks at SKUs, not at each record.
    """
    ours: dict[int, list[Moved]] = {}
    for one in moved:
        if one.promises and one.whole not in as_before:
            ours.setdefault(one.organization_id, []).append(one)
    sets = [some[start : start + AT_ONCE] for some in ours.values() for start in range(0, len(some), AT_ONCE)]
    return {some[0].change: list(dict.fromkeys(one.sku for one in some)) for some in sets}


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
