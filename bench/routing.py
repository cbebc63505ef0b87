"""How fast routing decides, and what its choice costs at the worst.

`make bench ARGS="--only routing"`, or `python -m bench.routing` without a database. Stock is so scarce that
orders of several lines have to be divided over the locations of one card.
"""

import datetime as dt
import random
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations

from bench.table import Figure
from orders.routing.card import Card, Destination
from orders.routing.decide import Decision, decide
from orders.routing.need import Component, Need
from orders.routing.place import Place, Stock
from orders.routing.split import Cover, Offer, Want, fewest

NOW = dt.datetime(2026, 1, 5, 12, tzinfo=dt.UTC)
PLACES = 12
LINES = (1, 5, 30)
ORDERS = 200
ROUNDS = 3
WORST_MS = 50.0
SMALL = 500
"""Small orders whose choice is compared with trying all sets."""


@dataclass(frozen=True)
class Case:
    """An order, and the stock that it finds."""

    needs: Sequence[Need]
    places: dict[str, Place]
    stock: dict[tuple[str, int], Stock]
    card: Card

    def decide(self) -> Decision:
        """Route it."""
        return decide([self.card], self.needs, self.places, self.stock, {}, now=NOW)


def case(seed: int, lines: int, *, places: int = PLACES, most: int = 5, bundles: bool = False) -> Case:
    """Return an order of so many lines of one to five units, with 0 to `most` units of each at each location.

    With bundles each line is one of three components, and every other location preserves them.
    """
    draw = random.Random(seed)
    where = {
        f"place-{n}": Place(f"place-{n}", n, f"Place {n}", preserve_bundles=bundles and n % 2 == 0)
        for n in range(places)
    }
    stock = {(f"sku-{n}", place): Stock(draw.randint(0, most)) for n in range(lines) for place in range(places)}
    needs = [Need(str(n), f"SKU-{n}", draw.randint(1, 5)) for n in range(lines)]
    if bundles:
        parts = [(f"part-{n}", place) for n in range(2 * lines) for place in range(places)]
        stock |= {key: Stock(draw.randint(0, 4 * most)) for key in parts}
        needs = [Need(one.unique_id, one.sku, one.quantity, _parts(draw, lines)) for one in needs]
    return Case(needs, where, stock, Card("card", "Card", (Destination(tuple(where)),), allow_split=True))


def _parts(draw: random.Random, lines: int) -> tuple[Component, ...]:
    return tuple(Component(f"PART-{n}", draw.randint(1, 3)) for n in draw.sample(range(2 * lines), min(3, 2 * lines)))


def measure() -> list[Figure]:
    """Measure decisions per second by lines, the slowest of hard ones, and what lies beyond the exact choice."""
    rows = [Figure(f"routing, one card of {PLACES} locations with splits, one process, the trace included", "")]
    rows += [_pace(lines) for lines in LINES]
    seeds = range(40)
    hard = [case(seed, 30, most=1 + seed % 8) for seed in seeds]
    mixed = [case(seed, 30, most=2 + seed % 8, bundles=True) for seed in seeds]
    rows.append(_slowest("– the slowest of 40 scarce orders of 30 lines", hard))
    rows.append(_slowest("– of bundles, every other location preserves them", mixed))
    rows.append(_slowest("– 500 lines (bounded choice)", [case(seed, 500, most=3) for seed in range(5)]))
    wide = [case(seed, 100, places=60, most=2) for seed in range(5)]
    rows.append(_slowest("– 100 lines over 60 locations (bounded choice)", wide))
    slowest = 1000 * min(_seconds(case(0, 5_000, most=20).decide) for _ in range(2))
    rows.append(Figure("– 5,000 lines, as many as an order may have", f"{slowest:.0f} ms"))
    rows.append(_exact())
    return rows


def _pace(lines: int) -> Figure:
    cases = [case(seed, lines) for seed in range(ORDERS)]
    best = min(_seconds(lambda: [one.decide() for one in cases]) for _ in range(ROUNDS))
    parts = statistics.mean(len(one.decide().parts) for one in cases)
    name = f"– orders of {lines} line{'s' if lines > 1 else ''}, {parts:.1f} parcels in the mean"
    return Figure(name, f"{ORDERS / best:,.0f} decisions/s")


def _slowest(name: str, cases: Sequence[Case]) -> Figure:
    """Return the slowest decision; each counts with the better of two tries, as others use the machine too."""
    slowest = 1000 * max(min(_seconds(one.decide) for _ in range(2)) for one in cases)
    return Figure(name, f"{slowest:.1f} ms", f"under {WORST_MS:.0f} ms", slowest < WORST_MS)


def _exact() -> Figure:
    """Compare the choice with trying every set of locations, for lines that are no bundles."""
    right = sum(_agrees(random.Random(seed)) for seed in range(SMALL))
    what = "– choices that equal brute force, 4 lines over 5 locations"
    return Figure(what, f"{right} of {SMALL}", "all", right == SMALL)


def _agrees(draw: random.Random) -> bool:
    wants = [Want(f"sku-{n}", draw.randint(1, 4)) for n in range(4)]
    offers = [Offer({want.sku: draw.randint(0, 3) for want in wants}) for _ in range(5)]

    def suffices(places: tuple[int, ...]) -> bool:
        have = (sum((offers[place].has or {})[want.sku] for place in places) for want in wants)
        return all(units >= want.quantity for units, want in zip(have, wants, strict=True))

    sets = (places for size in range(1, 6) for places in combinations(range(5), size))
    return fewest(Cover(wants, offers)) == next((places for places in sets if suffices(places)), None)


def _seconds(work: Callable[[], object]) -> float:
    """Return the processor's time: a decision waits for nothing."""
    begin = time.process_time()
    work()
    return time.process_time() - begin


if __name__ == "__main__":
    for figure in measure():
        sys.stdout.write(f"{figure.what:<75} {figure.measured:>20}  {figure.verdict}\n")
