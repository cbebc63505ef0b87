"""Fulfillments on their pages: the list, one of them, on orders and requests, reported by hand."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from orders.documents.fulfillment import document
from orders.lifecycle.shipping_request import RequestStatus
from orders.models import Fulfillment, Location, Order, ShippingRequest, Source
from portal.kit import json
from portal.tenancy.models import Organization
from tests.factories import make_location
from tests.orders.fulfillments.parcels import parcel, report
from tests.orders.requests.making import fresh, level, ready_order, request_for, stock
from tests.portal.api.conftest import Program, make_key

pytestmark = pytest.mark.django_db
S = RequestStatus
EVIL = "javascript:alert(1)"


@pytest.fixture
def location(source: Source) -> Location:
    made = make_location(source, name="North <b>hall</b>")
    stock(made, "TEA-1", 10)
    return made


@pytest.fixture
def asked(source: Source, location: Location) -> ShippingRequest:
    return request_for(ready_order(source), location, status=S.SENT_TO_FULFILLMENT)


@pytest.fixture
def made(source: Source, asked: ShippingRequest) -> Fulfillment:
    """One tea shipped, tracked by a link that may be opened and one that may not; two reported beyond it."""
    told = parcel(
        lines=[("TEA-1", 1), ("COFFEE", 2)],
        trackingNumber=["1Z9", "<script>"],
        trackingUrl=["https://ups.example/1Z9", EVIL],
        shippingCarrier="UPS",
        shippingCharge="4.20",
        currency="USD",
        sourceDoc={"box": 7},
    )
    report(source, told)
    return Fulfillment.across.get()


def page(client: Client, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200
    return response.content.decode()


def test_the_page_tells_everything_and_opens_links_safely(as_owner: Client, made: Fulfillment) -> None:
    text = page(as_owner, f"/fulfillments/{made.public_id}")
    for told in ("P1", "#1001", "Green tea", "UPS", "4.20", "2 × COFFEE: nobody asked for it"):
        assert told in text, told
    assert re.search(r'<a class="mono"\s+href="https://ups.example/1Z9"\s+target="_blank"\s+rel="noopener', text)
    assert f'href="{EVIL}' not in text
    assert "<script>alert" not in text
    assert "<b>hall</b>" not in text


def test_its_document_has_the_names_of_the_reference(as_owner: Client, made: Fulfillment) -> None:
    told = json.loads(as_owner.get(f"/fulfillments/{made.public_id}.json").content)
    expected = {
        "fulfillmentId": made.public_id, "extFulfillmentId": "P1", "fulfillmentType": "shipped", "extOrderId": "#1001",
        "extShipmentId": "#1001", "trackingNumber": ["1Z9", "<script>"], "shippingCarrier": "UPS",
        "lineItems": [{"uniqueId": "l1", "sku": "TEA-1", "name": "Green tea", "quantity": 1}],
        "notCounted": [{"sku": "COFFEE", "quantity": 2, "why": "otherSku"}], "sourceDoc": {"box": 7},
    }  # fmt: skip
    assert {key: told.get(key) for key in expected} == expected
    assert told["actualShipDate"] == told["createdAt"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", True), ("?q=1z9", True), ("?q=1001", True), ("?q=p1", True), ("?q=1Z", False),
        ("?f=fulfillmentType~is_one_of~rejected", False), ("?f=shippingCarrier~equals~ups", True),
        ("?f=actualShipDate~older_than~1~days", False), ("?view=shipped", True), ("?view=rejected", False),
    ],
)  # fmt: skip
def test_the_list_finds_and_narrows(as_owner: Client, made: Fulfillment, query: str, found: bool) -> None:
    assert (made.public_id in page(as_owner, f"/fulfillments{query}")) is found


def test_the_list_exports(as_owner: Client, made: Fulfillment) -> None:
    assert "P1" in as_owner.get("/fulfillments.csv").getvalue().decode()
    assert json.loads(as_owner.get("/fulfillments.json").getvalue())["rows"][0]["fulfillment"] == "P1"


def test_order_and_request_show_what_was_shipped(as_owner: Client, as_colleague: Client, made: Fulfillment) -> None:
    request, order = ShippingRequest.across.get(), Order.across.get()
    for path in (f"/orders/{order.public_id}", f"/shipping-requests/{request.public_id}"):
        text = page(as_owner, path)
        assert f"/fulfillments/{made.public_id}" in text
        assert "https://ups.example/1Z9" in text
        assert '<span class="tag">1 shipped</span>' in text or "/orders/" not in path
    button = f"/shipping-requests/{request.public_id}/report"
    for path in (f"/orders/{order.public_id}", f"/shipping-requests/{request.public_id}"):
        assert button in page(as_owner, path)
        assert button not in page(as_colleague, path)


def test_an_empty_list_says_what_to_do(as_owner: Client) -> None:
    assert "Nothing shipped yet" in page(as_owner, "/fulfillments")


FORM = {"units_0": "1", "tracking_number": "1Z9", "carrier": "UPS", "tracking_url": "https://ups.example/1Z9"}
TOKEN = {"token": "0" * 16}


def test_a_person_reports_a_shipment_once(as_owner: Client, location: Location, asked: ShippingRequest) -> None:
    path = f"/shipping-requests/{asked.public_id}/report"
    assert 'value="2"' in page(as_owner, path)
    for _ in range(2):
        assert as_owner.post(path, FORM | TOKEN).headers["Location"] == f"/shipping-requests/{asked.public_id}"
    made = Fulfillment.across.get()
    assert (made.source, made.content["trackingUrl"]) == (None, ["https://ups.example/1Z9"])
    assert (fresh(asked).status, level(location)) == ("partialFulfillment", (9, 1, 0))
    assert "by hand" in page(as_owner, f"/fulfillments/{made.public_id}")


@pytest.mark.parametrize(
    ("wrong", "status", "words"),
    [
        ({"units_0": "3"}, 422, "less than or equal to 2"),
        ({"units_0": "0"}, 422, "Say how many units"),
        ({"units_0": "-1"}, 422, "greater than or equal to 0"),
        ({"tracking_url": EVIL}, 422, "valid URL"),
        ({"tracking_url": "ftp://a.example/x"}, 422, "valid URL"),
        ({"token": "x"}, 422, ""),
        ({"units_9": "1", "units_0": ""}, 422, "Say how many units"),
    ],
)
def test_a_wrong_report_by_hand_is_refused(
    as_owner: Client, asked: ShippingRequest, wrong: dict[str, str], status: int, words: str
) -> None:
    response = as_owner.post(f"/shipping-requests/{asked.public_id}/report", FORM | TOKEN | wrong)
    assert response.status_code == status
    assert words in response.content.decode()
    assert not Fulfillment.across.exists()


def test_what_is_done_cannot_be_reported_again(as_owner: Client, source: Source, asked: ShippingRequest) -> None:
    report(source, parcel())
    path = f"/shipping-requests/{asked.public_id}/report"
    assert "Nothing of this shipping request can be shipped any more" in page(as_owner, path)
    assert as_owner.post(path, FORM | TOKEN).status_code == 422
    assert Fulfillment.across.count() == 1


def test_strangers_and_viewers_cannot_report(as_stranger: Client, as_colleague: Client, asked: ShippingRequest) -> None:
    path = f"/shipping-requests/{asked.public_id}/report"
    for client, status in ((as_stranger, 404), (as_colleague, 403)):
        assert client.post(path, FORM | TOKEN).status_code == status
    assert not Fulfillment.across.exists()


def test_strangers_see_none(as_stranger: Client, made: Fulfillment) -> None:
    for path in (f"/fulfillments/{made.public_id}", f"/fulfillments/{made.public_id}.json"):
        assert as_stranger.get(path).status_code == 404
    assert made.public_id not in page(as_stranger, "/fulfillments")


def test_a_person_marks_an_order_unfulfilled(as_owner: Client, source: Source, asked: ShippingRequest) -> None:
    order = Order.across.get()
    act = f"/orders/{order.public_id}/do/unfulfilled"
    assert act not in page(as_owner, f"/orders/{order.public_id}")
    report(source, parcel())
    assert act in page(as_owner, f"/orders/{order.public_id}")
    assert f"/orders/{order.public_id}/do/ready" not in page(as_owner, f"/orders/{order.public_id}")
    order.refresh_from_db()
    before = order.version
    as_owner.post(act)
    order.refresh_from_db()
    assert order.status == "readyForFulfillment"
    after = page(as_owner, f"/orders/{order.public_id}")
    assert ("Marked unfulfilled" in after, after.count(PAST)) == (True, 1)
    again = request_for(order, asked.location, status=S.SENT_TO_FULFILLMENT)
    report(source, parcel(again.ext_shipment_id, "P2"))
    assert page(as_owner, f"/orders/{order.public_id}").count(PAST) == 1
    assert PAST not in page(as_owner, f"/orders/{order.public_id}?at={before}")


PAST = "Does not count any more: the order was marked unfulfilled."
EXPECTED = {"/fulfillments": 8, "/fulfillments?q=1Z9": 8, "one": 8}


@pytest.mark.parametrize("path", EXPECTED)
def test_a_page_costs_what_is_written_down(as_owner: Client, source: Source, made: Fulfillment, path: str) -> None:
    for number in range(2, 6):
        asked = request_for(ready_order(source, number), Location.across.get(), 1, status=S.SENT_TO_FULFILLMENT)
        report(source, parcel(asked.ext_shipment_id, f"P{number}", lines=[("TEA-1", 1)], trackingNumber=["1Z9"]))
    address = f"/fulfillments/{made.public_id}" if path == "one" else path
    as_owner.get(address)
    with CaptureQueriesContext(connection) as captured:
        page(as_owner, address)
    assert len(captured.captured_queries) == EXPECTED[path], [one["sql"] for one in captured.captured_queries]


def test_the_api_answers_documents(organization: Organization, made: Fulfillment) -> None:
    program = Program(make_key(organization, "fulfillments:read").secret)
    answer = program.get("/fulfillments", {"f": "lineItems[].sku~contains_any~tea-1"})
    assert [row["fulfillmentId"] for row in answer.data["rows"]] == [made.public_id]
    for name in (made.public_id, "P1", "ext:p1"):
        assert program.get(f"/fulfillments/{name}").data == document(made)
    assert program.get("/fulfillments/P2").status_code == 404
    assert (
        Program(make_key(organization, "orders:read", name="Orders only").secret).get("/fulfillments").status_code
        == 403
    )
