"""Whatever the cards say: every need is covered exactly, no unit is given twice, and none that is not there."""

from collections import Counter
from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from orders.routing.card import Card, Destination
from orders.routing.decide import Decision, Outcome
from orders.routing.need import Component, Need
from orders.routing.place import Place, Stock
from portal.kit.text import fold
from tests.orders.routing.deciding import decided

KITS = {"KIT": (Component("TEA", 2), Component("mug", 1)), "ALIAS": (Component("Tea", 1),)}
SKUS = ("TEA", "MUG", "tea", *KITS)
IDS = ("a", "b", "c", "d")

places = st.fixed_dictionaries(
    {
        one: st.builds(
            Place,
            st.just(one),
            st.just(index),
            st.just(one.upper()),
            paused=st.sampled_from((False, False, True)),
            infinite=st.sampled_from((False, False, False, True)),
            preserve_bundles=st.booleans(),
        )
        for index, one in enumerate(IDS)
    }
)
level = st.builds(Stock, st.integers(-2, 6), st.integers(0, 4))
stocks = st.fixed_dictionaries({(fold(sku), place): level for sku in SKUS for place in range(len(IDS))})
cards = st.lists(
    st.builds(
        lambda ids, **switches: Card("c", "C", (Destination(tuple(ids)),), **switches),
        st.lists(st.sampled_from(IDS), min_size=1, unique=True),
        check_stock=st.sampled_from((True, True, True, False)),
        allow_split=st.booleans(),
        send_future=st.booleans(),
        fault=st.sampled_from((*[""] * 9, "broken")),
    ),
    max_size=3,
)
lines = st.lists(
    st.tuples(st.sampled_from(SKUS), st.integers(1, 4), st.sampled_from((None, None, None, *IDS))), max_size=4
)


@settings(max_examples=60, deadline=None)
@given(cards, lines, places, stocks)
def test_all_is_covered_exactly_and_nothing_is_given_twice(
    cards: list[Card], lines: list[Any], places: dict[str, Place], stock: dict[Any, Stock]
) -> None:
    needs = [
        Need(str(index), sku, quantity, KITS.get(sku, ()), where) for index, (sku, quantity, where) in enumerate(lines)
    ]
    decision = decided(cards, needs, stock, places=places)
    tried = decided(cards, needs, stock, places=places, explain_all=True)
    assert replace(tried, trace={}) == replace(decision, trace={})  # trying says what routing would do
    if decision.outcome in (Outcome.FAILED, Outcome.NOTHING):
        assert not decision.parts
        assert (decision.outcome is Outcome.NOTHING) == (not needs)
        return
    for need in needs:
        assert_covered(need, decision)
    assert_there(decision, stock)
    assert (decision.outcome is Outcome.WAITING) is any(part.on_future for part in decision.parts)
    assert all(not part.location.paused for part in decision.parts)


def assert_covered(need: Need, decision: Decision) -> None:
    own = [(part, line) for part in decision.parts for line in part.lines if line.unique_id == need.unique_id]
    assert need.pre_routed is None or {part.location.id for part, _ in own} == {need.pre_routed}
    whole = sum(line.quantity for _, line in own if not line.bundle_sku)
    if not need.bundle:
        assert whole == need.quantity
    for part in need.bundle:
        of_it = [one for _, one in own if one.bundle_sku and fold(one.sku) == fold(part.sku)]
        assert sum(one.quantity for one in of_it) == (need.quantity - whole) * part.per
        assert all(one.bundle_sku == need.sku and one.per_bundle == part.per for one in of_it)


def assert_there(decision: Decision, stock: dict[Any, Stock]) -> None:
    """What is counted is there, besides what goes out without being counted at the same location."""
    now: Counter[Any] = Counter()
    later: Counter[Any] = Counter()
    for part in decision.parts:
        for line in part.lines:
            if line.counted:
                now[fold(line.sku), part.location.pk] += int(line.quantity) - line.future
                later[fold(line.sku), part.location.pk] += line.future
    assert all(units <= max(stock[key].available, 0) for key, units in now.items())
    assert all(units <= stock[key].future for key, units in later.items())
