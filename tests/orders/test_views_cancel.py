"""Canceling orders by hand: what is said before it, and what becomes of the units of their shipping requests."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from orders.by_hand import work
from orders.lifecycle import edits
from orders.lifecycle.shipping_request import RequestStatus
from orders.models import Location, Order, ShippingRequest, Source
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


@pytest.fixture
def several(source: Source) -> list[Order]:
    """Two orders whose requests no warehouse has, two of a warehouse, and one that waits for a person."""
    reno, sparks = warehouse(source), warehouse(source, "Sparks")
    card(reno, sparks)
    stock(reno, on_hand=6)
    stock(sparks, on_hand=4)
    orders = [ready(source, number) for number in range(1, 6)]
    edits.move(orders[4].pk, "review", by=Actor.system())
    run(*orders[:4])
    sent = ShippingRequest.across.filter(order__in=orders[2:4]).values_list("pk", flat=True)
    move(list(sent), RequestStatus.SENT_TO_FULFILLMENT, Actor.system())
    return orders


def told(text: str) -> str:
    """The words of a page without its tags, on one line."""
    return " ".join(re.sub(r"<[^>]+>", " ", text).split())


@pytest.mark.parametrize(
    ("cancels", "words"),
    [
        (False, "2 shipping requests end with that. Nobody tells these warehouses. What they have goes on: cancel it "
                "there, too. 1 × Reno 1 × Sparks"),
        (True, "4 shipping requests end with that. These warehouses are asked to cancel what they have. The answers "
               "stand at the shipping requests: 1 × Reno 1 × Sparks"),
    ],
)  # fmt: skip
def test_before_many_are_canceled_it_says_how_many_requests_end_and_which_warehouses_hear(
    as_owner: Client, several: list[Order], monkeypatch: pytest.MonkeyPatch, cancels: bool, words: str
) -> None:
    monkeypatch.setattr(warehouses, "BY_HAND", Warehouse(sends=True, cancels=cancels))
    asked = as_owner.post("/orders/bulk/cancel", {"row": [one.public_id for one in several]}).content.decode()
    assert words in told(asked)
    assert re.search(r'name="restock"[^>]*\schecked', asked)
    none = as_owner.post("/orders/bulk/cancel", {"row": [several[4].public_id]}).content.decode()
    assert "end with that" not in none
    assert 'name="restock"' not in none


@pytest.mark.parametrize(
    ("answer", "status", "stock_then"),
    [
        ({"asked": "yes", "restock": "on"}, "canceledRestock", ((6, 0), (4, 0))),
        ({"asked": "yes"}, "canceled", ((0, 0), (2, 0))),
        ({}, "canceledRestock", ((6, 0), (4, 0))),
    ],
)
def test_people_say_what_becomes_of_the_units_of_many(
    as_owner: Client, several: list[Order], monkeypatch: pytest.MonkeyPatch, answer: dict[str, str], status: str,
    stock_then: tuple[tuple[int, int], tuple[int, int]],
) -> None:  # fmt: skip
    """The worker does what was asked for, and the page of the work says so."""
    monkeypatch.setattr(warehouses, "BY_HAND", Warehouse(sends=True, cancels=True))
    monkeypatch.setattr("orders.many.AT_ONCE", 0.0)
    rows = {"row": [one.public_id for one in several]}
    page = as_owner.post("/orders/bulk/cancel", rows | {"sure": "1"} | answer, follow=True).content.decode()
    assert "0 of 5 dealt with" in told(page)
    assert ("Units are not put back into stock" in page) == (status == "canceled")
    work.run_due()
    assert set(Order.across.values_list("status", flat=True)) == {"canceled"}
    requests = ShippingRequest.across.values_list("status", flat=True)
    assert (set(requests), len(requests)) == ({status}, 4)
    reno, sparks = Location.across.get(name="Reno"), Location.across.get(name="Sparks")
    assert (figures(reno), figures(sparks)) == stock_then


def test_the_look_at_many_takes_as_many_queries_as_at_one(as_owner: Client, several: list[Order]) -> None:
    def queries(*orders: Order) -> int:
        with CaptureQueriesContext(connection) as seen:
            as_owner.post("/orders/bulk/cancel", {"row": [one.public_id for one in orders]})
        return len(seen)

    assert queries(*several) == queries(several[0])
