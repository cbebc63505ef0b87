"""The choice of locations against brute force, and what holds whatever is chosen."""

from collections import Counter
from collections.abc import Sequence
from functools import cache
from itertools import combinations
from typing import NamedTuple

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from orders.routing import split
from orders.routing.fill import Piece, fill
from orders.routing.split import Cover, Offer, Want

SKUS = ("a", "b", "c")
KITS = {"k": (("a", 1), ("b", 2)), "l": (("c", 1),)}


class Case(NamedTuple):
    wants: list[Want]
    offers: list[Offer]


@st.composite
def cases(draw: st.DrawFn, *, kits: bool = True) -> Case:
    """Draw up to four lines and four locations, with stock around what is needed."""
    skus = st.sampled_from([*SKUS, *KITS] if kits else list(SKUS))
    named = draw(st.lists(st.tuples(skus, st.integers(1, 3)), min_size=1, max_size=4))
    wants = [Want(sku, quantity, KITS.get(sku, ())) for sku, quantity in named]
    has = st.fixed_dictionaries({sku: st.integers(0, 4) for sku in (*SKUS, *KITS)})
    offer = st.builds(Offer, st.one_of(has, has, has, st.none()), st.booleans() if kits else st.just(False))
    return Case(wants, draw(st.lists(offer, min_size=1, max_size=4)))


def can_fill(wants: Sequence[Want], offers: Sequence[Offer]) -> bool:
    """Try every way to send every single unit; slow and plain."""
    names = (*SKUS, *KITS)
    start = tuple(tuple(99 if one.has is None else one.has[sku] for sku in names) for one in offers)
    units = [want for want in wants for _ in range(want.quantity)]

    def without(stock: tuple[tuple[int, ...], ...], place: int, sku: str) -> tuple[tuple[int, ...], ...]:
        row = tuple(have - (name == sku) for name, have in zip(names, stock[place], strict=True))
        return (*stock[:place], row, *stock[place + 1 :])

    @cache
    def search(index: int, pieces: tuple[str, ...], stock: tuple[tuple[int, ...], ...]) -> bool:
        if pieces:
            apart = [place for place, one in enumerate(offers) if not one.preserves]
            return any(
                search(index, pieces[1:], without(stock, place, pieces[0]))
                for place in apart
                if stock[place][names.index(pieces[0])]
            )
        if index == len(units):
            return True
        want = units[index]
        if any(
            search(index + 1, (), without(stock, place, want.sku))
            for place, one in enumerate(offers)
            if (not want.bundle or one.preserves) and stock[place][names.index(want.sku)]
        ):
            return True
        if not want.bundle:
            return False
        return search(index + 1, tuple(sku for sku, per in want.bundle for _ in range(per)), stock)

    return search(0, (), start)


def by_brute_force(case: Case) -> tuple[int, ...] | None:
    """Return the first of the smallest sets of locations that can fill the order."""
    count = len(case.offers)
    sets = (some for size in range(1, count + 1) for some in combinations(range(count), size))
    return next((some for some in sets if can_fill(case.wants, [case.offers[index] for index in some])), None)


def assert_right(case: Case, pieces: Sequence[Piece], places: Sequence[int]) -> None:
    """Every line is covered exactly, and no location gives what it has not."""
    used: Counter[tuple[int, str]] = Counter()
    for piece in pieces:
        assert piece.place in places
        assert piece.quantity > 0
        used[piece.place, piece.sku] += piece.quantity
    for (place, sku), units in used.items():
        has = case.offers[place].has
        assert has is None or units <= has[sku]
    for index, want in enumerate(case.wants):
        own = [piece for piece in pieces if piece.want == index]
        whole = sum(piece.quantity for piece in own if not piece.per)
        assert all(want.bundle and not case.offers[piece.place].preserves for piece in own if piece.per)
        assert not want.bundle or all(case.offers[piece.place].preserves for piece in own if not piece.per)
        if not want.bundle:
            assert whole == want.quantity
        for sku, per in want.bundle:
            assert (
                sum(piece.quantity for piece in own if piece.sku == sku and piece.per) == (want.quantity - whole) * per
            )


ONLY_SO = Case(
    [Want("k", 1, KITS["k"]), Want("a", 1)],
    [Offer({"a": 1, "b": 2, "c": 0, "k": 0, "l": 0}), Offer({"a": 0, "b": 0, "c": 0, "k": 1, "l": 0}, True)],
)
"""The first location has the bundle's components, but its one unit of “a” is needed for the other line."""


@settings(max_examples=60, deadline=None)
@given(cases())
@example(ONLY_SO)
def test_the_choice_equals_brute_force_and_the_lines_are_covered(case: Case) -> None:
    cover = Cover(*case)
    chosen = split.fewest(cover)
    assert chosen == by_brute_force(case)
    assert (chosen is None) is bool(cover.lacking())
    if chosen is not None:
        pieces = fill(cover, chosen)
        assert_right(case, pieces, chosen)
        assert {piece.place for piece in pieces} == set(chosen)
    assert split.one(cover) == next((n for n, one in enumerate(case.offers) if can_fill(case.wants, [one])), None)


@settings(max_examples=60, deadline=None)
@given(cases(kits=False))
def test_a_line_goes_whole_from_the_first_chosen_location_that_has_it(case: Case) -> None:
    wants = list({want.sku: want for want in case.wants}.values())
    cover = Cover(wants, case.offers)
    chosen = split.fewest(cover)
    if chosen is None:
        return
    pieces = fill(cover, chosen)
    for index, want in enumerate(wants):
        have = {place: cover.counts[place][want.sku] for place in chosen}
        whole = [place for place, units in have.items() if units >= want.quantity]
        own = [piece.place for piece in pieces if piece.want == index]
        assert own[:1] == whole[:1] if whole else len(own) > 1
        largest = sorted(have.values(), reverse=True)
        assert len(own) == next(n for n in range(1, 5) if sum(largest[:n]) >= want.quantity)


@settings(max_examples=60, deadline=None)
@given(cases())
def test_the_bounded_choice_suffices_and_holds_no_location_that_is_not_needed(case: Case) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(split, "MAX_PLACES", 0)
        cover = Cover(*case)
        chosen = split.fewest(cover)
    assert (chosen is None) is (by_brute_force(case) is None)
    if chosen is not None:
        assert_right(case, fill(cover, chosen), chosen)
        for place in chosen:
            rest = [case.offers[one] for one in chosen if one != place]
            assert not rest or not can_fill(case.wants, rest)


@settings(max_examples=30, deadline=None)
@given(cases(), st.integers(0, 3))
def test_a_location_that_ships_anyway_costs_nothing(case: Case, opened: int) -> None:
    opened %= len(case.offers)
    best = by_brute_force(case)
    chosen = split.fewest(Cover(*case), [opened])
    assert (chosen is None) is (best is None)
    if chosen is not None and best is not None:
        assert opened in chosen
        assert len(set(chosen) - {opened}) <= len(set(best) - {opened})
        assert_right(case, fill(Cover(*case), chosen), chosen)


def test_thirty_lines_over_twelve_locations_are_chosen_exactly() -> None:
    """Nine locations have almost all, each without every ninth line and none with the last; three have a third."""
    wants = [Want(f"s{n}", 2) for n in range(30)]
    third = [Offer({f"s{n}": 2 for n in range(30) if n % 3 == place}) for place in range(3)]
    almost = [Offer({f"s{n}": 2 for n in range(29) if n % 9 != place}) for place in range(9)]
    assert split.fewest(Cover(wants, [*almost, *third])) == (2, 11)
    assert split.fewest(Cover(wants, [*third, *almost])) == (2, 5)
    assert split.fewest(Cover(wants, [*almost[:2], *third])) == (0, 1, 4)
    assert split.fewest(Cover(wants, third)) == (0, 1, 2)
