"""What a channel may sell."""

import pytest

from orders.inventory import Movement, post
from orders.inventory.promise import promise, promises
from orders.models import Location, Publication, Source
from tests.factories import make_location
from tests.orders.inventory.stock import BY, make_product, stock

pytestmark = pytest.mark.django_db


@pytest.fixture
def channel(source: Source) -> Source:
    return Source.across.create(organization=source.organization, name="Market", connector="ecwid")


def test_it_is_what_is_free_now_and_later_less_the_buffer_and_what_orders_need(
    warehouse: Location, channel: Source
) -> None:
    stock(warehouse, on_hand=10, future=5, unavailable=2)
    organization = warehouse.organization_id
    post(
        [
            Movement(organization, warehouse.pk, "TEA-1", "ship", committed=3),
            Movement(organization, warehouse.pk, "TEA-1", "futureShip", committed_future=1),
            Movement(organization, None, "TEA-1", "virtualCommit", committed=2),
        ],
        by=BY,
    )
    assert promise("tea-1", channel) == 10 - 3 + 5 - 1 - 2
    product = make_product(warehouse, "TEA-1")
    Publication.across.create(
        organization=warehouse.organization, product=product, source=channel, sku="T1", sku_folded="t1", buffer=4
    )
    assert promise("TEA-1", channel) == 5
    assert promises(organization, ["TEA-1"], None)["tea-1"].units == 9
    stock(warehouse, on_hand=-8)
    assert promise("TEA-1", channel) == 0


@pytest.mark.parametrize(
    ("values", "counts"),
    [({}, True), ({"active": False}, False), ({"exclude_from_totals": True}, False), ({"paused": True}, True)],
)
def test_only_places_that_count_are_counted(
    source: Source, channel: Source, values: dict[str, bool], *, counts: bool
) -> None:
    stock(make_location(source, "w2", "Other", **values), on_hand=7)
    assert promise("TEA-1", channel) == (7 if counts else 0)


def test_a_place_that_is_left_out_for_a_channel_counts_for_the_others(
    warehouse: Location, source: Source, channel: Source
) -> None:
    stock(warehouse, on_hand=7)
    warehouse.excluded_for.add(channel)
    assert (promise("TEA-1", channel), promise("TEA-1", source)) == (0, 7)


def test_a_bundle_is_as_many_as_its_scarcest_part_and_those_that_are_kept_whole(
    warehouse: Location, source: Source, channel: Source
) -> None:
    make_product(warehouse, "SET", {"TEA-1": 1, "CUP": 4})
    stock(warehouse, "TEA-1", on_hand=9)
    stock(warehouse, "CUP", on_hand=11)
    stock(warehouse, "SET", on_hand=50)  # here it goes out as its parts: its own record does not count
    assert promise("SET", channel) == 2
    whole = make_location(source, "w2", "Whole", preserve_bundles=True)
    stock(whole, "SET", on_hand=3)
    stock(whole, "CUP", on_hand=40)
    assert (promise("SET", channel), promise("CUP", channel)) == (5, 51)


def test_what_is_not_counted_and_infinite_places_have_no_end(
    warehouse: Location, source: Source, channel: Source
) -> None:
    make_product(warehouse, "GIFT", not_tracked=True)
    make_product(warehouse, "SET", {"GIFT": 1, "TEA-1": 2})
    stock(warehouse, "TEA-1", on_hand=5)
    stock(make_location(source, "w2", "Endless", infinite=True), "CUP")
    found = promises(source.organization_id, ["GIFT", "SET", "TEA-1", "CUP", "NONE"], channel)
    assert {sku: (one.endless, one.units) for sku, one in found.items()} == {
        "gift": (True, 0), "set": (False, 2), "tea-1": (False, 5), "cup": (True, 0), "none": (False, 0),
    }  # fmt: skip
