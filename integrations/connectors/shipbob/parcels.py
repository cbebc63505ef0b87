"""What ShipBob says of an order: its parcels, what it will not ship, and what it hangs at. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from integrations.connectors.shipbob.reading import count, moment, number, part, parts, text
from integrations.kit.mapped import DoesNotFit
from orders.records.fulfillment import FulfillmentLine, FulfillmentRecord
from orders.records.refused import explain
from portal.kit.json import Json

SHIPPED = "Completed"
GONE = frozenset({"Cancelled", "CleanSweeped"})
HANGS = frozenset({"Exception", "OnHold", "ImportReview"})
PREFIX = "sr-"
"""Begins our references. Orders of others in the same channel are none of our business."""


@dataclass(slots=True)
class Told:
    """What one order says."""

    id: int
    reference: str
    parcels: list[FulfillmentRecord] = field(default_factory=list)
    unread: list[tuple[str, str]] = field(default_factory=list)
    """(ID of the shipment, what is wrong with it)"""
    taken: list[str] = field(default_factory=list)
    """Shipments whose tracking ShipBob does not count as handed on yet."""
    trouble: tuple[str, str] | None = None
    """(type of exception, the words for people)"""
    tracked: str = ""
    changed: str = ""


def read(order: Json) -> Told | None:
    """Return what an order says; None for one that is not ours. Raises DoesNotFit."""
    reference = text(order, "reference_id")
    if not reference.startswith(PREFIX):
        return None
    told = Told(number(order, "id"), reference)
    shipments = sorted(parts(order, "shipments"), key=lambda one: number(one, "id"))
    for shipment in shipments:
        if text(shipment, "status") == SHIPPED:
            _read_parcel(told, shipment)
    told.parcels += _rejections(order, told, shipments)
    told.trouble = _trouble(order, shipments)
    told.tracked = _latest(shipments, "last_tracking_update_at")
    told.changed = _latest([order, *shipments], "last_update_at", "created_date")
    return told


def _read_parcel(told: Told, shipment: Json) -> None:
    name = str(shipment["id"])
    try:
        told.parcels.append(parcel(told.reference, shipment))
    except DoesNotFit as error:
        told.unread.append((name, str(error)))
    except ValidationError as error:
        told.unread.append((name, " ".join(explain(error))))
    else:
        if not shipment.get("is_tracking_uploaded"):
            told.taken.append(name)


def parcel(reference: str, shipment: Json) -> FulfillmentRecord:
    """Map a shipment that has left. Raises DoesNotFit, or pydantic's ValidationError."""
    lines = tuple(_line(sku, units) for sku, units in _units(shipment).items() if units > 0)
    if not lines:
        raise DoesNotFit("products", "must say what lies in the parcel")
    tracking = part(shipment, "tracking")
    amount = shipment.get("invoice_amount")
    return FulfillmentRecord(
        ext_fulfillment_id=str(number(shipment, "id")),
        shipment=reference,
        actual_ship_date=moment(shipment, "actual_fulfillment_date") or moment(tracking, "shipping_date"),
        line_items=lines,
        tracking_number=_one(tracking, "tracking_number"),
        tracking_url=_one(tracking, "tracking_url"),
        shipping_carrier=text(tracking, "carrier") or None,
        shipping_class=text(tracking, "carrier_service") or text(shipment, "ship_option") or None,
        shipping_charge=amount,
        currency=(text(shipment, "invoice_currency_code").upper() or None) if amount is not None else None,
        source_doc=shipment,
    )


def _rejections(order: Json, told: Told, shipments: list[Json]) -> Iterator[FulfillmentRecord]:
    """Yield what will not be shipped: what canceled shipments held, as far as no other shipment holds it."""
    canceled = [one for one in shipments if text(one, "status") in GONE]
    if not shipments and text(order, "status") == "Cancelled":
        yield _rejected(told, f"order-{told.id}", (), "ShipBob has canceled the order.")
    missing = _missing(order, shipments)
    for one in canceled:
        lines = []
        for sku, units in _units(one).items():
            lost = min(units, missing.get(sku.casefold(), 0))
            if lost > 0:
                missing[sku.casefold()] -= lost
                lines.append(_line(sku, lost))
        if lines:
            reason = _words(one) or "ShipBob has canceled the shipment."
            yield _rejected(told, f"{one['id']}-canceled", tuple(lines), reason)


def _rejected(told: Told, name: str, lines: tuple[FulfillmentLine, ...], reason: str) -> FulfillmentRecord:
    return FulfillmentRecord(
        ext_fulfillment_id=name,
        shipment=told.reference,
        fulfillment_type="rejected",
        line_items=lines,
        reason=reason,
    )


def _missing(order: Json, shipments: list[Json]) -> dict[str, int]:
    """Return the units by folded SKU that were ordered and are in no shipment that is alive."""
    missing: dict[str, int] = {}
    for line in parts(order, "products"):
        sku = text(line, "sku").casefold()
        missing[sku] = missing.get(sku, 0) + count(line, "quantity")
    for one in shipments:
        if text(one, "status") not in GONE:
            for sku, units in _units(one).items():
                missing[sku.casefold()] = missing.get(sku.casefold(), 0) - units
    return missing


def _trouble(order: Json, shipments: list[Json]) -> tuple[str, str] | None:
    """Return what an order hangs at: held shipments, or one that is called shipped although units are missing."""
    hanging = [one for one in shipments if text(one, "status") in HANGS]
    if hanging:
        words = "; ".join(dict.fromkeys(_words(one) or f"It is “{text(one, 'status')}” there" for one in hanging))
        return _kind(hanging), words
    if not shipments and text(order, "status") in ("Exception", "ImportReview"):
        return "warehouse_trouble", _words(order) or "ShipBob looks at the order before it takes it in."
    if text(order, "status") == "Fulfilled" and not any(text(one, "status") in GONE for one in shipments):
        short = {sku: units for sku, units in _missing(order, shipments).items() if units > 0}
        if short:
            told = ", ".join(f"{units} × {sku.upper()}" for sku, units in sorted(short.items()))
            return "warehouse_trouble", f"ShipBob calls the order shipped, yet no parcel holds {told}."
    return None


def _kind(shipments: list[Json]) -> str:
    names = " ".join(text(one, "name") for shipment in shipments for one in parts(shipment, "status_details"))
    if re.search(r"address", names, re.IGNORECASE):
        return "address_refused"
    if re.search(r"unknown.?(sku|product)|(sku|product).?(unknown|not.?found|mapping)", names, re.IGNORECASE):
        return "sku_unknown"
    return "warehouse_trouble"


def _words(shipment: Json) -> str:
    """Return the status details in a sentence for people."""
    said = []
    for one in parts(shipment, "status_details"):
        name = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text(one, "name")).capitalize()
        told = ": ".join(filter(None, (name, text(one, "description").rstrip("."))))
        extra = text(one, "extra_information")
        said.append(f"{told} ({extra})" if extra else told)
    return "; ".join(filter(None, dict.fromkeys(said)))[:2000]


def _units(shipment: Json) -> dict[str, int]:
    """Return the units in a shipment by SKU.

    They stand with the things that a product consists of, each perhaps in several lots. Of a bundle, which consists
    of several different things, there are as many as of the thing of which there is least.
    """
    found: dict[str, int] = {}
    for product in parts(shipment, "products"):
        sku = text(product, "sku") or text(product, "reference_id")
        if not sku:
            raise DoesNotFit("products.sku", "is missing")
        things: dict[Any, int] = {}
        for item in parts(product, "inventory_items"):
            things[item.get("id")] = things.get(item.get("id"), 0) + count(item, "quantity")
        found[sku] = found.get(sku, 0) + min(things.values(), default=0)
    return found


def _line(sku: str, units: int) -> FulfillmentLine:
    return FulfillmentLine.model_validate({"sku": sku, "quantity": units})


def _one(tracking: Json, name: str) -> tuple[str, ...]:
    return (value,) if (value := text(tracking, name)) else ()


def _latest(holders: list[Json], *fields: str) -> str:
    """Return the latest moment among fields, as ISO 8601 in UTC; empty where there is none."""
    found = [at for one in holders for name in fields if (at := moment(one, name)) is not None]
    return max(found).isoformat() if found else ""
