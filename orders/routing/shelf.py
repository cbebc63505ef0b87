"""Stock as one decision sees it: what is there less what the decision has taken already. Pure."""

from collections.abc import Iterable, Sequence
from decimal import Decimal

from orders.routing.decision import Part, PartLine
from orders.routing.need import Need
from orders.routing.place import Place, StockTable
from orders.routing.split import Offer, Want
from portal.kit.text import fold

ENOUGH = 10**9
"""Units of what is not counted; levels are 32-bit integers."""


class Order:
    """The open lines of an order, folded once: what they need, and the names that their SKUs are shipped under."""

    def __init__(self, needs: Sequence[Need]) -> None:
        self.needs = needs
        self.names: dict[str, str] = {}
        self.untracked: set[str] = set()
        self.wants = [self._want(need) for need in needs]
        self.whole = all(need.whole for need in needs)

    def _want(self, need: Need) -> Want:
        per: dict[str, int] = {}
        for part in need.bundle:
            sku = self._named(part.sku, part.tracked)
            per[sku] = per.get(sku, 0) + part.per
        return Want(self._named(need.sku, need.tracked), int(need.quantity), tuple(per.items()))

    def _named(self, sku: str, tracked: bool) -> str:
        folded = fold(sku)
        self.names.setdefault(folded, sku)
        if not tracked:
            self.untracked.add(folded)
        return folded


class Shelves:
    """What lies at each location."""

    def __init__(self, stock: StockTable, untracked: Iterable[str]) -> None:
        self.stock, self.untracked = stock, set(untracked)
        self.taken: dict[tuple[str, int], int] = {}
        self.offers: dict[tuple[int, bool], dict[str, int]] = {}

    def available(self, sku: str, place: Place) -> int:
        """Return the units that can be shipped now; below zero where more is promised than is there."""
        key = sku, place.pk
        level = self.stock.get(key)
        return (level.available if level else 0) - self.taken.get(key, 0)

    def future(self, sku: str, place: Place) -> int:
        """Return the future units that nobody has committed."""
        level = self.stock.get((sku, place.pk))
        return max(level.future, 0) if level else 0

    def offer(self, place: Place, skus: Iterable[str], *, future: bool) -> Offer:
        """Return what a location has of some SKUs: what is available, with `future` also what is expected.

        What is asked again, for another card, is not counted again.
        """
        if place.infinite:
            return Offer(None, place.preserve_bundles)
        found = self.offers.get((place.pk, future))
        if found is None:
            found = self.offers[place.pk, future] = {sku: self._units(sku, place, future) for sku in skus}
        return Offer(found, place.preserve_bundles)

    def _units(self, sku: str, place: Place, future: bool) -> int:
        if sku in self.untracked:
            return ENOUGH
        units = self.available(sku, place) + (self.future(sku, place) if future else 0)
        return units if units > 0 else 0

    def take(self, part: Part) -> None:
        """Count what a part ships as gone, for what is decided after it."""
        for line in part.lines:
            key = fold(line.sku), part.location.pk
            self.taken[key] = self.taken.get(key, 0) + int(line.quantity)

    def with_future(self, part_lines: Sequence[PartLine], place: Place) -> tuple[PartLine, ...]:
        """Return lines that say how many of their units are future ones: what is available goes first."""
        left: dict[str, int] = {}
        return tuple(self._one_with_future(line, place, left) for line in part_lines)

    def _one_with_future(self, line: PartLine, place: Place, left: dict[str, int]) -> PartLine:
        sku = fold(line.sku)
        if not line.counted or isinstance(line.quantity, Decimal):
            return line
        have = left.setdefault(sku, max(self.available(sku, place), 0))
        left[sku] = max(have - line.quantity, 0)
        future = max(line.quantity - have, 0)
        if not future:
            return line
        return PartLine(line.unique_id, line.sku, line.quantity, line.bundle_sku, line.per_bundle, future)


def all_from(order: Order, indexes: Iterable[int], place: Place) -> Part:
    """Return the part that ships lines whole from one location, without counting stock."""
    lines: list[PartLine] = []
    for index in indexes:
        need = order.needs[index]
        if not need.bundle or place.preserve_bundles:
            lines.append(PartLine(need.unique_id, need.sku, need.quantity, counted=False))
            continue
        for sku, per in order.wants[index].bundle:
            name = order.names[sku]
            lines.append(PartLine(need.unique_id, name, need.quantity * per, need.sku, per, counted=False))
    return Part(place, tuple(lines))
