"""What a channel changes or cancels: during a hold it flows in, after routing it is looked after."""

import datetime as dt
from typing import Any

import pytest

from orders.ingest.take import take, take_deleted
from orders.lifecycle.holds import release_all_due
from orders.lifecycle.shipping_request import RequestStatus
from orders.models import Location, Order, OrderException, ShippingRequest, Source
from orders.requests.warehouses import Warehouse, warehouses
from portal.audit.models import History
from portal.events.models import Event
from tests.factories import CHANNEL, PLACED, ingest, make_location, make_order, make_record
from tests.orders.fulfillments.parcels import parcel, report
from tests.orders.requests.making import request_for

pytestmark = pytest.mark.django_db
SENT, READY = RequestStatus.SENT_TO_FULFILLMENT, RequestStatus.READY_FOR_FULFILLMENT
ELSEWHERE = {"address1": "9 New Street", "city": "Reno", "country": "US"}


@pytest.fixture
def place(source: Source) -> Location:
    return make_location(source)


def routed(source: Source, place: Location, status: RequestStatus, *, units: int = 2) -> tuple[Order, ShippingRequest]:
    order = make_order(source)
    Order.across.filter(pk=order.pk).update(status="readyForFulfillment")
    request = request_for(Order.across.get(pk=order.pk), place, units, status=status)
    return Order.across.get(pk=order.pk), request


def told(source: Source, minutes: int = 5, **fields: Any) -> None:
    ingest(source, make_record(extOrderUpdatedAt=PLACED + dt.timedelta(minutes=minutes), **fields))


def active(kind: str) -> list[OrderException]:
    return list(OrderException.across.filter(type=kind, state="active"))


def test_an_address_of_a_request_that_nobody_has_is_made_anew(source: Source, place: Location) -> None:
    order, request = routed(source, place, READY)
    told(source, shippingAddress=ELSEWHERE)
    request.refresh_from_db()
    order.refresh_from_db()
    assert (request.status, order.routing_status, active("changed_too_late")) == ("canceledRestock", "pending", [])
    assert order.content["shippingAddress"]["address1"] == "9 New Street"
    assert order.route_at is not None


def test_of_an_address_that_a_warehouse_has_people_are_told_until_it_is_settled(
    source: Source, place: Location
) -> None:
    order, request = routed(source, place, SENT)
    before = order.content["shippingAddress"]
    told(source, shippingAddress=ELSEWHERE)
    (problem,) = active("changed_too_late")
    assert (problem.entity_id, problem.message) == (
        order.pk,
        f"Shipping request {request.ext_shipment_id} at Warehouse has another address.",
    )
    assert ShippingRequest.across.get().status == SENT
    told(source, 6, shippingAddress=ELSEWHERE, orderNote="Ring")
    assert len(active("changed_too_late")) == 1
    told(source, 7, shippingAddress=before, orderNote="Ring")
    assert active("changed_too_late") == []


def test_fewer_units_than_a_warehouse_was_asked_for_are_told(source: Source, place: Location) -> None:
    routed(source, place, SENT)
    line = make_record().model_dump(by_alias=True, exclude_none=True)["lineItems"][0]
    told(source, lineItems=[line | {"quantity": 1}])
    (problem,) = active("changed_too_late")
    assert problem.message.endswith("has more of TEA-1.")
    told(source, 6, lineItems=[line | {"uniqueId": "other", "sku": "TIN-9"}])
    assert len(active("changed_too_late")) == 1


@pytest.mark.parametrize("can_be_told", [True, False])
def test_a_cancellation_ends_what_is_unsent_and_asks_the_warehouses(
    source: Source, place: Location, monkeypatch: pytest.MonkeyPatch, can_be_told: bool
) -> None:
    order, sent = routed(source, place, SENT, units=1)
    unsent = request_for(order, place, 1)
    ShippingRequest.across.filter(pk=sent.pk).update(fulfillment_source=source)
    monkeypatch.setitem(warehouses._entries, source.connector, Warehouse(sends=True, cancels=can_be_told))
    told(source, canceled=True)
    sent.refresh_from_db()
    unsent.refresh_from_db()
    order.refresh_from_db()
    assert (order.status, unsent.status, unsent.cancellation) == ("canceled", "canceledRestock", "")
    assert (sent.status, sent.cancellation) == ("canceledRestock", "asked" if can_be_told else "notTold")
    assert len(active("canceled_too_late")) == (0 if can_be_told else 1)
    report(source, parcel(sent.ext_shipment_id, lines=[("TEA-1", 1)]))
    assert len(active("shipped_after_cancel")) == 1


@pytest.mark.parametrize("status", ["sentToFulfillment", "partialFulfillment"])
def test_an_order_that_went_out_is_canceled_too(source: Source, place: Location, status: str) -> None:
    order, request = routed(source, place, SENT)
    Order.across.filter(pk=order.pk).update(status=status)
    told(source, canceled=True)
    assert (Order.across.get().status, ShippingRequest.across.get(pk=request.pk).status) == (
        "canceled",
        "canceledRestock",
    )
    assert len(active("canceled_too_late")) == 1


def test_an_order_that_was_shipped_stays_and_people_are_told(source: Source, place: Location) -> None:
    order, _ = routed(source, place, SENT)
    Order.across.filter(pk=order.pk).update(status="fulfilled")
    told(source, canceled=True)
    (problem,) = active("canceled_too_late")
    assert (Order.across.get().status, problem.message) == ("fulfilled", "All of it had been shipped.")


def test_an_order_that_is_deleted_there_is_canceled_at_the_warehouse(source: Source, place: Location) -> None:
    order, request = routed(source, place, SENT)
    Order.across.filter(pk=order.pk).update(status="sentToFulfillment")
    assert take_deleted(source, [order.ext_order_api_id], by=CHANNEL) == 1
    request.refresh_from_db()
    order.refresh_from_db()
    assert (order.status, order.deleted_at is not None, request.status) == ("canceled", True, "canceledRestock")


def test_our_own_write_is_no_change_and_what_comes_with_it_is(source: Source) -> None:
    order = make_order(source, fulfillmentStatus="awaitingProcessing")
    events = Event.across.count()
    own = {order.ext_order_api_id: {"/fulfillmentStatus": "shipped"}}
    record = make_record(fulfillmentStatus="shipped", extOrderUpdatedAt=PLACED + dt.timedelta(minutes=5))
    taken = take(source, [record], by=CHANNEL, own=own)
    assert (taken.updated, taken.unchanged, Event.across.count()) == (0, 1, events)
    order.refresh_from_db()
    assert order.content["fulfillmentStatus"] == "shipped"
    both = make_record(
        fulfillmentStatus="delivered", orderNote="Ring", extOrderUpdatedAt=PLACED + dt.timedelta(minutes=6)
    )
    own = {order.ext_order_api_id: {"/fulfillmentStatus": "delivered"}}
    assert take(source, [both], by=CHANNEL, own=own).updated == 1
    heard = Event.across.latest("id")
    assert set(heard.payload["changes"]) - {"/extOrderUpdatedAt"} == {"/orderNote"}
    order.refresh_from_db()
    assert heard.payload["from"] == order.version - 1
    summaries = list(History.across.filter(entity_type="order").order_by("-id").values_list("summary", flat=True)[:2])
    assert summaries == [
        "The channel changed: Order note.",
        "The channel shows what it was told: Fulfillment status in the channel.",
    ]


def test_what_changes_during_a_hold_flows_in(source: Source) -> None:
    order = make_order(source)
    Order.across.filter(pk=order.pk).update(status="onHold")
    told(source, shippingAddress=ELSEWHERE)
    told(source, 6, shippingAddress=ELSEWHERE, canceled=True)
    order.refresh_from_db()
    assert (order.status, order.content["shippingAddress"]["city"]) == ("canceled", "Reno")
    assert release_all_due() == 0
    assert not OrderException.across.filter(state="active").exists()
