"""Which locations an order is split over: the fewest that can fill it, the card's first ones of these. Pure.

A set of locations can fill an order if for every SKU their stock together suffices. That is one sum and
one comparison of whole numbers: each SKU has a field of bits in one long integer, with a guard bit above
it that is still there after subtraction exactly if enough was there. So all sets of up to twelve
locations are tried in the order of their size and then of the card, in milliseconds, and what cannot
suffice any more even with the best of what is left is not tried.

Bundles at locations of both kinds, those that preserve them and those that do not, make demand depend on
the set: what preserving locations have of a bundle goes out as it is, the rest as components from the
others. Fields: per SKU what all have, per component what those have that take bundles apart, per bundle
what those have that do not.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, combinations

MAX_PLACES = 12
MAX_SKUS = 300
"""Up to these the choice is exact; beyond, `_bounded` limits the work."""


@dataclass(frozen=True, slots=True)
class Want:
    """Units of one SKU that one line needs; `bundle` names components with units per bundle. SKUs are folded."""

    sku: str
    quantity: int
    bundle: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Offer:
    """What one location has, by folded SKU, never below zero; None: always enough of everything."""

    has: dict[str, int] | None
    preserves: bool = False

    def takes_apart(self, want: Want) -> bool:
        """Say whether the line goes out from here as its components."""
        return bool(want.bundle) and not self.preserves


@dataclass(slots=True)
class State:
    """What is still there and still needed, in the fields of a `Cover`."""

    total: int
    simple: int
    bundles: list[int]


class Cover:
    """An order's needs and the locations of a card, ready to be asked which of these can fill it."""

    def __init__(self, wants: Sequence[Want], offers: Sequence[Offer]) -> None:
        self.wants, self.offers = wants, offers
        self.mixed = any(want.bundle for want in wants) and len({offer.preserves for offer in offers}) > 1
        self.most = most_needed(wants, offers)
        self._lay_out()
        self.counts = [self._count(offer) for offer in offers]
        """Units of each SKU at each location, as far as they could be needed."""
        self.fields = [self._fields(offer, counts) for offer, counts in zip(offers, self.counts, strict=True)]
        self.stock = [self.pack(units) for units in self.fields]
        self.state = State(sum(self.stock), *self._demand())

    def _lay_out(self) -> None:
        """Give each SKU its fields, of whole bytes: wide enough for all that there is, and the guard bit."""
        bundles = {want.sku: want.bundle for want in self.wants if want.bundle} if self.mixed else {}
        parts = dict.fromkeys(sku for bundle in bundles.values() for sku, _ in bundle)
        highest = max(self.most.values(), default=0) * (len(self.offers) + 1)
        self.bytes = highest.bit_length() // 8 + 1
        width = self.bytes * 8
        names = [("all", sku) for sku in self.most] + [("apart", sku) for sku in parts]
        names += [("whole", sku) for sku in bundles]
        self.at = {name: index * width for index, name in enumerate(names)}
        self.low = (1 << (width - 1)) - 1
        self.guards = self.pack([self.low + 1] * len(names))
        self.kits = [
            (self.at["whole", sku], sum(per * self._unit(part, apart=True) for part, per in bundle))
            for sku, bundle in bundles.items()
        ]
        self.kit_of = {sku: index for index, sku in enumerate(bundles)}

    def pack(self, units: Iterable[int]) -> int:
        """Return the integer with these numbers in its fields."""
        return int.from_bytes(b"".join(one.to_bytes(self.bytes, "little") for one in units), "little")

    def _unit(self, sku: str, *, apart: bool) -> int:
        """Return one unit of a SKU as fields; `apart` where the location takes bundles apart."""
        unit = 1 << self.at["all", sku]
        shift = self.at.get(("apart", sku)) if apart else None
        return unit if shift is None else unit + (1 << shift)

    def _count(self, offer: Offer) -> dict[str, int]:
        """Return how many units of each SKU count at a location: never more than could be needed."""
        has = offer.has
        if has is None:
            return dict(self.most)
        return {sku: min(has.get(sku, 0), most) for sku, most in self.most.items()}

    def _fields(self, offer: Offer, counts: Mapping[str, int]) -> list[int]:
        """Return what a location adds to each field."""
        if not self.mixed:
            return list(counts.values())
        adds = {"all": True, "apart": not offer.preserves, "whole": offer.preserves}
        return [counts[sku] if adds[kind] else 0 for kind, sku in self.at]

    def _demand(self) -> tuple[int, list[int]]:
        """Return what is needed: fields of what does not depend on the locations, and how many of each bundle."""
        simple, bundles = dict.fromkeys(self.at, 0), [0] * len(self.kits)
        apart = any(not offer.preserves for offer in self.offers)
        for want in self.wants:
            if want.bundle and self.mixed:
                bundles[self.kit_of[want.sku]] += want.quantity
                continue
            for sku, per in want.bundle if want.bundle and apart else ((want.sku, 1),):
                simple["all", sku] += want.quantity * per
        return self.pack(simple.values()), bundles

    def enough(self, state: State) -> bool:
        """Say whether what is there suffices for what is needed."""
        return self._met(state.total, state.simple, state.bundles) == self.guards

    def _met(self, total: int, simple: int, bundles: Sequence[int]) -> int:
        """Return the guard bits of the fields that suffice."""
        demand = simple
        for (shift, parts), quantity in zip(self.kits, bundles, strict=True):
            rest = quantity - ((total >> shift) & self.low)
            if rest > 0:
                demand += rest * parts
        return (total + self.guards - demand) & self.guards

    def suffices(self, total: int) -> bool:
        """Say whether locations with this sum of stock can fill the order."""
        return self._met(total, self.state.simple, self.state.bundles) == self.guards

    def lacking(self) -> list[str]:
        """Return the SKUs of which all locations together have too few."""
        met = self._met(self.state.total, self.state.simple, self.state.bundles)
        guard = self.low + 1
        short = [name[1] for name, shift in self.at.items() if not (met >> shift) & guard]
        return list(dict.fromkeys(short))

    def take(self, state: State, offer: Offer, want: Want, units: int) -> State:
        """Return the state after `units` of a line (bundles, where it is one) are shipped from a location."""
        if not self.mixed:
            return state
        bundles = list(state.bundles)
        if not want.bundle:
            unit = self._unit(want.sku, apart=not offer.preserves)
            return State(state.total - units * unit, state.simple - (units << self.at["all", want.sku]), bundles)
        kit = self.kit_of[want.sku]
        bundles[kit] -= units
        shift, parts = self.kits[kit]
        used = units << shift if offer.preserves else units * parts
        if offer.preserves:
            used += units << self.at["all", want.sku]
        return State(state.total - used, state.simple, bundles)


def most_needed(wants: Sequence[Want], offers: Sequence[Offer]) -> dict[str, int]:
    """Return for each SKU that these locations might ship how many units that could be at most."""
    whole, apart = any(offer.preserves for offer in offers), any(not offer.preserves for offer in offers)
    most: dict[str, int] = {}
    for want in wants:
        skus = [(want.sku, 1)] if not want.bundle or whole else []
        skus += want.bundle if apart else ()
        for sku, per in skus:
            most[sku] = most.get(sku, 0) + want.quantity * per
    return most


def one(cover: Cover) -> int | None:
    """Return the first location that has all of the order alone."""
    return next((index for index, stock in enumerate(cover.stock) if cover.suffices(stock)), None)


def fewest(cover: Cover, opened: Iterable[int] = ()) -> tuple[int, ...] | None:
    """Return the locations that fill the order in the fewest parcels; of several such sets the card's first.

    `opened` are locations that ship something of the order anyway, and cost no parcel. None: all
    together cannot fill it.
    """
    if not cover.suffices(cover.state.total):
        return None
    base = tuple(sorted(set(opened)))
    total = sum(cover.stock[index] for index in base)
    if base and cover.suffices(total):
        return base
    rest = [index for index in range(len(cover.offers)) if index not in base]
    first = next((index for index in rest if cover.suffices(total + cover.stock[index])), None)
    if first is not None:
        return tuple(sorted((*base, first)))
    exact = len(rest) <= MAX_PLACES and len(cover.at) <= MAX_SKUS
    found = _exact(cover, rest, total) if exact else _bounded(cover, rest, total)
    return tuple(sorted((*base, *found)))


def _exact(cover: Cover, rest: Sequence[int], base: int) -> tuple[int, ...]:
    """Return the first of the smallest sets that suffice; all of `rest` together does."""
    stock = [cover.stock[index] for index in rest]
    best = _best(cover, rest)

    def search(start: int, left: int, total: int) -> tuple[int, ...] | None:
        if not left:
            return () if cover.suffices(total) else None
        for place in range(start, len(stock) - left + 1):
            if not cover.suffices(total + best[place][left]):
                return None
            found = search(place + 1, left - 1, total + stock[place])
            if found is not None:
                return (rest[place], *found)
        return None

    return next(found for size in range(2, len(rest) + 1) if (found := search(0, size, base)) is not None)


def _best(cover: Cover, rest: Sequence[int]) -> list[list[int]]:
    """Return for each place of beginning and number of locations the most that these could have, SKU by SKU."""
    columns = list(zip(*(cover.fields[index] for index in rest), strict=True))
    best = []
    for start in range(len(rest)):
        rows = zip(*(accumulate(sorted(column[start:], reverse=True)) for column in columns), strict=True)
        best.append([0, *map(cover.pack, rows)])
    return best


def _bounded(cover: Cover, rest: Sequence[int], base: int) -> tuple[int, ...]:
    """Return locations that suffice, for more of them or of SKUs than can be tried exactly.

    All pairs are tried. Where none suffices: in turn the location after which the most SKUs are filled,
    of several the card's first; then, from the one with the least, each that is not needed after all is
    left out. At most as many rounds as there are locations, each of one sum and comparison per location.
    """
    for pair in combinations(rest, 2):
        if cover.suffices(base + cover.stock[pair[0]] + cover.stock[pair[1]]):
            return pair
    chosen: list[int] = []
    total, left = base, list(rest)
    demand = cover.state.simple, cover.state.bundles
    while not cover.suffices(total):
        index = max(left, key=lambda place: cover._met(total + cover.stock[place], *demand).bit_count())
        left.remove(index)
        chosen.append(index)
        total += cover.stock[index]
    for index in sorted(chosen, key=lambda place: (sum(cover.fields[place]), -place)):
        if cover.suffices(total - cover.stock[index]):
            total -= cover.stock[index]
            chosen.remove(index)
    return tuple(chosen)
