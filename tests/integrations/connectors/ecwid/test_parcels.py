"""What of an order changes in the store, case by case; and the vendor's samples of signatures."""

import json
from typing import Any

import pytest

from integrations.capabilities import OutgoingParcel
from integrations.connectors.ecwid import hooks
from integrations.connectors.ecwid.parcels import announced, changes
from integrations.manifest import NotSigned
from portal.kit.json import Json

BEFORE = [{"trackingNumber": ["T0"], "trackingUrl": ["https://x.example/T0"]}]
SHIPPED = {"fulfillmentStatus": "SHIPPED", "trackingNumber": "T1", "trackingUrl": "https://x.example/T1"}


def outgoing(
    *, numbers: tuple[str, ...] = ("T1",), urls: tuple[str, ...] = ("https://x.example/T1",), **more: Any
) -> OutgoingParcel:
    values: Json = {"complete": True, "carrier": "UPS", "service": "", "shipped_at": None, "lines": ()} | more
    return OutgoingParcel("f1", "601", "ABCDE", tracking_numbers=numbers, tracking_urls=urls, **values)


@pytest.mark.parametrize(
    ("order", "parcel", "wanted"),
    [
        ({"fulfillmentStatus": "AWAITING_PROCESSING"}, outgoing(), SHIPPED),
        (SHIPPED, outgoing(), {}),
        ({}, outgoing(complete=False), SHIPPED | {"fulfillmentStatus": "PROCESSING"}),
        ({"fulfillmentStatus": "PROCESSING"}, outgoing(complete=False, urls=()), {"trackingNumber": "T1"}),
        ({"fulfillmentStatus": "DELIVERED", "trackingNumber": "T1"}, outgoing(urls=()), {}),
        ({"fulfillmentStatus": "RETURNED", "trackingNumber": "T1"}, outgoing(urls=()), {}),
        (
            {"fulfillmentStatus": "CUSTOM_FULFILLMENT_STATUS_1", "trackingNumber": "T1"},
            outgoing(urls=(), complete=False),
            {},
        ),
        (
            {"fulfillmentStatus": "CUSTOM_FULFILLMENT_STATUS_1", "trackingNumber": "T1"},
            outgoing(urls=()),
            {"fulfillmentStatus": "SHIPPED"},
        ),
        ({"paymentStatus": "CANCELLED"}, outgoing(urls=()), {"trackingNumber": "T1"}),
        ({"trackingNumber": "MINE , T1"}, outgoing(urls=(), complete=False), {"fulfillmentStatus": "PROCESSING"}),
        (
            {"trackingNumber": "MINE", "trackingUrl": "https://mine.example"},
            outgoing(),
            {"fulfillmentStatus": "SHIPPED", "trackingNumber": "MINE, T1"},
        ),
        (
            {"shippingOption": {"fulfillmentType": "PICKUP"}},
            outgoing(numbers=(), urls=()),
            {"fulfillmentStatus": "READY_FOR_PICKUP"},
        ),
        (
            {"shippingOption": {"fulfillmentType": "DELIVERY"}},
            outgoing(numbers=(), urls=()),
            {"fulfillmentStatus": "OUT_FOR_DELIVERY"},
        ),
        (
            {},
            outgoing(others=tuple(BEFORE)),
            {"fulfillmentStatus": "SHIPPED", "trackingNumber": "T0, T1", "trackingUrl": "https://x.example/T0"},
        ),
        (
            {"fulfillmentStatus": "SHIPPED", "trackingNumber": "T0, T1"},
            outgoing(others=tuple(BEFORE), numbers=("T1", "T1"), urls=()),
            {"trackingUrl": "https://x.example/T0"},
        ),
        (
            {"trackingNumber": 7, "fulfillmentStatus": None, "shippingOption": None},
            outgoing(later=tuple(BEFORE), urls=()),
            {"fulfillmentStatus": "SHIPPED", "trackingNumber": "T1, T0", "trackingUrl": "https://x.example/T0"},
        ),
    ],
)
def test_only_what_differs_is_written_and_no_order_goes_back(order: Json, parcel: OutgoingParcel, wanted: Json) -> None:
    assert changes(order, parcel) == wanted
    assert changes(order | wanted, parcel) == {}, "what was written is found again"


def test_only_what_we_pull_is_announced() -> None:
    assert announced(SHIPPED) == {"/fulfillmentStatus": "shipped"}
    assert announced({"trackingNumber": "T1"}) == {}


def test_the_vendor_s_signatures_are_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    body = b'{"eventId":"80aece08-40e8-4145-8764-6c2f0d386000","eventCreated":1789381295,"eventType":"order.created"}'
    headers = {"x-ecwid-webhook-signature": "V5aB1l+S/iaLL3QjP6TdxnHQyVnIfdd/0a4aTndEews="}
    monkeypatch.setattr("time.time", lambda: 1_789_381_300.0)
    secret = "demo_client_secret_0123456789abcdef"
    assert hooks.verify(headers, body, secret) == json.loads(body)["eventId"]
    with pytest.raises(NotSigned):
        hooks.verify(headers, body.replace(b"295", b"296"), secret)
