"""Making shipping requests: what they are called, what they hold, what the order is then."""

import pytest
from django.db import transaction

from orders.documents.shipping_request import document
from orders.lifecycle.shipping_request import RequestStatus
from orders.locks import lock
from orders.models import Location, Order, ShippingRequest, ShippingRequestLine, Source
from orders.requests.create import MoreThanOrdered, Part, PartLine, create
from portal.audit.models import History
from portal.events.models import Event
from tests.factories import make_location
from tests.orders.requests.making import ROUTING, ready_order, request_for, requests_for

pytestmark = pytest.mark.django_db
S = RequestStatus
LINES = [
    {"uniqueId": "l1", "sku": "TEA-1", "name": "Green tea", "quantity": 2},
    {"uniqueId": "l2", "sku": "BOX", "name": "Box", "quantity": 1},
]


@pytest.fixture
def location(source: Source) -> Location:
    return make_location(source, name="Reno")


def part(location: Location, *lines: PartLine, on_future: bool = False) -> Part:
    return Part(location, lines, on_future)


def tea(units: int) -> PartLine:
    return PartLine("l1", "TEA-1", "Green tea", units)


def numbers(order: Order) -> list[str]:
    rows = ShippingRequest.across.filter(order=order).order_by("ordinal")
    return list(rows.values_list("ext_shipment_id", flat=True))


def test_a_request_holds_what_the_warehouse_needs(source: Source, location: Location) -> None:
    order = ready_order(source, lineItems=LINES, shippingClass="Express", shippingNote="Ring twice", giftNote="")
    cup = PartLine("l2", "CUP", "Cup", 3, bundle_sku="BOX", per_bundle=3)
    made = requests_for(order, [part(location, tea(2), cup)])[0]
    told = document(ShippingRequest.across.get(pk=made.pk))
    assert told["lineItems"] == [
        {"uniqueId": "l1", "sku": "TEA-1", "name": "Green tea", "quantity": 2, "fulfilled": 0},
        {"uniqueId": "l2", "sku": "CUP", "name": "Cup", "quantity": 3, "bundleSku": "BOX", "perBundle": 3,
         "fulfilled": 0},
    ]  # fmt: skip
    expected = {
        "extShipmentId": "#1001", "extOrderId": "#1001", "version": 1, "status": "readyForFulfillment",
        "locationId": location.public_id, "orderId": order.public_id, "orderIntegration": source.public_id,
        "fulfillmentIntegrationId": source.public_id, "shippingClass": "Express", "shippingNote": "Ring twice",
        "currency": "USD", "orderCreateTime": "2026-01-05T09:59:10.000Z", "tags": ["vip"],
    }  # fmt: skip
    assert {key: told.get(key) for key in expected} == expected
    assert told["shippingAddress"]["city"] == "Reno"
    assert "giftNote" not in told
    rows = ShippingRequestLine.across.order_by("position")
    assert [(one.sku_folded, int(one.quantity), one.bundle_sku, one.per_bundle) for one in rows] == [
        ("tea-1", 2, "", 1),
        ("cup", 3, "BOX", 3),
    ]


def test_the_order_says_that_it_is_routed_and_who_did_it(source: Source, location: Location) -> None:
    order = ready_order(source)
    made = request_for(order, location)
    order.refresh_from_db()
    assert order.status == "readyForFulfillment"
    assert order.content["disposition"] == ["routed", "unsent", "unfulfilled"]
    assert order.kept == {}
    last = History.across.filter(entity_type="order", entity_id=order.pk).latest("pk")
    assert (last.actor_name, last.summary) == ("Routing", "Shipping request #1001 for Reno: 2 units.")
    own = History.across.get(entity_type="shippingRequest", entity_id=made.pk)
    assert (own.verb, own.version) == ("created", 1)
    assert Event.across.get(name="shippingRequest.created").payload == {
        "status": "readyForFulfillment", "cause": "system"
    }  # fmt: skip


@pytest.mark.parametrize(
    ("waits", "labels", "becomes"),
    [
        (True, True, S.PENDING_INVENTORY),
        (False, True, S.PENDING_SHIPPING_LABEL),
        (False, False, S.READY_FOR_FULFILLMENT),
    ],
)
def test_what_it_begins_as(source: Source, location: Location, waits: bool, labels: bool, becomes: S) -> None:
    order = ready_order(source)
    Order.across.filter(pk=order.pk).update(content=order.content | {"requireShippingLabels": labels})
    order.refresh_from_db()
    assert request_for(order, location, on_future=waits).status == becomes


def test_the_first_is_called_as_its_order_the_next_have_a_number_behind_it(source: Source, location: Location) -> None:
    order = ready_order(source, lineItems=[{"uniqueId": "l1", "sku": "TEA-1", "quantity": 9}])
    requests_for(order, [part(location, tea(1)), part(location, tea(2))])
    requests_for(order, [part(location, tea(1))])
    assert numbers(order) == ["#1001", "#1001.2", "#1001.3"]
    assert list(ShippingRequest.across.order_by("ordinal").values_list("ordinal", flat=True)) == [1, 2, 3]


def test_two_stores_may_have_an_order_of_the_same_number(source: Source, location: Location) -> None:
    other = Source.across.create(organization=source.organization, name="Cup shop", connector="ecwid")
    lines = [{"uniqueId": "l1", "sku": "TEA-1", "quantity": 9}]
    first, second, odd = (ready_order(one, number, lineItems=lines) for one, number in
                          ((source, 1001), (other, 1001), (source, "1001.2")))  # fmt: skip
    for order in (first, second, odd, first, second):
        requests_for(order, [part(location, tea(1))])
    assert numbers(first) == ["#1001", "#1001.3"]  # “#1001.2” is an order of its own
    assert numbers(second) == ["#1001-2", "#1001-2.2"]
    assert numbers(odd) == ["#1001.2"]


def test_another_organization_has_numbers_of_its_own(source: Source, location: Location, stranger: object) -> None:
    other = Source.across.create(organization=stranger.organization, name="Elsewhere", connector="ecwid")  # type: ignore[attr-defined]
    request_for(ready_order(source), location)
    order = ready_order(other)
    request_for(order, make_location(other))
    assert numbers(order) == ["#1001"]


@pytest.mark.parametrize("line", [tea(3), PartLine("nowhere", "X", "", 1)])
def test_more_than_was_ordered_is_not_asked_for(source: Source, location: Location, line: PartLine) -> None:
    order = ready_order(source)
    with pytest.raises(MoreThanOrdered), transaction.atomic():
        create(lock([order.pk])[order.pk], [part(location, line)], ROUTING)
    assert not ShippingRequest.across.exists()
