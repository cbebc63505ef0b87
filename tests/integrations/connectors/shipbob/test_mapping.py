"""What ShipBob's documents become, and what a request becomes there. Pure: no database, no network."""

import copy
import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from integrations.capabilities import Outgoing, OutgoingLine
from integrations.connectors.shipbob import mapping, parcels
from integrations.connectors.shipbob.progress import FAR_EVERY, Progress
from integrations.connectors.shipbob.refusals import error_code
from integrations.kit.mapped import DoesNotFit
from orders.records.fulfillment import FulfillmentRecord
from portal.kit import json

SAMPLES = Path(__file__).parent / "samples"
REFERENCE = "sr-8f3k2l1m9x0a4b7c"


def order(**changes: Any) -> dict[str, Any]:
    value = json.loads((SAMPLES / "order__two_shipments.json").read_bytes())
    assert isinstance(value, dict)
    return value | changes


def shipments(*statuses: str, **changes: Any) -> dict[str, Any]:
    """Return the order with other statuses, and with other fields of its first shipment."""
    found = order()
    for shipment, status in zip(found["shipments"], statuses, strict=True):
        shipment["status"] = status
    found["shipments"][0] |= changes
    return found


NOW = 1_789_400_000.0


def told(raw: dict[str, Any]) -> parcels.Told:
    found = parcels.read(raw)
    assert found is not None
    return found


def units(parcel: FulfillmentRecord) -> dict[str | None, int]:
    return {line.sku: int(line.quantity) for line in parcel.line_items}


def test_a_shipment_that_has_left_becomes_exactly_this_fulfillment() -> None:
    (parcel,) = told(order()).parcels
    assert parcel.model_dump(by_alias=True, exclude_none=True, exclude={"source_doc", "line_items"}, mode="json") == {
        "extFulfillmentId": "410000012",
        "shipment": REFERENCE,
        "fulfillmentType": "shipped",
        "actualShipDate": "2026-11-21T16:38:00Z",
        "trackingNumber": ["1Z00000000000012"],
        "trackingUrl": ["https://www.ups.com/track?tracknum=1Z00000000000012"],
        "shippingCarrier": "UPS",
        "shippingClass": "UPS Ground",
        "shippingCharge": "7.75",
        "currency": "USD",
    }
    assert units(parcel) == {"CUP-SET-2": 2}
    assert told(order()).taken == ["410000012"]
    assert told(shipments("Completed", "Processing", is_tracking_uploaded=True)).taken == []


@pytest.mark.parametrize("statuses", [("LabeledCreated", "Processing"), ("None", "Processing")])
def test_what_has_not_left_is_no_fulfillment(statuses: tuple[str, str]) -> None:
    assert (told(shipments(*statuses)).parcels, told(shipments(*statuses)).trouble) == ([], None)


def test_a_held_shipment_is_told_in_the_words_of_shipbob() -> None:
    reason = "Invalid address: The address cannot be delivered to (Street number missing)"
    assert told(order()).trouble == ("address_refused", reason)
    held = shipments("Completed", "OnHold")
    held["shipments"][1]["status_details"] = []
    assert told(held).trouble == ("warehouse_trouble", "It is “OnHold” there")


def test_a_canceled_shipment_is_rejected_only_as_far_as_no_other_holds_its_units() -> None:
    (shipped, rejected) = told(shipments("Completed", "Cancelled")).parcels
    assert (shipped.fulfillment_type, rejected.fulfillment_type) == ("shipped", "rejected")
    assert units(rejected) == {"CUP-SET-2": 1, "TIN-ROUND-S": 2}
    split = shipments("Completed", "CleanSweeped")
    again = copy.deepcopy(split["shipments"][1]) | {"id": 410000014, "status": "Processing"}
    split["shipments"].append(again)
    assert [parcel.fulfillment_type for parcel in told(split).parcels] == ["shipped"]
    nothing = told(order(status="Cancelled", shipments=[])).parcels
    assert [(one.fulfillment_type, one.line_items) for one in nothing] == [("rejected", ())]


def test_an_order_that_is_called_shipped_although_units_are_missing_is_a_trouble() -> None:
    short = shipments("Completed", "Completed") | {"status": "Fulfilled"}
    assert told(short).trouble is None
    short["shipments"][1]["products"].pop()
    kind, words = told(short).trouble or ("", "")
    assert (kind, "2 × TIN-ROUND-S" in words) == ("warehouse_trouble", True)


def test_orders_of_others_are_passed_over_and_broken_ones_are_named() -> None:
    assert parcels.read(order(reference_id="SHOPIFY-77")) is None
    empty = told(shipments("Completed", "Processing", products=[]))
    assert empty.unread == [("410000012", "products must say what lies in the parcel")]
    assert (empty.parcels, empty.taken) == ([], [])
    for broken in (order(id="7"), order(shipments={}), shipments("Completed", "None", id=None)):
        with pytest.raises(DoesNotFit):
            parcels.read(broken)


def test_of_a_bundle_there_are_as_many_as_of_its_scarcest_thing() -> None:
    raw = order()
    raw["shipments"][0]["products"][0]["inventory_items"] = [{"id": 1, "quantity": 2}, {"id": 2, "quantity": 4}]
    assert told(raw).parcels[0].line_items[0].quantity == 2


def test_progress_moves_to_what_was_seen_and_tells_a_trouble_once() -> None:
    progress = Progress.of({"start": 1_789_300_800}, NOW)
    assert progress.since(progress.tracked) == "2026-09-13T11:56:00+00:00"
    (first,) = progress.note(told(order()))
    assert progress.during()["tracked"] == "2026-09-13T12:00:00+00:00"
    again = Progress.of({"start": 1_789_300_800} | progress.after(), NOW)
    assert (again.tracked, again.changed) == ("2026-11-21T16:40:10.250000+00:00", "2026-11-21T16:40:11.500000+00:00")
    assert again.note(told(order())) == []
    (over,) = again.note(told(shipments("Completed", "Processing")))
    assert (first.kind, over.kind, over.over, again.troubles) == ("address_refused", "address_refused", True, {})


def test_most_runs_go_back_a_little_and_know_what_earlier_ones_have_read() -> None:
    first = Progress.of({"start": 1_789_300_800}, NOW)
    raw = b'{"id": 7, "is_tracking_uploaded": false}'
    assert not first.is_known(7, raw)
    near = Progress.of({"start": 1_789_300_800} | first.after(), NOW + FAR_EVERY - 1)
    assert near.since(near.tracked) == "2026-09-13T11:59:55+00:00"
    assert not near.is_known(8, b'{"id": 8}')
    far = Progress.of(near.after(), NOW + FAR_EVERY)
    assert far.since(far.tracked) == "2026-09-13T11:56:00+00:00"
    assert far.is_known(7, raw.replace(b"false", b"true")), "Our own mark is no news."
    assert not far.is_known(7, raw.replace(b"7", b"9"))
    assert Progress.of(far.during(), NOW + FAR_EVERY + 1).is_far, "The run before has not come to its end."


def test_a_request_becomes_exactly_this_order() -> None:
    address = {"firstName": "Ana", "lastName": "Ruiz", "address1": "1 Main St", "city": "Reno",
               "stateOrProvince": "NV", "zipCodeOrPostalCode": "89501", "country": "US", "phone": "775"}  # fmt: skip
    request = Outgoing(
        reference=REFERENCE, number="#1001", order_number="1001", location="8", method="", currency="USD",
        document={"shippingAddress": address, "giftNote": "x" * 600},
        lines=(OutgoingLine(0, "l1", "CUP-SET-2", "CUPS", "Pair of cups", 2, Decimal("9.50")),),
        ordered_at=dt.datetime(2026, 11, 20, tzinfo=dt.UTC),
    )  # fmt: skip
    body = mapping.request(request)
    assert body == {
        "reference_id": REFERENCE,
        "order_number": "#1001",
        "type": "DTC",
        "shipping_method": "Standard",
        "recipient": {
            "name": "Ana Ruiz",
            "phone_number": "775",
            "address": {"address1": "1 Main St", "city": "Reno", "state": "NV", "country": "US", "zip_code": "89501"},
        },
        "products": [
            {"reference_id": "CUP-SET-2", "sku": "CUP-SET-2", "quantity": 2, "external_line_id": 1,
             "quantity_unit_of_measure_code": "EA", "unit_price": Decimal("9.50")}
        ],
        "location_id": 8,
        "purchase_date": "2026-11-20T00:00:00+00:00",
        "gift_message": "x" * 500,
    }  # fmt: skip
    assert mapping.request(request, make_products=True)["products"][0]["name"] == "Pair of cups"


@pytest.mark.parametrize(
    ("there", "free", "set_aside", "on_hand", "unavailable"),
    [(10, 6, 4, 10, 0), (10, 5, 2, 7, 3), (10, 10, 4, 10, 0), (0, 0, 3, 0, 0), (8, None, 0, 8, 0)],
)
def test_on_hand_is_what_can_be_shipped(
    there: int, free: int | None, set_aside: int, on_hand: int, unavailable: int
) -> None:
    place = {"location_id": 8, "on_hand_quantity": there, "fulfillable_quantity": free,
             "committed_quantity": set_aside, "awaiting_quantity": 5}  # fmt: skip
    (level,) = mapping.levels({"inventory_id": 1, "sku": "CUP-SET-2", "locations": [place]})
    assert level.ext_location_id == "8"
    assert level.quantities == {"on_hand": on_hand, "unavailable": unavailable, "incoming": 5}


def test_only_warehouses_that_ship_are_locations() -> None:
    address = {"address1": "5900 W Ogden Ave", "city": "Cicero", "state": "IL", "country": "US", "zip_code": "60804"}
    one = {"id": 8, "name": "Cicero (IL)", "is_active": True, "is_shipping_enabled": True, "access_granted": True,
           "services": [{"service_type": "Receiving", "address": {"city": "X"}},
                        {"service_type": "Shipping", "address": address}]}  # fmt: skip
    (found,) = mapping.locations([one, one | {"is_active": False}, one | {"is_shipping_enabled": False}])
    assert (found.ext_location_id, found.name, found.address.city) == ("8", "Cicero (IL)", "Cicero")


@pytest.mark.parametrize(
    ("body", "code", "message"),
    [
        ({"": ["Cannot insert order with existing ReferenceId"]}, "reference_exists", "Cannot insert order with"),
        ({"errors": {"Recipient.Address": ["could not be validated"]}}, "address_refused", "Recipient.Address: could"),
        ({"Products[0].Name": ["No product with SKU 'A' exists"]}, "sku_unknown", "Products[0].Name: No product"),
        ({"Products[0].Quantity": ["The SKU needs one"]}, "", "Products[0].Quantity: The SKU needs one"),
        ({"errors": ["Something else"]}, "", "Something else"),
        ({"statusCode": 429, "message": "Try again in 25 seconds."}, "", "Try again in 25 seconds."),
        (None, "", ""),
    ],
)
def test_both_shapes_of_errors_are_read(body: Any, code: str, message: str) -> None:
    found = error_code(body)
    assert found[0] == code
    assert found[1].startswith(message)
