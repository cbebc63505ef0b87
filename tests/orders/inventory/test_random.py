"""Whatever happens to stock, the levels are the sum of the ledger, and repeats change nothing."""

from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orders.inventory import Movement, post
from orders.inventory.check import differing
from orders.inventory.movements import EVENTS, QUANTITIES
from orders.models import InventoryLevel, LedgerEntry, Location, Source
from portal.kit.invariants import broken
from tests.factories import make_location
from tests.orders.inventory.stock import BY

SKUS = ("TEA-1", "tea-1", "TEA-2")
UNITS = st.integers(0, 50)


@st.composite
def movements(draw: st.DrawFn) -> Movement:
    """Return any movement of few SKUs, places and keys, so that they meet; commitments only grow."""
    event = draw(st.sampled_from(sorted(EVENTS)))
    units: dict[str, Any] = {
        name: draw(UNITS) if name.startswith("committed") else draw(UNITS) - 25
        for name in sorted(EVENTS[event].changes)
    }
    key = draw(st.none() | st.integers(0, 3).map(str))
    return Movement(0, draw(st.integers(0, 2)), draw(st.sampled_from(SKUS)), event, **units, key=key)


@pytest.mark.django_db
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(calls=st.lists(st.lists(movements(), min_size=1, max_size=6), max_size=5), locked=st.booleans())
def test_levels_are_always_the_sum_of_the_ledger(source: Source, calls: list[list[Movement]], *, locked: bool) -> None:
    with transaction.atomic():
        places = [None, *_places(source)]
        for number, call in enumerate(calls):
            if number == 2 and locked:
                InventoryLevel.across.filter(sku_folded="tea-1").update(locked=True)
            placed = [_placed(one, source, places) for one in call]
            post(placed, by=BY)
            assert len(post([one for one in placed if one.key], by=BY)) == 0
        assert differing().differences == []
        assert "inventory.levels_are_sums" not in {one.invariant.key for one in broken()}
        keys = [one for one in LedgerEntry.across.values_list("key", flat=True) if one]
        assert len(keys) == len(set(keys))
        transaction.set_rollback(True)


def _places(source: Source) -> list[int]:
    return [make_location(source, name, name).pk for name in ("w1", "w2")]


def _placed(one: Movement, source: Source, places: list[int | None]) -> Movement:
    """Return a movement at a real place; what has no location is not locked and not edited."""
    values = {name: getattr(one, name) for name in (*QUANTITIES, "sku", "event", "key")}
    return Movement(source.organization_id, places[one.location_id or 0], **values)


@pytest.mark.django_db
def test_a_level_that_was_altered_past_its_ledger_is_found(source: Source) -> None:
    place = Location.across.get(pk=_places(source)[0])
    post([Movement(source.organization_id, place.pk, "TEA-1", "edit", on_hand=5)], by=BY)
    InventoryLevel.across.update(on_hand=7, future=1)
    assert differing().differences == ["TEA-1 at w1: onHand 7 instead of 5, future 1 instead of 0"]
