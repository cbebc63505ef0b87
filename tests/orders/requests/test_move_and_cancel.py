"""Moving and canceling requests: history, stock, the order, and two people at once."""

import threading

import pytest
from django.db import connection, transaction

from orders.inventory import commits
from orders.lifecycle import edits
from orders.lifecycle.edits import ChangedMeanwhile
from orders.lifecycle.shipping_request import RequestStatus
from orders.lifecycle.write import MoveRefused
from orders.models import Location, Order, ShippingRequest, Source
from orders.requests.cancel import cancel, cancel_many
from orders.requests.create import Part, PartLine
from orders.requests.locks import lock_with_orders
from orders.requests.move import move
from orders.requests.warehouses import Warehouse, warehouses
from portal.audit.actor import Actor
from portal.audit.models import History
from portal.events.models import Event
from portal.kit.invariants import broken
from tests.factories import make_location
from tests.orders.requests.making import ROUTING, fresh, level, ready_order, request_for, requests_for, stock

pytestmark = pytest.mark.django_db
S = RequestStatus
OLIVE = Actor("user", "1", "Olive Owner")


@pytest.fixture
def location(source: Source) -> Location:
    made = make_location(source, name="Reno")
    stock(made, "TEA-1", 10, future=5)
    return made


@pytest.fixture
def request_of_two(source: Source, location: Location) -> ShippingRequest:
    return request_for(ready_order(source), location)


def order_of(request: ShippingRequest) -> Order:
    return Order.across.get(pk=request.order_id)


def test_when_all_is_sent_the_order_is_sent(source: Source, location: Location) -> None:
    order = ready_order(source)
    parts = [Part(location, [PartLine("l1", "TEA-1", "Tea", 1)]) for _ in range(2)]
    first, second = requests_for(order, parts)
    move([first.pk], S.SENT_TO_FULFILLMENT, ROUTING, "Reno has it.", sets={"ext_reference_id": "WO-1"})
    order.refresh_from_db()
    assert (order.status, order.content["disposition"][1]) == ("readyForFulfillment", "partiallySent")
    move([second.pk], S.SENT_TO_FULFILLMENT, ROUTING)
    order.refresh_from_db()
    assert (order.status, order.content["disposition"][1]) == ("sentToFulfillment", "sent")
    sent = fresh(first)
    assert (sent.ext_reference_id, sent.version, sent.sent_at is None) == ("WO-1", 2, False)
    told = Event.across.filter(name="shippingRequest.updated").earliest("pk").payload
    assert told == {
        "from": 1, "changes": ["/extReferenceId", "/sentToFulfillmentAt", "/status"], "cause": "system",
        "status": ["readyForFulfillment", "sentToFulfillment"],
    }  # fmt: skip
    assert History.across.filter(entity_type="order", entity_id=order.pk).latest("pk").summary == (
        "Shipping request #1001.2: Sent to fulfillment."
    )
    assert broken() == []


def test_all_or_none_are_moved(source: Source, location: Location) -> None:
    good, done = request_for(ready_order(source, 1), location), request_for(ready_order(source, 2), location)
    cancel(done, OLIVE)
    with pytest.raises(MoveRefused, match="#2: A shipping request that is “Canceled, restocked” cannot become"):
        move([good.pk, done.pk], S.SENT_TO_FULFILLMENT, ROUTING)
    assert fresh(good).status == "readyForFulfillment"


def test_moving_to_where_it_is_says_nothing(request_of_two: ShippingRequest) -> None:
    before = History.across.count()
    move([request_of_two.pk], S.READY_FOR_FULFILLMENT, ROUTING)
    assert History.across.count() == before


def test_a_failed_request_whose_units_went_elsewhere_stays_failed(source: Source, location: Location) -> None:
    order = ready_order(source)
    failed = request_for(order, location, status=S.FAILED)
    other = request_for(order, location)
    with pytest.raises(MoveRefused, match="its units are in another shipping request by now"):
        move([failed.pk], S.READY_FOR_FULFILLMENT, OLIVE)
    cancel(other, OLIVE)
    move([failed.pk], S.READY_FOR_FULFILLMENT, OLIVE)
    assert fresh(failed).status == "readyForFulfillment"


@pytest.mark.parametrize(
    ("restock", "becomes", "there"), [(True, "canceledRestock", (10, 0, 0)), (False, "canceled", (8, 0, 0))]
)
def test_canceling_frees_stock(
    request_of_two: ShippingRequest, location: Location, restock: bool, becomes: str, there: tuple[int, int, int]
) -> None:
    assert level(location) == (10, 2, 0)
    canceled = cancel(request_of_two, OLIVE, restock=restock, reason="Damaged")
    assert level(location) == there
    assert (canceled.status, canceled.cancellation, canceled.canceled_by_name) == (becomes, "", "Olive Owner")
    last = History.across.filter(entity_type="shippingRequest", entity_id=canceled.pk).latest("pk")
    assert last.summary.startswith("Canceled, its units are")
    assert last.summary.endswith("Damaged")


def test_canceling_frees_future_stock(source: Source, location: Location) -> None:
    stock(location, "TEA-1", -10)
    waiting = request_for(ready_order(source), location, on_future=True)
    assert level(location) == (0, 0, 2)
    cancel(waiting, OLIVE)
    assert level(location) == (0, 0, 0)


def test_canceling_opens_the_order_for_routing_again(request_of_two: ShippingRequest) -> None:
    move([request_of_two.pk], S.SENT_TO_FULFILLMENT, ROUTING)
    Order.across.filter(pk=request_of_two.order_id).update(routing_status="ready", route_at=None)
    assert order_of(request_of_two).status == "sentToFulfillment"
    canceled = cancel(request_of_two, OLIVE, skip_location=True)
    order = order_of(request_of_two)
    assert (order.status, order.routing_status, order.route_at is None) == ("readyForFulfillment", "pending", False)
    assert order.content["disposition"] == ["unrouted", "unsent", "unfulfilled"]
    assert (canceled.cancellation, canceled.skip_location) == ("notTold", True)


def test_an_order_that_a_person_keeps_back_is_not_routed_again(request_of_two: ShippingRequest) -> None:
    edits.move(request_of_two.order_id, "review", by=OLIVE)
    Order.across.filter(pk=request_of_two.order_id).update(route_at=None)
    cancel(request_of_two, OLIVE)
    order = order_of(request_of_two)
    assert (order.status, order.route_at) == ("reviewRequired", None)


@pytest.mark.parametrize("act", ["cancel", "archive"])
def test_what_is_not_sent_ends_with_its_order(source: Source, location: Location, act: str) -> None:
    order = ready_order(source)
    first, second = requests_for(order, [Part(location, [PartLine("l1", "TEA-1", "Tea", 1)]) for _ in range(2)])
    move([first.pk], S.SENT_TO_FULFILLMENT, ROUTING)
    edits.move(order.pk, act, by=OLIVE)
    assert (fresh(first).status, fresh(second).status) == ("sentToFulfillment", "canceledRestock")
    assert (fresh(second).canceled_by_name, level(location)) == ("Olive Owner", (10, 1, 0))
    order.refresh_from_db()
    assert (order.status, order.content["disposition"]) == (
        {"cancel": "canceled", "archive": "archived"}[act], ["partiallyRouted", "partiallySent", "unfulfilled"]
    )  # fmt: skip
    assert broken() == []


def test_a_connector_that_can_is_asked(request_of_two: ShippingRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(warehouses._entries, "ecwid", Warehouse(sends=True, cancels=True))
    move([request_of_two.pk], S.SENT_TO_FULFILLMENT, ROUTING)
    assert cancel(request_of_two, OLIVE).cancellation == "asked"


def test_the_second_of_two_people_is_told(request_of_two: ShippingRequest, location: Location) -> None:
    seen = request_of_two.version
    cancel(request_of_two, OLIVE, version=seen)
    with pytest.raises(ChangedMeanwhile, match="was changed by somebody else"):
        cancel(request_of_two, OLIVE, version=seen)
    with pytest.raises(MoveRefused, match="cannot become"):
        cancel(request_of_two, OLIVE)
    assert level(location) == (10, 0, 0)


def test_many_are_canceled_and_those_that_cannot_be_are_named(source: Source, location: Location) -> None:
    requests = [request_for(ready_order(source, number), location, 1) for number in range(1, 4)]
    cancel(requests[1], OLIVE)
    outcome = cancel_many([one.pk for one in requests], OLIVE)
    assert (outcome.done, outcome.refused) == (2, [("#2", "it is “Canceled, restocked”")])
    assert level(location) == (10, 0, 0)


@pytest.mark.django_db(transaction=True)
def test_of_two_who_cancel_at_once_one_does(source: Source) -> None:
    location = make_location(source, name="Reno")
    stock(location, "TEA-1", 10)
    request = request_for(ready_order(source), location)
    begin, told = threading.Barrier(2, timeout=10), []

    def try_it() -> None:
        try:
            begin.wait()
            cancel(request, OLIVE)
            told.append("done")
        except MoveRefused:
            told.append("refused")
        finally:
            connection.close()

    both = [threading.Thread(target=try_it) for _ in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join(20)
    assert sorted(told) == ["done", "refused"]
    assert level(location) == (10, 0, 0)


def test_the_locks_are_taken_orders_first(request_of_two: ShippingRequest) -> None:
    with transaction.atomic():
        orders, requests = lock_with_orders([request_of_two.pk])
    assert (list(orders), list(requests)) == ([request_of_two.order_id], [request_of_two.pk])
    assert commits.held_by([request_of_two])[request_of_two.pk]["tea-1"].committed == 2


BREAKS = {
    "requests.status_is_the_last_move": lambda: ShippingRequest.across.update(status="failed"),
    "requests.sent_orders_have_nothing_open": lambda: ShippingRequest.across.update(status="readyForFulfillment"),
}


@pytest.mark.parametrize("key", BREAKS)
def test_what_breaks_an_invariant_is_found(request_of_two: ShippingRequest, key: str) -> None:
    move([request_of_two.pk], S.SENT_TO_FULFILLMENT, ROUTING)
    BREAKS[key]()
    assert key in [one.invariant.key for one in broken()]
