"""Stock moves through one writer: entries, sums, keys, locks, and word to others."""

import pytest
from django.db import IntegrityError, transaction

from orders.inventory import Movement, NotOfThisEvent, availability, lock_levels, post
from orders.models import InventoryLevel, LedgerEntry, Location, OrderException, Source
from portal.events.models import Event
from tests.factories import make_location
from tests.orders.inventory.stock import BY, figures, happened, stock

pytestmark = pytest.mark.django_db


def test_a_movement_makes_the_level_and_is_its_sum(warehouse: Location) -> None:
    stock(warehouse, on_hand=10, unavailable=1)
    post(
        [
            Movement(warehouse.organization_id, warehouse.pk, "tea-1 ", "ship", committed=4),
            Movement(warehouse.organization_id, warehouse.pk, "TEA-1", "fulfill", on_hand=-3, committed=-3),
        ],
        by=BY,
    )
    assert figures(warehouse, "TEA-1", "sku", "on_hand", "committed", "available", "unavailable", "version") == (
        "TEA-1", 7, 1, 6, 1, 2,
    )  # fmt: skip
    assert [one for one, _ in happened(warehouse)] == ["edit", "ship", "fulfill"]
    assert set(LedgerEntry.across.values_list("actor_name", flat=True)) == {"Test"}


def test_the_same_key_is_written_once(warehouse: Location) -> None:
    movement = Movement(warehouse.organization_id, warehouse.pk, "TEA-1", "sync", on_hand=5, key="a")
    assert len(post([movement, movement], by=BY)) == 1
    assert post([movement], by=BY) == []
    assert figures(warehouse) == (5, 0)
    assert InventoryLevel.across.get().version == 1


def test_others_hear_of_each_changed_level_once_a_call(warehouse: Location) -> None:
    organization = warehouse.organization_id
    post(
        [
            Movement(organization, warehouse.pk, "TEA-1", "edit", on_hand=5),
            Movement(organization, warehouse.pk, "TEA-1", "ship", committed=2),
            Movement(organization, None, "TEA-2", "virtualCommit", committed=1),
        ],
        by=BY,
    )
    told = {one.payload["sku"]: one for one in Event.across.filter(name="inventory.changed")}
    assert told["TEA-1"].payload == {
        "from": 0, "sku": "TEA-1", "changes": ["/onHand", "/committed", "/available"], "events": ["edit", "ship"],
        "promised": ["TEA-1", "TEA-2"],
    }  # fmt: skip
    assert "promised" not in told["TEA-2"].payload, "It is named already."
    level = InventoryLevel.across.get(location=warehouse)
    assert (told["TEA-1"].entity_type, told["TEA-1"].entity_id, told["TEA-1"].entity_version) == (
        "inventory", level.pk, level.version,
    )  # fmt: skip
    assert len(told) == 2


def test_a_locked_level_stays_and_says_what_was_meant(warehouse: Location) -> None:
    stock(warehouse, on_hand=10)
    InventoryLevel.across.update(locked=True)
    Event.across.all().delete()
    post([Movement(warehouse.organization_id, warehouse.pk, "TEA-1", "ship", committed=4, note="For you.")], by=BY)
    assert (figures(warehouse), happened(warehouse)[-1]) == ((10, 0), ("ship", {}))
    assert LedgerEntry.across.last().note == "Not counted: the record is locked. committed +4 For you."  # type: ignore[union-attr]
    assert not Event.across.exists()
    stock(warehouse, on_hand=1)  # by hand it still moves
    assert figures(warehouse) == (11, 0)


def test_more_than_is_committed_cannot_be_released(warehouse: Location) -> None:
    stock(warehouse, on_hand=10)
    with pytest.raises(IntegrityError), transaction.atomic():
        post([Movement(warehouse.organization_id, warehouse.pk, "TEA-1", "shipCancelRestock", committed=-1)], by=BY)
    assert len(happened(warehouse)) == 1


def test_what_cannot_be_writes_nothing(warehouse: Location) -> None:
    with pytest.raises(NotOfThisEvent):
        post([Movement(warehouse.organization_id, warehouse.pk, "TEA-1", "ship", on_hand=1)], by=BY)
    assert not InventoryLevel.across.exists()


def test_stock_below_zero_is_told_and_forgotten_when_it_is_over(warehouse: Location) -> None:
    from orders.exceptions.clear import close_gone

    stock(warehouse, on_hand=2)
    post([Movement(warehouse.organization_id, warehouse.pk, "TEA-1", "fulfill", on_hand=-3)], by=BY)
    told = OrderException.across.get(type="stock_negative")
    assert (told.title, told.message) == (
        "TEA-1 is below zero at Warehouse", "By what was reported there are -1 on hand.",
    )  # fmt: skip
    close_gone()
    assert OrderException.across.filter(state="active").count() == 1
    stock(warehouse, on_hand=1)
    close_gone()
    assert not OrderException.across.filter(state="active").exists()


def test_looking_and_locking_answer_by_folded_sku_and_location(warehouse: Location, source: Source) -> None:
    other = make_location(source, "w2", "Other")
    stock(warehouse, "Tea-1", on_hand=10, future=5)
    stock(other, "TEA-2", on_hand=1)
    organization, skus, places = warehouse.organization_id, ["TEA-1", "tea-2", "TEA-3"], [warehouse.pk, other.pk]
    found = availability(organization, skus, places)
    assert {at: (one.available, one.future) for at, one in found.items()} == {
        ("tea-1", warehouse.pk): (10, 5), ("tea-2", other.pk): (1, 0),
    }  # fmt: skip
    assert lock_levels(organization, skus, places).keys() == found.keys()
    assert lock_levels(organization + 1, skus, places) == {}


def test_stock_moves_in_the_transaction_of_what_moves_it(warehouse: Location) -> None:
    class Loose:
        in_atomic_block = False

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(transaction, "get_connection", lambda *_args: Loose())
        with pytest.raises(transaction.TransactionManagementError):
            post([Movement(warehouse.organization_id, warehouse.pk, "TEA-1", "edit", on_hand=5)], by=BY)
