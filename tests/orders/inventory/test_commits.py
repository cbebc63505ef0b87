"""Stock of shipping requests: committed, released from the future, given back."""

import pytest

from orders.inventory.commits import NotEnough, cancel, commit, held_by, release
from orders.lifecycle.shipping_request import RequestStatus
from orders.models import InventoryLevel, Location, Order, Source
from orders.requests.move import move
from orders.requests.write import RequestMoveRefused
from tests.factories import make_location, make_order
from tests.orders.inventory.stock import BY, figures, happened, make_product, make_request, stock

pytestmark = pytest.mark.django_db
FUTURE = ("on_hand", "committed", "future", "committed_future")


@pytest.fixture
def order(source: Source) -> Order:
    return make_order(source)


def test_lines_of_a_request_are_committed_once(order: Order, warehouse: Location) -> None:
    stock(warehouse, on_hand=5)
    request = make_request(order, warehouse)
    commit([request], by=BY)
    commit([request], by=BY)
    assert (figures(warehouse), happened(warehouse)[1:]) == ((5, 2), [("ship", {"committed": 2})])


def test_what_is_not_there_is_not_committed_and_nothing_else_either(order: Order, warehouse: Location) -> None:
    stock(warehouse, on_hand=3)
    requests = [make_request(order, warehouse) for _ in range(2)]
    with pytest.raises(NotEnough, match="1 of 2 × TEA-1") as told:
        commit(requests, by=BY)
    assert [(one.wanted, one.there) for one in told.value.missing] == [(2, 1)]
    assert figures(warehouse) == (3, 0)
    commit(requests, by=BY, check=False)
    assert figures(warehouse, "TEA-1", "available") == (-1,)


def test_infinite_places_and_products_that_are_not_counted_have_enough(order: Order, source: Source) -> None:
    endless = make_location(source, "w2", "Endless", infinite=True)
    stock(endless, on_hand=1)
    commit([make_request(order, endless)], by=BY)
    assert figures(endless) == (1, 2)
    plain = make_location(source, "w3", "Plain")
    make_product(plain, "GIFT-1", not_tracked=True)
    commit([make_request(order, plain, {"GIFT-1": 3})], by=BY)
    assert not InventoryLevel.across.filter(location=plain).exists()
    with pytest.raises(NotEnough):
        commit([make_request(order, plain, {"TEA-9": 1})], by=BY)


def test_future_stock_is_taken_after_what_is_there_and_released_when_all_of_it_is(
    order: Order, warehouse: Location
) -> None:
    stock(warehouse, on_hand=1, future=5)
    first, second = (make_request(order, warehouse, {"TEA-1": 3}, on_future=True) for _ in range(2))
    commit([first, second], by=BY)
    assert figures(warehouse, "TEA-1", *FUTURE) == (1, 1, 5, 5)
    with pytest.raises(NotEnough):
        commit([make_request(order, warehouse, {"TEA-1": 1}, on_future=True)], by=BY)
    stock(warehouse, on_hand=4)
    commit([second], by=BY)
    assert release([first, second], by=BY) == {first.pk}
    assert figures(warehouse, "TEA-1", *FUTURE) == (5, 3, 5, 3)
    assert happened(warehouse)[-1] == ("release", {"committed": 2, "committed_future": -2})
    assert release([first], by=BY) == {first.pk}
    cancel([first, second], by=BY)
    assert figures(warehouse, "TEA-1", *FUTURE) == (5, 0, 5, 0)


@pytest.mark.parametrize(
    ("restock", "after", "event"),
    [(True, (5, 0), "shipCancelRestock"), (False, (3, 0), "shipCancel")],
)
def test_a_canceled_request_gives_back_what_it_holds_once(
    order: Order, warehouse: Location, *, restock: bool, after: tuple[int, int], event: str
) -> None:
    stock(warehouse, on_hand=5)
    request = make_request(order, warehouse)
    commit([request], by=BY)
    cancel([request], by=BY, restock=restock)
    cancel([request], by=BY, restock=restock)
    assert (figures(warehouse), happened(warehouse)[-1][0]) == (after, event)
    assert (held_by([request]), len(happened(warehouse))) == ({}, 3)


def test_a_request_gives_back_its_own_and_not_what_others_hold(order: Order, warehouse: Location) -> None:
    stock(warehouse, on_hand=5)
    locked_out, other = make_request(order, warehouse), make_request(order, warehouse)
    InventoryLevel.across.update(locked=True)
    commit([locked_out], by=BY)
    InventoryLevel.across.update(locked=False)
    commit([other], by=BY)
    cancel([locked_out], by=BY)
    assert figures(warehouse) == (5, 2)
    cancel([other], by=BY)
    assert figures(warehouse) == (5, 0)


def test_a_failed_request_frees_its_stock_and_commits_anew_when_it_is_woken(order: Order, warehouse: Location) -> None:
    Order.across.update(status="readyForFulfillment")
    stock(warehouse, on_hand=3)
    request = make_request(order, warehouse)
    commit([request], by=BY)
    move([request.pk], RequestStatus.FAILED, BY)
    assert figures(warehouse) == (3, 0)
    move([request.pk], RequestStatus.READY_FOR_FULFILLMENT, BY)
    assert figures(warehouse) == (3, 2)
    move([request.pk], RequestStatus.FAILED, BY)
    stock(warehouse, on_hand=-2)
    with pytest.raises(RequestMoveRefused, match="1 of 2 × TEA-1"):
        move([request.pk], RequestStatus.READY_FOR_FULFILLMENT, BY)
    assert figures(warehouse) == (1, 0)
