"""Canceling an order by hand: what is said before it, and what becomes of the units of its shipping requests."""

import pytest
from django.test import Client

from orders.lifecycle.shipping_request import RequestStatus
from orders.models import Order, ShippingRequest, Source
from orders.requests import warehouses
from orders.requests.move import move
from orders.requests.warehouses import Warehouse
from portal.audit.actor import Actor
from tests.orders.inventory.stock import figures, stock
from tests.orders.routing.running import card, ready, run, warehouse

pytestmark = pytest.mark.django_db


@pytest.fixture
def order(source: Source) -> Order:
    reno = warehouse(source)
    card(reno)
    stock(reno, on_hand=9)
    order = ready(source)
    run(order)
    return order


@pytest.mark.parametrize(
    ("data", "status", "stock_then"),
    [
        ({"asked": "yes", "restock": "on"}, "canceledRestock", (9, 0)),
        ({"asked": "yes"}, "canceled", (7, 0)),
        ({}, "canceledRestock", (9, 0)),
    ],
)
def test_people_say_what_becomes_of_the_units(
    as_owner: Client, order: Order, data: dict[str, str], status: str, stock_then: tuple[int, int]
) -> None:
    page = as_owner.get(f"/orders/{order.public_id}").content.decode()
    assert 'data-open="cancel-dialog"' in page
    asked = as_owner.get(f"/orders/{order.public_id}/cancel").content.decode()
    assert "Restock items" in asked
    assert "Nobody tells" not in asked  # no warehouse has heard of it
    answer = as_owner.post(f"/orders/{order.public_id}/do/cancel", data | {"version": order.version})
    assert answer.status_code == 302
    order.refresh_from_db()
    request = ShippingRequest.across.get()
    assert (order.status, request.status, figures(request.location)) == ("canceled", status, stock_then)
    assert 'data-open="cancel-dialog"' not in as_owner.get(f"/orders/{order.public_id}").content.decode()


@pytest.mark.parametrize(
    ("cancels", "words", "opens"),
    [
        (False, "Nobody tells these, cancel it there, too: Reno.", False),
        (True, "Asked to cancel what they have of it: Reno.", True),
    ],
)
def test_it_is_said_which_warehouses_hear_of_it(
    as_owner: Client, order: Order, monkeypatch: pytest.MonkeyPatch, cancels: bool, words: str, opens: bool
) -> None:
    move([ShippingRequest.across.get().pk], RequestStatus.SENT_TO_FULFILLMENT, Actor.system())
    monkeypatch.setattr(warehouses, "BY_HAND", Warehouse(sends=True, cancels=cancels))
    page = as_owner.get(f"/orders/{order.public_id}").content.decode()
    assert ('data-open="cancel-dialog"' in page, words in page) == (opens, not opens)
    assert words in as_owner.get(f"/orders/{order.public_id}/cancel").content.decode()
