"""Which changes of stock change what may be promised of a SKU, and which leave as much as before on any channel."""

from dataclasses import replace
from typing import Any

import pytest
from django.db.models.functions import Now

from orders.inventory.balance import AT_ONCE, Moved, balanced, promised
from orders.inventory.movements import QUANTITIES
from orders.models import Location, Source
from tests.factories import make_location

pytestmark = pytest.mark.django_db


def moved(location: Location | None, sku: str = "TEA-1", *, event: str = "ship", **units: int) -> Moved:
    changed = tuple(units.get(name, 0) for name in QUANTITIES)
    return Moved(1, 7, location.pk if location else None, 2, sku, 10, changed, [event])


@pytest.fixture
def reno(source: Source) -> Location:
    return make_location(source)


def test_what_one_record_gives_another_takes(reno: Location) -> None:
    there, here = moved(reno, committed=2), moved(None, sku="tea-1", event="virtualRelease", committed=-2)
    assert balanced([there, here, moved(None, sku="POT", committed=-2)]) == {(7, "tea-1")}
    assert balanced([there, replace(here, organization_id=8)]) == set()
    assert balanced([moved(reno, committed_future=1), moved(reno, future=1)]) == {(7, "tea-1")}


@pytest.mark.parametrize(
    "other",
    [
        moved(None, committed=-1),
        moved(None, on_hand=2, committed=-2),
        moved(None, committed=-2, committed_future=1),
        moved(None, event="touch", committed=-2),
        replace(moved(None, committed=-2), version=1),
    ],
)
def test_more_less_or_a_beginning_is_a_change(reno: Location, other: Moved) -> None:
    assert balanced([moved(reno, committed=2), other]) == set()


def test_one_record_alone_has_changed() -> None:
    assert balanced([moved(None, on_hand=2, committed=2)]) == set()


@pytest.mark.parametrize(
    "flags",
    [
        {"active": False},
        {"deleted_at": Now()},
        {"infinite": True},
        {"preserve_bundles": True},
        {"exclude_from_totals": True},
    ],
)
def test_a_location_that_is_not_counted_everywhere_weighs_otherwise(reno: Location, flags: dict[str, Any]) -> None:
    Location.across.filter(pk=reno.pk).update(**flags)
    assert balanced([moved(reno, committed=2), moved(None, committed=-2)]) == set()


def test_a_location_that_is_left_out_for_one_channel_is_not_counted_everywhere(reno: Location, source: Source) -> None:
    reno.excluded_for.add(source)
    assert balanced([moved(reno, committed=2), moved(None, committed=-2)]) == set()


@pytest.mark.parametrize(
    ("units", "is_promised"),
    [
        ({"on_hand": 1}, True),
        ({"committed": 1}, True),
        ({"future": 1}, True),
        ({"committed_future": 1}, True),
        ({}, True),
        ({"on_hand": -2, "committed": -2}, False),
        ({"incoming": 3}, False),
        ({"unavailable": 3}, False),
    ],
)
def test_only_what_is_free_may_be_promised(units: dict[str, Any], is_promised: bool) -> None:
    one = moved(None, **units)
    assert promised([one], set()) == ({one.change: ["TEA-1"]} if is_promised else {})
    begun = replace(one, version=1)
    assert promised([begun], set()) == {begun.change: ["TEA-1"]}, "From now on the SKU is counted."


def test_one_event_names_many_skus_of_one_organization() -> None:
    ours = [replace(moved(None, f"T-{place}", committed=1), id=place) for place in range(AT_ONCE + 1)]
    again = [replace(ours[0], version=3), replace(moved(None, "CUP", committed=1), id=500)]
    theirs = replace(moved(None, "CUP", committed=1), id=900, organization_id=8)
    found = promised([*ours[:-1], theirs], set())
    assert found == {(0, 2): [one.sku for one in ours[:-1]], (900, 2): ["CUP"]}
    assert promised([*ours, theirs], set()) == {**found, (AT_ONCE, 2): [f"T-{AT_ONCE}"]}
    assert promised([ours[0], *again], {again[1].whole}) == {(0, 2): ["T-0"]}, "Twice the same, and one as before."
