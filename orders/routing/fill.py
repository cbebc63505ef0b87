"""Which of the chosen locations ships which line. Pure.

Whole lines first, those with more units before others: each from the earliest location that has all of it.
A line that none of them has all of is split over as few of them as suffice, in whole bundles where it is
one; and only what cannot be shipped otherwise goes out as single components from several locations.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from orders.routing.split import MAX_PLACES, Cover, Offer, State, Want


@dataclass(frozen=True, slots=True)
class Piece:
    """Units of a SKU that one location ships of one line; `per` where they are a component of a bundle."""

    place: int
    want: int
    sku: str
    quantity: int
    per: int = 0


def fill(cover: Cover, places: Sequence[int]) -> list[Piece]:
    """Return who ships what, given locations that suffice together. Every line is covered exactly."""
    return _Filling(cover, places).pieces()


class _Filling:
    def __init__(self, cover: Cover, places: Sequence[int]) -> None:
        self.cover, self.places = cover, places
        self.left = {place: dict(cover.counts[place]) for place in places}
        state = cover.state
        self.state = State(sum(cover.stock[place] for place in places), state.simple, state.bundles)
        self.open = [want.quantity for want in cover.wants]
        self.found: list[Piece] = []

    def pieces(self) -> list[Piece]:
        order = sorted(range(len(self.open)), key=lambda index: (-self.open[index], index))
        for index in order:
            self._whole(index)
        for index in order:
            if self.open[index]:
                self._split(index)
        self._pour()
        return sorted(self.found, key=lambda piece: (piece.place, piece.want))

    def _whole(self, index: int) -> None:
        """Ship a line from the earliest location that has all of it, where that leaves enough for the others."""
        for place in self.places:
            if self._units(place, index) >= self.open[index] and self._try(index, [(place, self.open[index])]):
                return

    def _split(self, index: int) -> None:
        """Ship a line from as few locations as have it together, in whole bundles."""
        have = [(place, units) for place in self.places if (units := self._units(place, index)) > 0]
        if sum(units for _, units in have) < self.open[index]:
            return
        rest, shares = self.open[index], []
        for place, units in _few(have, rest):
            shares.append((place, min(units, rest)))
            rest -= min(units, rest)
        self._try(index, shares)

    def _try(self, index: int, shares: Sequence[tuple[int, int]]) -> bool:
        """Ship units of a line from locations, unless the others could not be filled then."""
        want, state = self.cover.wants[index], self.state
        for place, units in shares:
            state = self.cover.take(state, self.cover.offers[place], want, units)
        if self.cover.mixed and not self.cover.enough(state):
            return False
        self.state = state
        for place, units in shares:
            self._ship(place, index, units)
        return True

    def _units(self, place: int, index: int) -> int:
        """Return how many units of a line, or bundles, a location could ship."""
        left = self.left[place]
        return min(left[sku] // per for sku, per in _skus(self.cover.offers[place], self.cover.wants[index]))

    def _ship(self, place: int, index: int, units: int) -> None:
        want, offer = self.cover.wants[index], self.cover.offers[place]
        apart = offer.takes_apart(want)
        for sku, per in _skus(offer, want):
            self.left[place][sku] -= units * per
            self.found.append(Piece(place, index, sku, units * per, per if apart else 0))
        self.open[index] -= units

    def _pour(self) -> None:
        """Ship the rest, which suffices: bundles as they are, then their components, then all other lines.

        In this order and from these locations first nothing is used up that only another could have had.
        """
        preserving = [place for place in self.places if self.cover.offers[place].preserves]
        apart = [place for place in self.places if not self.cover.offers[place].preserves]
        rest = [index for index, units in enumerate(self.open) if units]
        for index in rest:
            if not self.cover.wants[index].bundle:
                continue
            for place in preserving:
                if units := min(self._units(place, index), self.open[index]):
                    self._ship(place, index, units)
            for sku, per in self.cover.wants[index].bundle:
                self._units_of(index, sku, self.open[index] * per, apart, per)
            self.open[index] = 0
        for index in rest:
            self._units_of(index, self.cover.wants[index].sku, self.open[index], [*preserving, *apart], 0)
            self.open[index] = 0

    def _units_of(self, index: int, sku: str, units: int, places: Sequence[int], per: int) -> None:
        for place in places:
            share = min(units, self.left[place][sku]) if units else 0
            if share:
                self.left[place][sku] -= share
                self.found.append(Piece(place, index, sku, share, per))
                units -= share


def _skus(offer: Offer, want: Want) -> Sequence[tuple[str, int]]:
    return want.bundle if offer.takes_apart(want) else ((want.sku, 1),)


def _few(have: Sequence[tuple[int, int]], needed: int) -> Iterator[tuple[int, int]]:
    """Return the fewest of these that suffice; of several such sets the first, with very many the largest."""
    largest = sorted(have, key=lambda one: -one[1])
    size = next(size for size in range(1, len(have) + 1) if sum(units for _, units in largest[:size]) >= needed)
    if len(have) > MAX_PLACES:
        return iter(sorted(largest[:size]))
    return iter(next(some for some in combinations(have, size) if sum(units for _, units in some) >= needed))
