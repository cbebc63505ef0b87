"""Reports of warehouses: the right ones once, the wrong ones in the right state."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connection

from orders.exceptions import settle
from orders.exceptions.foresee import foresee
from orders.fulfillments.by_hand import mark_unfulfilled
from orders.fulfillments.retake import retake_known
from orders.lifecycle import edits
from orders.lifecycle.shipping_request import RequestStatus
from orders.lifecycle.write import MoveRefused
from orders.models import (
    Fulfillment,
    LedgerEntry,
    Location,
    Order,
    OrderException,
    Product,
    Publication,
    ShippingRequest,
    ShippingRequestLine,
    Source,
)
from orders.queries import in_list
from orders.requests.cancel import cancel
from orders.requests.create import Part, PartLine
from orders.search import search
from portal.audit.models import History
from portal.events.models import Event
from portal.kit import json
from portal.kit.invariants import broken
from portal.kit.jobs import watchers
from portal.tenancy.models import Organization
from tests.factories import make_location
from tests.orders.fulfillments.parcels import WAREHOUSE, parcel, problems, report, shipped
from tests.orders.requests.making import ROUTING, fresh, level, ready_order, request_for, requests_for, stock
from tests.whole import everything

pytestmark = pytest.mark.django_db
S = RequestStatus


@pytest.fixture
def warehouse(organization: Organization) -> Source:
    return Source.across.create(organization=organization, name="North warehouse", connector="ecwid")


@pytest.fixture
def location(warehouse: Source) -> Location:
    made = make_location(warehouse, name="North")
    stock(made, "TEA-1", 10)
    return made


@pytest.fixture
def request_(source: Source, location: Location) -> ShippingRequest:
    """A sent request for the two teas of order #1001."""
    return request_for(ready_order(source), location, status=S.SENT_TO_FULFILLMENT)


def order_of(request: ShippingRequest) -> Order:
    return Order.across.get(pk=request.order_id)


def test_a_parcel_is_counted_everywhere(warehouse: Source, location: Location, request_: ShippingRequest) -> None:
    told = parcel(trackingNumber=["1Z9"], trackingUrl=["https://ups.example/1Z9"], shippingCarrier="UPS")
    assert report(warehouse, told).created == 1
    made, order = Fulfillment.across.get(), order_of(request_)
    assert (fresh(request_).status, order.status) == ("fulfilled", "fulfilled")
    assert order.content["disposition"] == ["routed", "sent", "fulfilled"]
    assert order.content["dispositions"] == [
        {"uniqueId": "l1", "values": [{"type": kind, "quantity": 2} for kind in ("routed", "sent", "fulfilled")]}
    ]
    assert "fulfilledAt" in order.content
    assert order.kept == {}
    assert level(location) == (8, 0, 0)
    assert LedgerEntry.across.get(event="fulfill").entity_id == made.public_id
    assert Event.across.get(name="fulfillment.created").payload["order"] == order.public_id
    assert History.across.get(entity_type="fulfillment").summary == "Shipped 2 × TEA-1 (P1, tracking 1Z9)."
    last = History.across.filter(entity_type="order", entity_id=order.pk).latest("pk")
    assert (last.summary, last.actor_name) == (
        "North, #1001: Shipped 2 × TEA-1 (P1, tracking 1Z9).", "North warehouse",
    )  # fmt: skip
    assert problems() == []
    assert broken() == []


def test_the_same_report_counts_once(warehouse: Source, location: Location, request_: ShippingRequest) -> None:
    for _ in range(2):
        report(warehouse, parcel(lines=[("TEA-1", 1)]), parcel(lines=[("TEA-1", 1)]))
    assert shipped() == [[("TEA-1", 1)]]
    assert level(location) == (9, 1, 0)
    assert fresh(request_).status == "partialFulfillment"
    assert order_of(request_).status == "partialFulfillment"
    report(warehouse, parcel(number="P2", lines=[("TEA-1", 1)]))
    assert order_of(request_).status == "fulfilled"
    assert broken() == []


@pytest.mark.django_db(transaction=True)
def test_two_workers_that_hear_the_same_count_it_once(
    warehouse: Source, location: Location, request_: ShippingRequest
) -> None:
    together = Barrier(2)

    def work(_: int) -> int:
        try:
            together.wait(10)
            return report(warehouse, parcel()).created
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(work, range(2))) == [0, 1]
    assert (level(location), problems()) == ((8, 0, 0), [])


# What is wrong, what was done to the request before, the report, then: what is booked, the status of the request
# and of the order, what is on hand and committed, and the exceptions.
WRONG: list[tuple[str, str, dict[str, Any], list[tuple[str, int]], str, str, tuple[int, int, int], list[str]]] = [
    ("more than asked", "", {"lines": [("TEA-1", 5)]}, [("TEA-1", 2)],
     "fulfilled", "fulfilled", (8, 0, 0), ["shipped_too_much"]),
    ("another SKU", "", {"lines": [("COFFEE", 1)]}, [],
     "sentToFulfillment", "sentToFulfillment", (10, 2, 0), ["shipped_other_sku"]),
    ("another SKU beside the right one", "", {"lines": [("COFFEE", 1), ("TEA-1", 1)]}, [("TEA-1", 1)],
     "partialFulfillment", "partialFulfillment", (9, 1, 0), ["shipped_other_sku"]),
    ("after a cancel, its units back in stock", "restock", {}, [("TEA-1", 2)],
     "fulfilled", "fulfilled", (8, 0, 0), ["shipped_after_cancel"]),
    ("after a cancel, its units gone", "gone", {}, [("TEA-1", 2)],
     "fulfilled", "fulfilled", (8, 0, 0), ["shipped_after_cancel"]),
    ("a part after a cancel", "restock", {"lines": [("TEA-1", 1)]}, [("TEA-1", 1)],
     "canceledRestock", "partialFulfillment", (9, 0, 0), ["shipped_after_cancel"]),
    ("after a cancel, asked for elsewhere by now", "elsewhere", {}, [],
     "canceledRestock", "readyForFulfillment", (10, 2, 0), ["shipped_after_cancel", "shipped_too_much"]),
    ("after the order was canceled", "order", {}, [("TEA-1", 2)],
     "fulfilled", "canceled", (8, 0, 0), ["shipped_after_cancel"]),
    ("before it was sent", "ready", {}, [("TEA-1", 2)], "fulfilled", "fulfilled", (8, 0, 0), []),
    ("rejected", "", {"fulfillmentType": "rejected"}, [], "failed", "readyForFulfillment", (10, 0, 0), []),
    ("rejected in part", "", {"fulfillmentType": "rejected", "lines": [("TEA-1", 1)]}, [],
     "sentToFulfillment", "readyForFulfillment", (10, 1, 0), []),
    ("nothing named: all of it", "", {"lines": []}, [("TEA-1", 2)], "fulfilled", "fulfilled", (8, 0, 0), []),
]  # fmt: skip


@pytest.mark.parametrize(
    ("what", "before", "told", "booked", "request_is", "order_is", "stock_is", "raised"),
    WRONG,
    ids=[case[0] for case in WRONG],
)
def test_wrong_reports_end_in_the_right_state(
    source: Source, warehouse: Source, location: Location, request_: ShippingRequest,
    what: str, before: str, told: dict[str, Any], booked: list[tuple[str, int]], request_is: str, order_is: str,
    stock_is: tuple[int, int, int], raised: list[str],
) -> None:  # fmt: skip
    _prepare(before, request_, location)
    record = parcel(**told)
    report(warehouse, record)
    assert report(warehouse, record).known == 1
    assert (shipped()[0] if shipped() else []) == booked
    assert (fresh(request_).status, order_of(request_).status) == (request_is, order_is)
    assert level(location) == stock_is
    assert problems() == raised
    for kept in OrderException.across.filter(state="active"):
        assert json.loads(bytes(kept.raw))["extFulfillmentId"] == "P1"  # type: ignore[arg-type]
        assert kept.entity_id == request_.order_id
        assert kept.cure
    assert broken() == []


def _prepare(before: str, request: ShippingRequest, location: Location) -> None:
    if before in ("restock", "gone", "elsewhere"):
        cancel(request, ROUTING, restock=before != "gone")
    if before == "elsewhere":
        request_for(order_of(request), location)
    if before == "order":
        edits.move(request.order_id, "cancel", by=ROUTING)
    if before == "ready":
        ShippingRequest.across.filter(pk=request.pk).update(status=S.READY_FOR_FULFILLMENT)


def test_what_a_warehouse_rejects_is_asked_for_elsewhere(
    warehouse: Source, location: Location, request_: ShippingRequest
) -> None:
    report(warehouse, parcel(fulfillmentType="rejected", reason="Broken in the shelf"))
    order = order_of(request_)
    assert order.content["disposition"] == ["unrouted", "unsent", "unfulfilled", "rejected"]
    assert order.route_at is not None
    assert fresh(request_).skip_location is True
    assert History.across.get(entity_type="fulfillment").summary == "Could not ship 2 × TEA-1: Broken in the shelf"


def test_what_was_rejected_is_not_given_back_twice(
    warehouse: Source, location: Location, request_: ShippingRequest
) -> None:
    report(warehouse, parcel(fulfillmentType="rejected", lines=[("TEA-1", 1)]))
    cancel(request_, ROUTING)
    assert level(location) == (10, 0, 0)
    assert order_of(request_).content["disposition"] == ["unrouted", "unsent", "unfulfilled", "partiallyRejected"]


def test_a_parcel_of_an_unknown_request_is_kept_until_the_request_is_known(
    warehouse: Source, location: Location, request_: ShippingRequest
) -> None:
    early = parcel(shipment="W-77", sourceDoc={"box": "a\x00b"})
    assert report(warehouse, early).unmatched == 1
    assert problems() == ["fulfillment_unmatched"]
    assert retake_known() == 0
    ShippingRequest.across.filter(pk=request_.pk).update(ext_reference_id="W-77")
    assert retake_known() == 1
    assert (shipped(), problems()) == ([[("TEA-1", 2)]], [])
    assert Fulfillment.across.get().content["sourceDoc"] == {"box": "a\ufffdb"}


def test_a_kept_report_can_be_tried_again_and_dismissed(warehouse: Source, request_: ShippingRequest) -> None:
    report(warehouse, parcel(shipment="W-77"))
    kept = OrderException.across.get()
    assert settle.can_retry(kept)
    assert settle.retry(kept, by=WAREHOUSE) == 1
    again = OrderException.across.get(state="active")
    settle.settle(again, "dismissed", by=WAREHOUSE)
    report(warehouse, parcel(shipment="W-77"))
    assert problems() == []  # the warehouse may say it as often as it likes


def test_what_taking_kept_reports_again_would_come_to_is_known_before(
    warehouse: Source, request_: ShippingRequest
) -> None:
    report(warehouse, parcel(shipment="W-77"), parcel(shipment="W-78", number="P2"))
    kept = list(OrderException.across.select_related("organization").defer("raw").order_by("pk"))
    ShippingRequest.across.filter(pk=request_.pk).update(ext_reference_id="W-77")
    before = everything()
    assert [(one.fate.value, one.why) for one in foresee(kept).values()] == [
        ("clears", "Its shipping request is known by now."),
        ("stays", "No shipping request of North warehouse is called “W-78” here."),
    ]
    assert everything() == before


@pytest.mark.parametrize("name", ["1001", "#1001", "w-ref", "public"])
def test_a_request_is_found_by_each_of_its_names(warehouse: Source, request_: ShippingRequest, name: str) -> None:
    ShippingRequest.across.filter(pk=request_.pk).update(ext_reference_id="w-ref")
    assert report(warehouse, parcel(shipment=request_.public_id if name == "public" else name)).created == 1


def test_another_warehouse_cannot_report_on_it(
    organization: Organization, stranger: Any, request_: ShippingRequest
) -> None:
    for owner in (organization, stranger.organization):
        other = Source.across.create(organization=owner, name="South", connector="ecwid")
        assert report(other, parcel()).unmatched == 1
    told = OrderException.across.get(organization=organization).message
    assert "is with another warehouse, not with South" in told
    assert Fulfillment.across.count() == 0


def test_one_reference_of_several_requests_is_not_guessed(
    source: Source, warehouse: Source, location: Location, request_: ShippingRequest
) -> None:
    other = request_for(ready_order(source, 1002), location)
    ShippingRequest.across.filter(pk__in=[request_.pk, other.pk]).update(ext_reference_id="W-1")
    report(warehouse, parcel(shipment="W-1"))
    assert "Several shipping requests" in OrderException.across.get().message
    cancel(other, ROUTING)
    assert report(warehouse, parcel(shipment="W-1")).created == 1
    assert order_of(request_).status == "fulfilled"


def test_the_warehouses_own_sku_is_understood(
    organization: Organization, warehouse: Source, request_: ShippingRequest
) -> None:
    product = Product.across.create(
        organization=organization, sku="TEA-1", sku_folded="tea-1", name="Tea", name_folded="tea", kind="simple"
    )
    Publication.across.create(
        organization=organization, product=product, source=warehouse, sku="W-TEA", sku_folded="w-tea"
    )
    report(warehouse, parcel(lines=[("W-TEA", 2)]))
    assert (shipped(), problems()) == ([[("TEA-1", 2)]], [])


def test_a_bundle_counts_when_all_its_components_are_shipped(
    source: Source, warehouse: Source, location: Location
) -> None:
    order = ready_order(source, lineItems=[{"uniqueId": "l1", "sku": "BOX", "quantity": 2}])
    lines = [PartLine("l1", "CUP", "Cup", 4, "BOX", 2), PartLine("l1", "LID", "Lid", 2, "BOX", 1)]
    request = requests_for(order, [Part(location, lines)])[0]
    seen = []
    for number, reported in enumerate(([("CUP", 4)], [("LID", 1)], [("BOX", 1)]), start=1):
        report(warehouse, parcel(number=f"P{number}", lines=reported))
        values = order_of(request).content["dispositions"][0]["values"]
        seen.append(next((one["quantity"] for one in values if one["type"] == "fulfilled"), 0))
    assert seen == [0, 1, 2]
    assert order_of(request).status == "fulfilled"


def test_marking_unfulfilled_asks_for_everything_again(
    source: Source, warehouse: Source, location: Location, request_: ShippingRequest
) -> None:
    with pytest.raises(MoveRefused, match="Nothing of #1001 is fulfilled"):
        mark_unfulfilled(request_.order_id, by=ROUTING)
    report(warehouse, parcel(lines=[("TEA-1", 1)]))
    order = mark_unfulfilled(request_.order_id, by=ROUTING)
    order.refresh_from_db()
    assert order.status == "readyForFulfillment"
    assert order.route_at is not None
    assert order.content["disposition"] == ["partiallyRouted", "partiallySent", "unfulfilled"]
    assert "fulfilledAt" not in order.content
    history = History.across.filter(entity_type="order", entity_id=order.pk, verb="marked unfulfilled")
    assert "can be shipped" in history.get().summary or "asked for again" in history.get().summary
    request_for(order, location, 1, status=S.SENT_TO_FULFILLMENT)
    report(warehouse, parcel(number="P2", lines=[("TEA-1", 1)]), parcel("#1001.2", "P3", lines=[("TEA-1", 1)]))
    assert order_of(request_).status == "fulfilled"
    assert level(location) == (7, 0, 0)
    assert problems() == []


def test_the_watch_looks_each_minute() -> None:
    assert watchers.get("parcels of unknown requests").every == 60


BREAKS = ("fulfillments.add_up", "fulfillments.never_too_much")


@pytest.mark.parametrize(("units", "keys"), [(1, [BREAKS[0]]), (3, [BREAKS[1], BREAKS[0]])])
def test_what_does_not_add_up_is_found(request_: ShippingRequest, units: int, keys: list[str]) -> None:
    ShippingRequestLine.across.filter(request=request_).update(fulfilled=units)
    assert {one.invariant.key for one in broken()} == set(keys)


def test_the_search_box_finds_the_order_of_a_parcel(
    source: Source, warehouse: Source, request_: ShippingRequest, stranger: Any
) -> None:
    report(warehouse, parcel(trackingNumber=["1Z 999"]))
    ready_order(source, 1002)
    for organization, found in ((source.organization, ["#1001"]), (stranger.organization, [])):
        assert [order.ext_order_id for order in search(in_list(organization), "1z 999").rows] == found
    told = search(in_list(source.organization), "1Z 999")
    (match,) = told.matched(list(told.rows))[request_.order_id]
    assert tuple(match) == ("Tracking number", "1z 999")


def test_a_page_of_reports_costs_the_same_however_long(
    source: Source, warehouse: Source, location: Location, django_assert_max_num_queries: Any
) -> None:
    for number in range(1, 13):
        request_for(ready_order(source, number), location, status=S.SENT_TO_FULFILLMENT)
    stock(location, "TEA-1", 20)
    with django_assert_max_num_queries(54):
        report(warehouse, *(parcel(f"#{number}", f"P{number}") for number in range(1, 13)))
    assert Order.across.filter(status="fulfilled").count() == 12
