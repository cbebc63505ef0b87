"""What warehouses report of stock, and whose word counts."""

import datetime as dt
from typing import Any

import pytest
from pydantic import ValidationError

from orders.inventory.take import TakenLevels, take_levels
from orders.models import InventoryLevel, Location, OrderException, Publication, Source
from orders.records.level import LevelRecord
from tests.factories import CHANNEL, make_location
from tests.orders.inventory.stock import figures, happened, make_product, stock

pytestmark = pytest.mark.django_db
NOON = dt.datetime(2026, 1, 5, 12, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)


def report(**values: Any) -> LevelRecord:
    return LevelRecord.model_validate({"sku": "TEA-1", "extLocationId": "w1"} | values)


def take(source: Source, *records: LevelRecord) -> TakenLevels:
    return take_levels(source, records, by=CHANNEL)


def test_a_count_sets_what_it_says_and_leaves_the_rest(source: Source, warehouse: Location) -> None:
    stock(warehouse, on_hand=10, future=3)
    assert take(source, report(onHand=7, incoming=2), report(sku="TEA-2", onHand=0)) == TakenLevels(
        changed=1, unchanged=1
    )
    assert figures(warehouse, "TEA-1", "on_hand", "incoming", "future") == (7, 2, 3)
    assert happened(warehouse)[-1] == ("sync", {"on_hand": -3, "incoming": 2})
    assert figures(warehouse, "TEA-2") == (0, 0)


def test_an_old_count_is_old_news_and_the_newest_of_a_page_counts(source: Source, warehouse: Location) -> None:
    assert take(source, report(onHand=5, at=NOON), report(onHand=6, at=NOON + HOUR)).stale == 1
    assert figures(warehouse) == (6, 0)
    stock(warehouse, on_hand=-2)  # shipped since
    assert take(source, report(onHand=6, at=NOON + HOUR), report(sku="tea-1", onHand=9, at=NOON)).stale == 2
    assert figures(warehouse) == (4, 0)
    assert take(source, report(onHand=4, at=NOON + 2 * HOUR)) == TakenLevels(unchanged=1)
    assert InventoryLevel.across.get().reported_at == NOON + 2 * HOUR


def test_a_change_counts_once_and_not_when_a_count_has_seen_it(source: Source, warehouse: Location) -> None:
    take(source, report(onHand=5, at=NOON))
    received = report(onHand=3, change=True, eventId="e1", at=NOON + HOUR)
    assert take(source, received, received) == TakenLevels(changed=1, repeated=1)
    seen = report(onHand=9, change=True, eventId="e0", at=NOON - HOUR)
    assert take(source, received, seen) == TakenLevels(repeated=1, stale=1)
    assert figures(warehouse) == (8, 0)


@pytest.mark.parametrize(
    "values", [{"change": True, "onHand": 1}, {"onHand": "1.5"}, {"onHand": 2_000_000_000}, {"sku": "", "onHand": 1}]
)
def test_a_report_that_says_nothing_clear_does_not_fit(values: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        report(**values)


@pytest.mark.parametrize(
    ("state", "booked"), [("published", [("TEA-1", 4)]), ("unpublished", [("TEA-1", 4)]), ("disabled", [("wh-77", 4)])]
)
def test_skus_are_translated_by_what_the_products_are_called_there_unless_people_switched_it_off(
    source: Source, warehouse: Location, state: str, booked: list[tuple[str, int]]
) -> None:
    product = make_product(warehouse, "TEA-1")
    Publication.across.create(
        organization=source.organization, product=product, source=source, sku="WH-77", sku_folded="wh-77", state=state
    )
    take(source, report(sku="wh-77", onHand=4))
    assert list(InventoryLevel.across.filter(location=warehouse, on_hand__gt=0).values_list("sku", "on_hand")) == booked


def test_a_locked_record_is_left_alone(source: Source, warehouse: Location) -> None:
    stock(warehouse, on_hand=10)
    InventoryLevel.across.update(locked=True)
    assert take(source, report(onHand=5)) == TakenLevels(locked=1)
    assert (figures(warehouse), len(happened(warehouse))) == ((10, 0), 1)


def test_a_warehouse_may_say_less_than_nothing(source: Source, warehouse: Location) -> None:
    take(source, report(onHand=-2))
    assert (figures(warehouse), OrderException.across.get().type) == ((-2, 0), "stock_negative")


@pytest.fixture
def other(source: Source) -> Source:
    return Source.across.create(organization=source.organization, name="Other 3PL", connector="ecwid")


@pytest.mark.parametrize(
    ("change", "fits", "cure"),
    [
        ({"ext_location_id": "w9"}, False, "add the ID"),
        ({"active": False}, False, "Switch the location on"),
        ({"fulfillment_source": "other"}, False, "Choose Tea shop or nobody"),
        ({"inventory_source": "other"}, False, "Choose Tea shop or nobody"),
        ({"fulfillment_source": None}, True, ""),
        ({"inventory_source": "own"}, True, ""),
    ],
)
def test_a_system_writes_only_where_its_word_counts(
    source: Source, other: Source, change: dict[str, Any], cure: str, *, fits: bool
) -> None:
    named = {"other": other, "own": source}
    values: dict[str, Any] = {
        key: named.get(value, value) if isinstance(value, str) else value for key, value in change.items()
    }
    values["ext_location_id"] = change.get("ext_location_id", "w1")
    place = make_location(source, name="Warehouse", **values)
    taken = take(source, report(onHand=5))
    assert (taken.changed, taken.refused) == ((1, 0) if fits else (0, 1))
    if not fits:
        told = OrderException.across.get(type="stock_refused")
        assert (cure in told.cure, told.cause_key) == (True, f"{source.public_id}:w1")
        assert not InventoryLevel.across.filter(location=place).exists()


def test_a_refusal_is_over_when_a_report_fits(source: Source) -> None:
    take(source, report(onHand=5), report(sku="TEA-2", onHand=1))
    assert OrderException.across.get().times == 1
    make_location(source)
    take(source, report(onHand=5))
    assert OrderException.across.get().state == "resolved"
