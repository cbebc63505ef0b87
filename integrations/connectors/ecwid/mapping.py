"""From an Ecwid order to the canonical record, and from the store's profile to its locations. Pure.

Money follows the arithmetic of the vendor's own payloads: `discount` leaves out the coupon, prices
may include tax, and after a manual edit the parts need not add up any more, so `total` is the truth.
"""

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from integrations.connectors.ecwid import money, people
from integrations.kit import pages
from integrations.kit.currencies import CODES
from integrations.kit.mapped import DoesNotFit, Verdict
from orders.records.location import LocationRecord
from orders.records.order import CustomField, LineItem, OrderRecord, Payment
from portal.kit.json import Json

PAID = frozenset({"PAID", "PARTIALLY_REFUNDED"})
_OVER = frozenset({"SHIPPED", "DELIVERED", "RETURNED", "OUT_FOR_DELIVERY"})
"""The goods have left: nothing is to be done with such an order here."""
_MAX_FIELDS = 100


class Settings(BaseModel):
    """What a person may choose about orders and products from Ecwid."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    unpaid: Literal["draft", "new"] = Field(
        "draft",
        title="Orders that are not paid yet",
        description="A draft waits here untouched and becomes a new order when the store reports the payment.",
        json_schema_extra={"labels": {"draft": "Keep as a draft until paid", "new": "Take as a new order at once"}},
    )
    finished: Literal["leave", "take"] = Field(
        "leave",
        title="Orders that were already shipped when first seen",
        description="Taking them in would send them through your rules, and perhaps to a warehouse, again.",
        json_schema_extra={"labels": {"leave": "Leave out", "take": "Take in as well"}},
    )
    whole_catalogue: bool = Field(
        False,
        title="Pull the whole catalogue",
        description="The first pull of products brings all of them. Otherwise only those that change from now on.",
    )


def order(raw: Json, store: Json, settings: BaseModel) -> Verdict:
    """Map one order. `store` holds `currency` and `precision` of its profile.

    Raises DoesNotFit, or pydantic's ValidationError, naming the field in the channel's words.
    """
    if not isinstance(raw, dict):
        raise DoesNotFit("order", "must be an object")
    if pages.depth_of(raw) > pages.MAX_DEPTH:
        raise DoesNotFit("order", f"must not be nested more than {pages.MAX_DEPTH} levels deep")
    paid = _status(raw, "paymentStatus")
    shipped = _status(raw, "fulfillmentStatus")
    wants_new = isinstance(settings, Settings) and settings.unpaid == "new"
    canceled = _is_canceled(paid, shipped)
    record = OrderRecord(
        ext_order_id=_identifier(raw, "id"),
        ext_order_api_id=_identifier(raw, "internalId"),
        order_source="Ecwid",
        order_source_type="b2b" if raw.get("b2b_b2c") == "b2b" else "online",
        ext_order_created_at=_moment(raw, "createTimestamp"),
        ext_order_updated_at=_moment(raw, "updateTimestamp"),
        canceled=canceled,
        draft=not canceled and paid not in PAID and paid != "REFUNDED" and not wants_new,
        customer=people.customer(raw),
        email=raw.get("email") or None,
        billing_address=people.billing(raw),
        shipping_address=people.shipping(raw),
        line_items=_lines(raw),
        payment_status=status_word(paid),
        fulfillment_status=status_word(shipped),
        payments=_payments(raw, store, paid),
        order_note=_note(raw, "orderComments"),
        custom_fields=_custom_fields(raw),
        customer_p_o_number=_text(people.part(raw, "paymentParams").get("PO number")),
        source_doc=_source_doc(raw),
        **_shipping(raw),
        **money.amounts(raw, _currency(store), int(store.get("precision", 2))),
    )
    return Verdict(record, settled=shipped in _OVER)


def locations(profile: Json, options: Iterable[Json]) -> list[LocationRecord]:
    """Derive the store's locations, since Ecwid lists none.

    One for the store itself (where it ships from), and one for each pickup point with an ID of its own.
    """
    store_id = people.part(profile, "generalInfo").get("storeId")
    origin = people.part(people.part(profile, "shipping"), "shippingOrigin") or people.part(profile, "company")
    name = origin.get("companyName") or people.part(profile, "settings").get("storeName") or f"Store {store_id}"
    found = {
        f"ecwid-store-{store_id}": LocationRecord(
            ext_location_id=f"ecwid-store-{store_id}", name=name, address=people.address(origin)
        )
    }
    for option in options:
        key = str(option.get("locationId") or "")
        if key and option.get("enabled") and option.get("fulfilmentType") == "pickup" and key not in found:
            found[key] = LocationRecord(ext_location_id=key, name=option.get("title") or key, pickup=True)
    return list(found.values())


def _is_canceled(paid: str, shipped: str) -> bool:
    """Canceled on purpose, refunded before anything left, or given up by the merchant."""
    return paid == "CANCELLED" or shipped == "WILL_NOT_DELIVER" or (paid == "REFUNDED" and shipped not in _OVER)


def _identifier(raw: Json, field: str) -> str:
    value = raw.get(field)
    if isinstance(value, bool) or not isinstance(value, str | int) or value == "":
        raise DoesNotFit(field, "is missing or is neither text nor a whole number")
    if isinstance(value, int) and not 0 < value < 2**63:
        raise DoesNotFit(field, "must be a positive number of at most 63 bits")
    return str(value)


def _moment(raw: Json, field: str) -> dt.datetime:
    value = raw.get(field)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value < 32_503_680_000:
        raise DoesNotFit(field, "must be seconds since 1970, before the year 3000")
    return dt.datetime.fromtimestamp(value, dt.UTC)


def _status(raw: Json, field: str) -> str:
    value = raw.get(field, "")
    if not isinstance(value, str):
        raise DoesNotFit(field, "must be a text")
    return value.upper()


def _currency(store: Json) -> str:
    code = str(store.get("currency", ""))
    if code not in CODES:
        raise DoesNotFit("currency", f"“{code[:20]}” is none that exists; correct it in the settings of the store")
    return code


def status_word(status: str) -> str | None:
    """Return a status of the store as our documents write it."""
    head, *rest = status.replace("CANCELLED", "CANCELED").lower().split("_")
    return (head + "".join(word.capitalize() for word in rest)) or None


def _lines(raw: Json) -> tuple[LineItem, ...]:
    items = raw.get("items", [])
    if not isinstance(items, list):
        raise DoesNotFit("items", "must be a list")
    used: set[str] = set()
    return tuple(_line(item, number, used) for number, item in enumerate(items))


def _line(item: Any, number: int, used: set[str]) -> LineItem:
    where = f"items.{number}"
    if not isinstance(item, dict):
        raise DoesNotFit(where, "must be an object")
    quantity = money.number(item.get("quantity"), f"{where}.quantity")
    if quantity < 0:
        raise DoesNotFit(f"{where}.quantity", "must not be negative")
    unique = str(item.get("id") or number)
    if unique in used:
        unique = f"{unique}-{number}"
    used.add(unique)
    return LineItem(
        unique_id=unique,
        sku=item.get("sku") or "",
        name=item.get("name") or None,
        quantity=quantity,
        item_price=money.optional(item.get("price"), f"{where}.price"),
        item_discount=money.line_discount(item, where),
        item_tax=money.optional(item.get("tax"), f"{where}.tax"),
        taxable=item.get("taxable"),
        requires_shipping=_requires_shipping(item),
        custom_fields=_options(item),
    )


def _requires_shipping(item: Json) -> bool:
    stated = item.get("isShippingRequired")
    return stated if isinstance(stated, bool) else not item.get("digital", False)


def _options(item: Json) -> tuple[CustomField, ...]:
    """Keep what the customer chose or wrote (size, engraving): it must travel with the line."""
    found: list[CustomField] = []
    for option in people.parts(item, "selectedOptions"):
        name, value = _text(option.get("name")), _text(option.get("value"))
        files = [_text(file.get("name")) or "" for file in people.parts(option, "files")]
        if name and (value or files):
            found.append(CustomField(name=name[:300], value=(value or ", ".join(files))[:10_000]))
    return tuple(found[:_MAX_FIELDS])


def _payments(raw: Json, store: Json, paid: str) -> tuple[Payment, ...]:
    if paid not in PAID | {"REFUNDED"}:
        return ()
    return (
        Payment(
            method=_text(raw.get("paymentMethod")),
            kind=_text(raw.get("paymentModule")),
            status="succeeded" if paid == "PAID" else status_word(paid),
            amount=money.optional(raw.get("total"), "total"),
            currency=_currency(store),
            reference=_text(raw.get("externalTransactionId")),
        ),
    )


def _shipping(raw: Json) -> dict[str, Any]:
    option = people.part(raw, "shippingOption")
    method = _text(option.get("shippingMethodName"))
    return {
        "shipping_code": method,
        "shipping_carrier": _text(option.get("shippingCarrierName")),
        "shipping_class": method,
        "ship_by_date": _written_moment(raw.get("latestShipDate")),
        "expected_delivery_date": _written_moment(raw.get("latestDeliveryDate") or raw.get("pickupTime")),
    }


def _written_moment(value: Any) -> dt.datetime | None:
    """Read `2026-09-16 15:30:00 +0000`; what cannot be read is left to the source document."""
    if not isinstance(value, str):
        return None
    try:
        moment = dt.datetime.strptime(value, "%Y-%m-%d %H:%M:%S %z")
    except ValueError:
        return None
    return moment if 1970 < moment.year < 3000 else None


def _custom_fields(raw: Json) -> tuple[CustomField, ...]:
    option = people.part(raw, "shippingOption")
    found: dict[str, str | None] = {
        "Customer group": _text(raw.get("customerGroup")),
        "Fulfillment type": _text(option.get("fulfillmentType")) if option.get("isPickup") else None,
        "Pickup location": _text(option.get("locationId")),
        "Coupon": _text(people.part(raw, "discountCoupon").get("code")),
        "Tax number": _text(raw.get("customerTaxId")),
        "Internal note": _text(raw.get("privateAdminNotes")),
        # An order edited by hand may not add up any more; its total counts, and people are told.
        "Amounts differ from the total by": _text(money.difference(raw) or None),
    }
    for extra in people.parts(raw, "orderExtraFields"):
        found[_text(extra.get("title")) or _text(extra.get("id")) or ""] = _text(extra.get("value"))
    for name, value in people.part(raw, "extraFields").items():
        found.setdefault(str(name), _text(value))
    kept = [CustomField(name=name[:300], value=value[:10_000]) for name, value in found.items() if name and value]
    return tuple(kept[:_MAX_FIELDS])


def _text(value: Any) -> str | None:
    if isinstance(value, str):
        return value.strip() or None
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return str(value)
    return None


def _note(raw: Json, field: str) -> str | None:
    """Return a comment; the end of an endless one stays in the source document."""
    text = _text(raw.get(field))
    return text if text is None or len(text) <= 10_000 else text[:9_999] + "…"


def _source_doc(raw: Json) -> Json:
    """Return the order as it came, without the links that only the token's owner may follow."""
    items = raw.get("items") or []
    return {**raw, "items": [_without_private_links(item) for item in items]}


def _without_private_links(item: Json) -> Json:
    if not people.parts(item, "files"):
        return item
    return {**item, "files": [{k: v for k, v in f.items() if k != "adminUrl"} for f in people.parts(item, "files")]}
