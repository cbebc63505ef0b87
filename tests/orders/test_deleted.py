"""An order that its store has deleted stays as it is, whoever asks."""

import datetime as dt
from collections.abc import Callable

import pytest
from django.db import transaction
from django.test import Client

from orders.ingest.take import take_deleted
from orders.lifecycle import bulk, edits
from orders.lifecycle.order import OrderStatus
from orders.lifecycle.write import MoveRefused
from orders.locks import lock
from orders.models import Hold, Order, Source
from portal.audit.actor import Actor
from portal.audit.models import History
from tests.factories import CHANNEL, make_order, make_orders

pytestmark = pytest.mark.django_db
ANN = Actor("user", "1", "Ann")
LATER = dt.datetime(2100, 1, 1, tzinfo=dt.UTC)
WHY = "#1001 was deleted in its store: nothing can be done to it any more."


@pytest.fixture
def deleted(source: Source) -> Order:
    order = make_order(source)
    take_deleted(source, ["1001"], by=CHANNEL)
    order.refresh_from_db()
    assert (order.status, order.deleted_at is None) == ("canceled", False)
    return order


ASKS: dict[str, Callable[[Order], object]] = {
    "archive": lambda order: edits.move(order.pk, "archive", by=ANN),
    "ready": lambda order: edits.move(order.pk, "ready", by=ANN),
    "hold": lambda order: edits.hold(
        order.pk, until=LATER, next_status=OrderStatus.REVIEW_REQUIRED, reason="Wait", by=ANN
    ),
}


@pytest.mark.parametrize("ask", ASKS)
def test_a_deleted_order_is_neither_moved_nor_held(deleted: Order, ask: str) -> None:
    with pytest.raises(MoveRefused) as refused:
        ASKS[ask](deleted)
    assert str(refused.value) == WHY
    deleted.refresh_from_db()
    assert (deleted.status, Hold.across.count()) == ("canceled", 0)


def test_a_post_for_a_deleted_order_is_refused_with_the_reason(as_owner: Client, deleted: Order) -> None:
    before = History.across.count()
    answer = as_owner.post(f"/orders/{deleted.public_id}/do/archive")
    assert (answer.status_code, WHY in answer.content.decode()) == (409, True)
    assert (Order.across.get().status, History.across.count()) == ("canceled", before)


def test_many_orders_leave_the_deleted_ones_out_and_say_so(source: Source) -> None:
    orders = make_orders(source, [1001, 1002])
    take_deleted(source, ["1001"], by=CHANNEL)
    with transaction.atomic():
        left = bulk.move_locked("archive", lock([order.pk for order in orders]), by=ANN)
    assert left == {orders[0].pk: "it was deleted in its store"}
    assert dict(Order.across.values_list("ext_order_id", "status")) == {"#1001": "canceled", "#1002": "archived"}
