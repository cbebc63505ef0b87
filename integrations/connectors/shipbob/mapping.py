"""From ShipBob's orders with their shipments to canonical records, and from a request to ShipBob's order. Pure.

One shipment is one fulfillment: an order may leave in several boxes and from several warehouses.
"""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from integrations.connectors.shipbob.reading import count, number, part, parts, text
from integrations.kit.mapped import DoesNotFit
from orders.records.level import LevelRecord
from orders.records.location import LocationRecord
from orders.records.order import Address
from portal.kit.json import Json

VERSIONS = ("2025-07", "2026-01", "2026-07")
STANDARD = "Standard"
_LONGEST_NAME, _LONGEST_NOTE = 300, 500


class Settings(BaseModel):
    """What a person may choose about requests to ShipBob."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    version: Literal["2025-07", "2026-01", "2026-07"] = Field(
        "2026-01",
        title="Version of the API",
        description="Change it only when ShipBob announces that a version ends.",
    )
    channel: str = Field(
        "",
        title="Channel that sends the orders",
        description="ShipBob keeps orders apart by channel. Change it while nothing is under way: of what was sent "
        "through another channel no parcel is heard of any more.",
        max_length=20,
        json_schema_extra={"offered": "channels"},
    )
    shipping_method: str = Field(
        STANDARD,
        title="Shipping method where a request names none",
        description="As in the ship options of your ShipBob account. ShipBob ships unknown names as Standard.",
        max_length=100,
    )
    unknown_skus: Literal["refuse", "make"] = Field(
        "refuse",
        title="SKUs that ShipBob does not know",
        description="A product that ShipBob makes by itself has no stock, so its parcels wait there until it arrives.",
        json_schema_extra={
            "labels": {"refuse": "Refuse the request and tell us", "make": "Let ShipBob make the product"}
        },
    )


def request(told: Any, *, method: str = STANDARD, make_products: bool = False) -> Json:
    """Return the body that hands a request over; `told` is an `integrations.capabilities.Outgoing`.

    Without `make_products` the lines carry no name: ShipBob needs one to make a product that it does not know.
    """
    document: Json = told.document
    body: Json = {
        "reference_id": told.reference,
        "order_number": (told.number or told.order_number)[:400],
        "type": "DTC",
        "shipping_method": told.method.strip() or method.strip() or STANDARD,
        "recipient": recipient(part(document, "shippingAddress")),
        "products": [_line(line, make_products=make_products) for line in told.lines],
    }
    if told.location.isdecimal():
        body["location_id"] = int(told.location)
    if told.ordered_at is not None:
        body["purchase_date"] = told.ordered_at.isoformat()
    if note := text(document, "giftNote"):
        body["gift_message"] = note[:_LONGEST_NOTE]
    return body


def recipient(address: Json) -> Json:
    """Return to whom and where; a parcel needs a name, so a company stands in for a person."""
    name = " ".join(filter(None, (text(address, "firstName"), text(address, "lastName")))) or text(address, "company")
    place = {
        "address1": text(address, "address1"),
        "address2": text(address, "address2"),
        "company_name": text(address, "company"),
        "city": text(address, "city"),
        "state": text(address, "stateOrProvince"),
        "country": text(address, "country"),
        "zip_code": text(address, "zipCodeOrPostalCode"),
    }
    told = {"name": name[:_LONGEST_NAME], "email": text(address, "email"), "phone_number": text(address, "phone")[:50]}
    return {key: value for key, value in told.items() if value} | {
        "address": {key: value for key, value in place.items() if value}
    }


def locations(found: Iterable[Json]) -> list[LocationRecord]:
    """Return the warehouses that ship and that the account may use."""
    return [
        LocationRecord(ext_location_id=str(number(one, "id")), name=text(one, "name")[:300] or f"ShipBob {one['id']}",
                       address=_address(one))
        for one in found
        if one.get("is_active") and one.get("is_shipping_enabled", True) and one.get("access_granted", True)
    ]  # fmt: skip


def levels(item: Json) -> list[LevelRecord]:
    """Return what lies of one SKU at each warehouse; nothing for goods without a SKU. Raises DoesNotFit.

    On hand is here what can be shipped (behaviour.md 6.1): what is free there, and what ShipBob has set aside for
    orders, since those of ours are committed here as well. What lies there beyond that (damaged, in a transfer) is
    unavailable. Awaiting is on its way in.
    """
    sku = text(item, "sku")
    return [_level(sku, place) for place in parts(item, "locations")] if sku else []


def _level(sku: str, place: Json) -> LevelRecord:
    there = max(count(place, "on_hand_quantity"), 0)
    if place.get("fulfillable_quantity") is None:
        usable = there
    else:
        usable = min(there, max(count(place, "fulfillable_quantity"), 0) + max(count(place, "committed_quantity"), 0))
    return LevelRecord(
        sku=sku,
        ext_location_id=str(number(place, "location_id")),
        on_hand=Decimal(usable),
        unavailable=Decimal(there - usable),
        incoming=Decimal(max(count(place, "awaiting_quantity"), 0)),
    )


def _line(line: Any, *, make_products: bool) -> Json:
    told: Json = {
        "reference_id": line.sku,
        "sku": line.sku,
        "quantity": line.quantity,
        "external_line_id": line.position + 1,
        "quantity_unit_of_measure_code": "EA",
    }
    if make_products:
        told["name"] = (line.name or line.our_sku)[:_LONGEST_NAME]
    if line.unit_price is not None:
        told["unit_price"] = line.unit_price
    return told


def _address(place: Json) -> Address:
    """Return where a warehouse is, as the service that ships says."""
    services = [one for one in parts(place, "services") if part(one, "address")]
    ships = [one for one in services if text(one, "service_type").lower() == "shipping"] or services
    told: Mapping[str, Any] = part(ships[0], "address") if ships else {}
    names = {
        "address1": "address1", "address2": "address2", "city": "city", "state_or_province": "state",
        "zip_code_or_postal_code": "zip_code", "country": "country", "email": "email", "phone": "phone_number",
    }  # fmt: skip
    found = {ours: text(dict(told), theirs)[:300] for ours, theirs in names.items()}
    return Address(**{key: value for key, value in found.items() if value})


__all__ = ["DoesNotFit", "Settings", "levels", "locations", "recipient", "request"]
