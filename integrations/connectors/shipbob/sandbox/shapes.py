"""Builds the documents of the API. Pure."""

import random
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from integrations.connectors.shipbob.sandbox.demo import CARRIERS

Json = dict[str, Any]

RECIPIENT = ("name", "email", "phone_number")
ADDRESS = ("address1", "address2", "company_name", "city", "state", "country", "zip_code")


def moment(seconds: float) -> str:
    """Write UNIX seconds as the API does."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="microseconds")


def order(body: Json, *, number: int, channel: Json, lines: list[Json], at: float) -> Json:
    """Return a new order without shipments."""
    sent = body["recipient"]
    recipient = {name: sent.get(name) for name in RECIPIENT}
    recipient["address"] = {name: (sent.get("address") or {}).get(name) for name in ADDRESS}
    return {
        "id": number,
        "reference_id": body["reference_id"],
        "order_number": body.get("order_number") or body["reference_id"],
        "created_date": moment(at),
        "purchase_date": body.get("purchase_date"),
        "last_update_at": moment(at),
        "status": "Processing",
        "type": body["type"],
        "channel": {"id": channel["id"], "name": channel["name"]},
        "shipping_method": body["shipping_method"],
        "recipient": recipient,
        "products": lines,
        "tags": body.get("tags") or [],
        "gift_message": body.get("gift_message") or "",
        "shipping_terms": body.get("shipping_terms"),
        "financials": body.get("financials") or {"total_price": None},
        "retailer_program_data": None,
        "requested_delivery_date": body.get("requested_delivery_date"),
        "shipments": [],
    }


def product(kept: Json, pieces: int) -> Json:
    """Return a product with its only variant."""
    number, told, updated = kept["id"], kept["body"], moment(kept["updated"])
    variant = {
        "id": number + 500_000_000,
        "sku": kept["sku"],
        "name": kept["name"],
        "status": "Active" if kept["active"] else "Inactive",
        "inventory": {"inventory_id": number, "on_hand_qty": pieces},
        "upc": told.get("upc") or "",
        "gtin": told.get("gtin") or "",
        "weight": {"weight": told.get("weight") or 0, "unit": "oz"},
        "dimension": {**(told.get("dimension") or {"length": 0, "width": 0, "height": 0}), "unit": "inch"},
        "customs": told.get("customs") or {},
        "is_digital": False,
        "bundle_definition": [],
        "updated_on": updated,
    }
    return {"id": number + 400_000_000, "name": kept["name"], "type": "Regular", "updated_on": updated,
            "variants": [variant]}  # fmt: skip


def line(product: Json, inventory_id: int) -> Json:
    """Return a line of an order."""
    return {
        "id": inventory_id + 500_000_000,
        "reference_id": product.get("reference_id") or product["sku"],
        "sku": product["sku"],
        "quantity": product["quantity"],
        "quantity_unit_of_measure_code": product.get("quantity_unit_of_measure_code") or "EA",
        "unit_price": product.get("unit_price"),
        "external_line_id": product.get("external_line_id"),
        "gtin": product.get("gtin"),
        "upc": product.get("upc"),
    }


def shipment(head: Json, number: int, place: Json, products: list[Json], at: float) -> Json:
    """Return a new shipment of an order."""
    recipient = head["recipient"]
    return {
        "id": number,
        "order_id": head["id"],
        "reference_id": head["reference_id"],
        "status": "Processing",
        "status_details": [],
        "location": {"id": place["id"], "name": place["name"]},
        "recipient": recipient,
        "created_date": moment(at),
        "last_update_at": moment(at),
        "last_tracking_update_at": None,
        "actual_fulfillment_date": None,
        "estimated_fulfillment_date": moment(at + 86_400),
        "estimated_fulfillment_date_status": "PendingOnTime",
        "delivery_date": None,
        "ship_option": head["shipping_method"],
        "package_material_type": None,
        "require_signature": False,
        "is_tracking_uploaded": False,
        "invoice_amount": None,
        "invoice_currency_code": "USD",
        "insurance_value": None,
        "measurements": None,
        "tracking": None,
        "products": products,
        "parent_cartons": [],
    }


def packed(line_: Json, inventory_id: int, name: str, quantity: int) -> Json:
    """Return a product of a shipment: so many units of the one thing that it consists of."""
    item = {"id": inventory_id, "name": name, "quantity": quantity, "quantity_committed": quantity, "lot": None,
            "expiration_date": None, "serial_numbers": []}  # fmt: skip
    own = {name: line_[name] for name in ("id", "sku", "reference_id")}
    return {**own, "name": name, "inventory_items": [item]}


def detail(name: str, words: str, *, inventory_id: int | None = None, location_id: int | None = None) -> Json:
    """Return a status detail."""
    return {"id": 100 + sum(map(ord, name)) % 900, "name": name, "description": words, "inventory_id": inventory_id,
            "exception_fulfillment_center_id": location_id, "extra_information": None}  # fmt: skip


def tracking(carrier: str, number: str, dice: random.Random, at: float) -> Json:
    """Return the tracking of a box; a number that is not given is made up."""
    service, start, page = CARRIERS[carrier]
    number = number or start + "".join(dice.choice("0123456789") for _ in range(14))
    return {"carrier": carrier, "carrier_service": service, "tracking_number": number, "tracking_url": page + number,
            "shipping_date": moment(at), "bol": None, "pro_number": None, "scac": None}  # fmt: skip


def units(product: Json) -> int:
    """Return how many units of a product a shipment holds."""
    return sum(int(item["quantity"]) for item in product["inventory_items"])


def order_status(shipments: Sequence[Json]) -> str:
    """Return the status that an order has by its shipments."""
    states = [one["status"] for one in shipments]
    alive = [state for state in states if state != "Cancelled"]
    if states and not alive:
        return "Cancelled"
    if {"Exception", "OnHold"} & set(alive):
        return "Exception"
    if alive and all(state == "Completed" for state in alive):
        return "Fulfilled"
    return "PartiallyFulfilled" if "Completed" in alive else "Processing"
