"""What people do to stock: figures, new records, copies, locks."""

from collections.abc import Mapping

import pytest

from orders.inventory import Movement, post
from orders.inventory.commits import cancel, commit
from orders.inventory.editing import AlreadyThere, CannotEdit, ChangedMeanwhile, add_level, copy_to, set_quantities
from orders.inventory.locking import Lock, Unlock, lock, unlock
from orders.models import InventoryLevel, LedgerEntry, Location, Source
from tests.factories import make_location, make_order
from tests.orders.inventory.stock import BY, figures, happened, make_request, stock

pytestmark = pytest.mark.django_db


def test_the_ledger_gets_the_difference(warehouse: Location) -> None:
    level = stock(warehouse, on_hand=10, future=2)
    changed = set_quantities(level, {"on_hand": 4, "future": 2}, by=BY, version=level.version, note="Counted.")
    assert (changed.on_hand, changed.version, happened(warehouse)[-1]) == (4, 2, ("edit", {"on_hand": -6}))
    assert LedgerEntry.across.order_by("-id")[0].note == "Counted."
    assert set_quantities(changed, {"on_hand": 4}, by=BY).version == 2


@pytest.mark.parametrize(
    "values", [{"committed": 1}, {"on_hand": -1}, {"on_hand": True}, {"on_hand": 2_000_000_000}, {"sku": 1}]
)
def test_what_people_may_not_set_is_refused(warehouse: Location, values: Mapping[str, int]) -> None:
    with pytest.raises(CannotEdit):
        set_quantities(stock(warehouse, on_hand=10), values, by=BY)
    assert figures(warehouse) == (10, 0)


def test_who_comes_second_is_told(warehouse: Location) -> None:
    level = stock(warehouse, on_hand=10)
    set_quantities(level, {"on_hand": 4}, by=BY, version=level.version)
    with pytest.raises(ChangedMeanwhile):
        set_quantities(level, {"on_hand": 5}, by=BY, version=level.version)


def test_the_virtual_record_is_not_edited(warehouse: Location) -> None:
    post([Movement(warehouse.organization_id, None, "TEA-1", "virtualCommit", committed=1)], by=BY)
    with pytest.raises(CannotEdit):
        set_quantities(InventoryLevel.across.get(), {"on_hand": 1}, by=BY)


def test_a_record_is_begun_and_copied_once(warehouse: Location, source: Source) -> None:
    level = add_level(warehouse, " TEA-1 ", {"on_hand": 3}, by=BY)
    assert (level.sku, level.on_hand, level.version) == ("TEA-1", 3, 1)
    with pytest.raises(AlreadyThere):
        add_level(warehouse, "tea-1", {}, by=BY)
    other, third = make_location(source, "w2", "Other"), make_location(source, "w3", "Third")
    assert copy_to(level, other, by=BY).on_hand == 0
    assert copy_to(level, third, by=BY, with_quantities=True).on_hand == 3
    with pytest.raises(CannotEdit):
        add_level(make_location(source, "w4", "Closed", active=False), "TEA-1", {}, by=BY)
    with pytest.raises(AlreadyThere):
        copy_to(level, other, by=BY)


@pytest.mark.parametrize(
    ("way", "values", "after"),
    [
        (Lock.KEEP, {}, (10, 4, 2)),
        (Lock.ZERO, {}, (0, 4, 2)),
        (Lock.UNTIL_NONE_AVAILABLE, {}, (4, 4, 2)),
        (Lock.BY_HAND, {"on_hand": 1, "unavailable": 9}, (1, 4, 9)),
    ],
)
@pytest.mark.parametrize("back", Unlock)
def test_a_record_is_locked_in_four_ways_and_unlocked_in_two(
    warehouse: Location, source: Source, way: Lock, values: dict[str, int], after: tuple[int, ...], back: Unlock
) -> None:
    names = ("TEA-1", "on_hand", "committed", "unavailable")
    stock(warehouse, on_hand=10, unavailable=2)
    commit([make_request(make_order(source), warehouse, {"TEA-1": 4})], by=BY)
    level = InventoryLevel.across.get(location=warehouse)
    locked = lock(level, way, by=BY, version=level.version, values=values)
    assert (locked.locked, figures(warehouse, *names)) == (True, after)
    with pytest.raises(CannotEdit):
        lock(locked, way, by=BY)
    unlocked = unlock(locked, back, by=BY, version=locked.version)
    assert (unlocked.locked, unlocked.before_lock) == (False, None)
    assert figures(warehouse, *names) == (after if back is Unlock.KEEP else (10, 4, 2))
    with pytest.raises(CannotEdit):
        unlock(unlocked, back, by=BY)


def test_unlocking_makes_up_for_what_requests_did_meanwhile(warehouse: Location, source: Source) -> None:
    order = make_order(source)
    level = stock(warehouse, on_hand=10)
    before, canceled = make_request(order, warehouse), make_request(order, warehouse, {"TEA-1": 3})
    commit([before, canceled], by=BY)
    lock(level, Lock.KEEP, by=BY)
    later = make_request(order, warehouse, {"TEA-1": 1})
    commit([later], by=BY)
    cancel([canceled], by=BY)
    canceled.status = "canceledRestock"
    canceled.save()
    assert figures(warehouse) == (10, 5)
    unlock(level, Unlock.KEEP, by=BY)
    assert figures(warehouse) == (10, 3)
    cancel([before, later], by=BY)
    assert figures(warehouse) == (10, 0)
