"""Shipping requests on pages and over the API: seen, canceled, marked as sent, by whoever may."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from orders.lifecycle.shipping_request import RequestStatus
from orders.models import Location, Order, ShippingRequest, Source
from orders.requests.cancel import cancel
from orders.requests.move import move
from orders.requests.warehouses import Warehouse, warehouses
from portal.kit import json
from portal.tenancy import keyring
from portal.tenancy.models import Organization
from tests.factories import make_location
from tests.orders.requests.making import ROUTING, fresh, ready_order, request_for, stock

pytestmark = pytest.mark.django_db
S = RequestStatus


@pytest.fixture
def location(source: Source) -> Location:
    made = make_location(source, name="Reno warehouse")
    stock(made, "TEA-1", 50)
    return made


@pytest.fixture
def found(source: Source, location: Location) -> ShippingRequest:
    return request_for(ready_order(source), location)


def numbers(client: Client, **query: Any) -> list[str]:
    response = client.get("/shipping-requests.json", query)
    assert response.status_code == 200
    return [row["request"] for row in json.loads(response.content)["rows"]]


def path(request: ShippingRequest, act: str = "") -> str:
    return f"/shipping-requests/{request.public_id}{act}"


@pytest.fixture
def four(source: Source, location: Location) -> list[ShippingRequest]:
    """Requests of the orders 1 to 4: ready, sent, failed and canceled."""
    made = [request_for(ready_order(source, number), location) for number in range(1, 5)]
    move([made[1].pk], S.SENT_TO_FULFILLMENT, ROUTING, sets={"ext_reference_id": "WO-77"})
    move([made[2].pk], S.FAILED, ROUTING)
    cancel(made[3], ROUTING)
    return made


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ({}, ["#4", "#3", "#2", "#1"]),
        ({"view": "ready"}, ["#1"]),
        ({"view": "sent"}, ["#2"]),
        ({"view": "failed"}, ["#3"]),
        ({"view": "canceled"}, ["#4"]),
        ({"q": "2"}, ["#2"]),
        ({"q": "WO-77"}, ["#2"]),
        ({"q": "tea-1"}, ["#4", "#3", "#2", "#1"]),
        ({"q": "nothing"}, []),
        ({"f": "extOrderId~equals~#3"}, ["#3"]),
        ({"f": "shippingAddress.country~is_one_of~DE"}, []),
        ({"f": "cancellationStatus~is_empty", "sort": "request"}, ["#1", "#2", "#3", "#4"]),
        ({"f": "canceledByType~is_one_of~system"}, ["#4"]),
    ],
)
def test_the_list_finds(as_owner: Client, four: list[ShippingRequest], query: dict[str, str], shown: list[str]) -> None:
    assert numbers(as_owner, **query) == shown


def test_the_list_is_for_its_organization(as_stranger: Client, as_colleague: Client, found: ShippingRequest) -> None:
    assert numbers(as_stranger) == []
    assert "No shipping requests yet" in as_stranger.get("/shipping-requests").content.decode()
    text = as_colleague.get("/shipping-requests").content.decode()
    assert "Reno warehouse" in text
    assert "data-pick" not in text


def test_the_export_names_what_it_holds(as_owner: Client, found: ShippingRequest) -> None:
    text = b"".join(as_owner.get("/shipping-requests.csv").streaming_content).decode()  # type: ignore[attr-defined]
    assert "Reno warehouse" in text
    assert "Ready for fulfillment" in text


def test_the_page_tells_everything(as_owner: Client, found: ShippingRequest) -> None:
    text = as_owner.get(path(found)).content.decode()
    for shown in ("#1001", "Green tea", "TEA-1", "Reno warehouse", "Ana Ruiz", "Made for Reno warehouse: 2 units."):
        assert shown in text
    assert "Nothing hands it to Reno warehouse by itself: do that, then mark it as sent." in text
    assert "does not know of it yet, so nobody needs to be told" in text
    assert json.loads(as_owner.get(path(found, ".json")).content)["extShipmentId"] == "#1001"


def test_the_page_is_quiet_while_nothing_is_new(as_owner: Client, found: ShippingRequest) -> None:
    state = as_owner.get(path(found)).context["state"]
    part = {"HX-Request": "true"}
    assert as_owner.get(path(found), {"state": state}, headers=part).status_code == 204
    move([found.pk], S.SENT_TO_FULFILLMENT, ROUTING)
    assert as_owner.get(path(found), {"state": state}, headers=part).status_code == 200


def test_it_is_canceled_from_its_order(as_owner: Client, found: ShippingRequest) -> None:
    order = Order.across.get(pk=found.order_id)
    text = as_owner.get(f"/orders/{order.public_id}").content.decode()
    assert f'action="{path(found, "/cancel")}"' in text
    back = f"/orders/{order.public_id}"
    posted = {"restock": "on", "reason": "Sold twice", "version": found.version, "back": back}
    response = as_owner.post(path(found, "/cancel"), posted)
    assert (response.status_code, response["Location"]) == (302, back)
    assert fresh(found).status == "canceledRestock"
    assert "Sold twice" in as_owner.get(path(found)).content.decode()
    assert "Canceled, restocked" in as_owner.get(back).content.decode()


def test_an_address_elsewhere_is_not_followed(as_owner: Client, found: ShippingRequest) -> None:
    response = as_owner.post(path(found, "/cancel"), {"back": "https://evil.example/"})
    assert (response["Location"], fresh(found).status) == (path(found), "canceled")


def test_the_second_of_two_is_told(as_owner: Client, found: ShippingRequest) -> None:
    seen = found.version
    move([found.pk], S.SENT_TO_FULFILLMENT, ROUTING)
    response = as_owner.post(path(found, "/cancel"), {"restock": "on", "version": seen})
    assert response.status_code == 409
    assert "was changed by somebody else while you looked at it" in response.content.decode()
    assert fresh(found).status == "sentToFulfillment"


def test_what_was_handed_over_by_hand_is_marked_as_sent(as_owner: Client, found: ShippingRequest) -> None:
    posted = {"reference": "WO-5123", "url": "wms.example/orders/5123", "version": found.version}
    assert as_owner.post(path(found, "/sent"), posted).status_code == 302
    sent = fresh(found)
    assert (sent.status, sent.ext_reference_id, sent.ext_reference_url) == (
        "sentToFulfillment", "WO-5123", "https://wms.example/orders/5123"
    )  # fmt: skip
    text = as_owner.get(path(found)).content.decode()
    assert "Reno warehouse has it already and is not told: cancel it there too" in text
    assert as_owner.post(path(found, "/sent"), {}).status_code == 409


def test_what_is_wrong_with_the_reference_stands_beside_it(as_owner: Client, found: ShippingRequest) -> None:
    response = as_owner.post(path(found, "/sent"), {"url": "javascript:alert(1)"})
    assert response.status_code == 422
    assert fresh(found).status == "readyForFulfillment"


def test_an_integration_that_sends_needs_no_hand(
    as_owner: Client, found: ShippingRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(warehouses._entries, "ecwid", Warehouse(sends=True))
    assert "It is handed to Reno warehouse by itself." in as_owner.get(path(found)).content.decode()
    assert as_owner.post(path(found, "/sent"), {}).status_code == 409


def test_a_failed_one_is_tried_again(as_owner: Client, found: ShippingRequest) -> None:
    move([found.pk], S.FAILED, ROUTING, "The warehouse refused the address.")
    assert as_owner.post(path(found, "/ready"), {}).status_code == 302
    assert fresh(found).status == "readyForFulfillment"
    assert as_owner.post(path(found, "/ready"), {}).status_code == 409


def test_many_are_canceled_after_a_look(as_owner: Client, four: list[ShippingRequest]) -> None:
    posted = {"row": [one.public_id for one in four], "back": "/shipping-requests?view=ready"}
    text = as_owner.post("/shipping-requests/bulk/cancel", posted).content.decode()
    for shown in ("3 shipping requests will be canceled", "1 of them is at its warehouse already", "1 × Canceled"):
        assert shown in text
    assert fresh(four[0]).status == "readyForFulfillment"
    response = as_owner.post("/shipping-requests/bulk/cancel", posted | {"sure": "1", "restock": "on"})
    assert response["Location"] == "/shipping-requests?view=ready"
    assert [fresh(one).status for one in four] == ["canceledRestock"] * 4
    assert [fresh(one).cancellation for one in four] == ["", "notTold", "", ""]


def test_others_change_nothing(as_colleague: Client, as_stranger: Client, found: ShippingRequest) -> None:
    for act in ("/cancel", "/sent", "/ready"):
        assert as_colleague.post(path(found, act)).status_code == 403
        assert as_stranger.post(path(found, act)).status_code == 404
    as_stranger.post("/shipping-requests/bulk/cancel", {"row": [found.public_id], "sure": "1"})
    assert as_stranger.get(path(found)).status_code == 404
    assert 'data-open="cancel' not in as_colleague.get(path(found)).content.decode()
    assert fresh(found).version == found.version


def queries(client: Client, address: str) -> int:
    client.get(address)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return len(captured.captured_queries)


def test_pages_cost_what_is_written_down(as_owner: Client, source: Source, location: Location) -> None:
    made = request_for(ready_order(source, 1), location)
    few = {one: queries(as_owner, one) for one in ("/shipping-requests", path(made))}
    for number in range(2, 20):
        request_for(ready_order(source, number), location)
    assert {one: queries(as_owner, one) for one in few} == few
    assert few["/shipping-requests"] <= 10
    assert few[path(made)] <= 10


def test_the_api_answers_the_document(organization: Organization, found: ShippingRequest) -> None:
    secret = keyring.make(organization, name="Reader", allowed=["shipments:read"], by=None).secret
    client = Client(headers={"Authorization": f"Bearer {secret}"})
    one = json.loads(client.get("/api/v1/shipments/%231001").content)
    assert (one["extShipmentId"], one["lineItems"][0]["quantity"]) == ("#1001", 2)
    many = json.loads(client.get("/api/v1/shipments", {"f": "status~is_one_of~readyForFulfillment"}).content)
    assert [row["shipmentId"] for row in many["rows"]] == [found.public_id]
