"""What leaves for custom systems, in their words: the same by webhook, by request and in files. Pure."""

from decimal import Decimal
from typing import Any

from integrations.capabilities import Outgoing, OutgoingOrder, OutgoingParcel, StockItem
from portal.kit.json import Json

_ADDRESS = {
    "company": "company", "address1": "address1", "address2": "address2", "city": "city", "state": "stateOrProvince",
    "zip": "zipCodeOrPostalCode", "country": "country", "phone": "phone", "email": "email",
}  # fmt: skip


def shipping_request(told: Outgoing) -> Json:
    """Return a shipping request; the same bytes over every attempt."""
    document = told.document
    found: Json = {
        "id": told.reference,
        "number": told.number,
        "order_number": told.order_number,
        "location_id": told.location,
        "ship_to": address(document.get("shippingAddress") or {}),
        "shipping_method": told.method,
        "carrier": document.get("shippingCarrier"),
        "service_level": document.get("shippingClass"),
        "ship_by": document.get("shipByDate"),
        "ship_after": document.get("shipAfterDate"),
        "gift_message": document.get("giftNote"),
        "packing_note": document.get("shippingNote"),
        "currency": told.currency,
        "lines": [
            {
                "line_id": line.unique_id,
                "sku": line.sku,
                "name": line.name,
                "quantity": line.quantity,
                **({} if line.unit_price is None else {"unit_price": plain(line.unit_price)}),
            }
            for line in told.lines
        ],
        "previous_id": told.previous,
    }
    return {name: value for name, value in found.items() if value not in (None, "")}


def address(document: Json) -> Json:
    """Return an address with the whole name in one."""
    name = " ".join(filter(None, (document.get("firstName"), document.get("lastName"))))
    found = {"name": name, **{ours: document.get(theirs) for ours, theirs in _ADDRESS.items()}}
    return {key: value for key, value in found.items() if value not in (None, "")}


def parcel(told: OutgoingParcel) -> Json:
    """Return a fulfillment for the shop where its order was placed."""
    return fulfillment(
        id=told.reference, order_id=told.order_api_id, order_number=told.order_number,
        shipped_at=told.shipped_at.isoformat().replace("+00:00", "Z") if told.shipped_at else None,
        carrier=told.carrier, service=told.service, tracking_numbers=list(told.tracking_numbers),
        tracking_urls=list(told.tracking_urls), complete=told.complete,
        lines=[{"line_id": line, "sku": sku, "quantity": whole(units)} for line, sku, units in told.lines],
    )  # fmt: skip


def fulfillment(**told: Any) -> Json:
    """Return the members of a fulfillment that are there."""
    return {name: value for name, value in told.items() if value not in (None, "", [])}


def stock(item: StockItem) -> Json:
    """Return what a shop may promise of one SKU."""
    return {"sku": item.sku, "available": item.units, "tracked": item.tracked}


_MEMBERS = {
    "currency": "currency", "total": "totalPrice", "subtotal": "subTotalPrice", "shipping_total": "shippingPrice",
    "tax_total": "orderTax", "discount_total": "orderDiscount", "payment_status": "paymentStatus",
    "shipping_method": "shippingCode", "carrier": "shippingCarrier", "service_level": "shippingClass",
    "purchase_order": "customerPONumber", "note": "orderNote", "gift_message": "giftNote", "ship_by": "shipByDate",
    "ship_after": "shipAfterDate", "requested_delivery_date": "expectedDeliveryDate", "tags": "tags",
    "custom": "customFields", "store_order_id": "extOrderApiId", "store_url": "extOrderUrl",
}  # fmt: skip
_LINE = {
    "line_id": "uniqueId", "sku": "sku", "name": "name", "quantity": "quantity", "cancelled": "canceled",
    "unit_price": "itemPrice", "discount": "itemDiscount", "tax": "itemTax",
}  # fmt: skip
_UNITS = frozenset({"quantity", "cancelled"})


def order(told: OutgoingOrder) -> Json:
    """Return an order for a system that keeps orders, too; the same bytes over every attempt."""
    document = told.document
    customer = document.get("customer") or {}
    found: Json = {
        "id": told.reference,
        "version": told.version,
        "external_id": told.known_as,
        "number": told.number,
        "store": told.store,
        "status": "cancelled" if document.get("status") == "canceled" else "open",
        "created_at": told.placed_at.isoformat().replace("+00:00", "Z") if told.placed_at else None,
        "customer": fulfillment(
            name=" ".join(filter(None, (customer.get("firstName"), customer.get("lastName")))),
            company=customer.get("company"), email=document.get("email"),
        ),
        "ship_to": address(document.get("shippingAddress") or {}),
        "bill_to": address(document.get("billingAddress") or {}),
        **{ours: _value(ours, document.get(theirs)) for ours, theirs in _MEMBERS.items()},
        "lines": [
            {ours: _value(ours, line[theirs]) for ours, theirs in _LINE.items() if line.get(theirs) not in (None, "")}
            for line in document.get("lineItems") or ()
        ],
    }  # fmt: skip
    return {name: value for name, value in found.items() if value not in (None, "", [], {})}


def _value(name: str, value: Any) -> Any:
    """Return money as text and units as a whole number, as all custom systems write them."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return value
    number = Decimal(str(value))
    return whole(number) if name in _UNITS else plain(number)


def plain(value: Decimal) -> str:
    """Return a number as text, without an exponent and without zeros that say nothing."""
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def whole(value: Decimal) -> Any:
    """Return units as a whole number, or as text where they are none."""
    return int(value) if value == int(value) else plain(value)
