"""From the messages of custom integrations to canonical records. Pure."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from integrations.custom import shapes
from integrations.kit.mapped import Verdict
from orders.records.fulfillment import FulfillmentLine, FulfillmentRecord
from orders.records.level import LevelRecord
from orders.records.location import LocationRecord
from orders.records.order import Address, Customer, CustomField, LineItem, OrderRecord, Payment
from orders.records.product import BundlePart, Price, ProductRecord, VariantOption
from portal.kit.json import Json

_PAID = frozenset({"paid", "authorized", "partially_refunded"})
_WORDS = {"partially_refunded": "partiallyRefunded"}
_MOST_FIELDS = 100


class StoreSettings(BaseModel):
    """What a person may choose about orders of a shop of one's own."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    unpaid: Literal["draft", "new"] = Field(
        "draft",
        title="Orders that are not paid yet",
        description="A draft waits here untouched and becomes a new order when the shop reports the payment.",
        json_schema_extra={"labels": {"draft": "Keep as a draft until paid", "new": "Take as a new order at once"}},
    )
    finished: Literal["leave", "take"] = Field(
        "leave",
        title="Orders that are closed when first seen",
        description="Taking them in would send them through your rules, and perhaps to a warehouse, again.",
        json_schema_extra={"labels": {"leave": "Leave out", "take": "Take in as well"}},
    )


class WarehouseSettings(BaseModel):
    """A warehouse of one's own has nothing to choose but its flows."""

    model_config = ConfigDict(extra="ignore", frozen=True)


def order(told: shapes.Order, raw: Json, settings: StoreSettings) -> Verdict:
    """Map an order; `raw` is kept beside it as it came. Raises pydantic's ValidationError."""
    canceled = told.status == "cancelled" or (told.payment_status == "refunded" and told.status != "closed")
    waits = told.status == "on_hold" or (told.payment_status not in _PAID and settings.unpaid == "draft")
    payment = _WORDS.get(told.payment_status, told.payment_status)
    total = told.total if told.total is not None else _total(told)
    record = OrderRecord(
        ext_order_id=told.number,
        ext_order_api_id=told.id,
        order_source="Custom",
        ext_order_created_at=told.created_at,
        ext_order_updated_at=told.updated_at,
        canceled=canceled,
        draft=waits and not canceled,
        customer=_customer(told),
        email=told.customer.email or None,
        billing_address=address(told.bill_to, told.customer) if told.bill_to else None,
        shipping_address=address(told.ship_to, told.customer),
        line_items=tuple(_line(line, told.location_id) for line in told.lines),
        currency=told.currency,
        sub_total_price=told.subtotal,
        order_discount=told.discount_total,
        order_tax=told.tax_total,
        shipping_price=told.shipping_total,
        total_price=total,
        payment_status=payment,
        payments=(Payment(status="succeeded", amount=total, currency=told.currency),)
        if told.payment_status == "paid"
        else (),
        shipping_code=told.shipping_method or None,
        shipping_class=told.shipping_method or None,
        ship_after_date=told.requested_ship_date,
        expected_delivery_date=told.requested_delivery_date,
        order_note=told.note or None,
        tags=tuple(told.tags),
        custom_fields=_custom(told.custom),
        source_doc=raw,
    )
    return Verdict(record, settled=told.status == "closed")


def _total(told: shapes.Order) -> Decimal:
    lines = sum(
        (
            Decimal(line.quantity) * (line.unit_price or 0) + (line.tax or 0) - (line.discount or 0)
            for line in told.lines
        ),
        Decimal(0),
    )
    return Decimal(lines) + (told.shipping_total or 0)


def _customer(told: shapes.Order) -> Customer:
    name = told.customer.name or told.ship_to.name
    company = (told.bill_to or told.ship_to).company or None
    first, last = _names(name)
    return Customer(
        first_name=first, last_name=last, company=company, type="company" if company and not name else "individual"
    )


def address(told: shapes.Address, customer: shapes.Customer | None = None) -> Address:
    """Map an address; what reaches the customer reaches the addressee where the address does not say."""
    first, last = _names(told.name)
    return Address(
        first_name=first,
        last_name=last,
        company=told.company or None,
        address1=told.address1 or None,
        address2=told.address2 or None,
        city=told.city or None,
        state_or_province=told.state or None,
        zip_code_or_postal_code=told.zip or None,
        country=told.country.upper() if told.country else None,
        email=told.email or (customer.email if customer else None) or None,
        phone=told.phone or (customer.phone if customer else None) or None,
    )


def _names(full: str | None) -> tuple[str | None, str | None]:
    first, _, last = (full or "").strip().partition(" ")
    return first or None, last.strip() or None


def _line(told: shapes.OrderLine, location: str | None) -> LineItem:
    return LineItem(
        unique_id=told.id,
        sku=told.sku,
        name=told.name or None,
        quantity=Decimal(told.quantity),
        item_price=told.unit_price,
        item_discount=told.discount,
        item_tax=told.tax,
        requires_shipping=told.requires_shipping,
        location_id=location or None,
        custom_fields=_custom(told.custom),
    )


def _custom(fields: Json) -> tuple[CustomField, ...]:
    """Keep plain values; what is nested stays in the source document."""
    plain = ((name, value) for name, value in fields.items() if isinstance(value, str | int | Decimal))
    told = [CustomField(name=str(name)[:300], value=str(value)[:10_000]) for name, value in plain if name]
    return tuple(told[:_MOST_FIELDS])


def fulfillment(told: shapes.Fulfillment, raw: Json) -> FulfillmentRecord:
    """Map what was shipped: one record, with the tracking numbers of all its packages."""
    numbers = [told.tracking_number, *(one.tracking_number for one in told.packages)]
    return FulfillmentRecord(
        ext_fulfillment_id=told.id,
        shipment=told.shipping_request_id,
        actual_ship_date=told.shipped_at,
        line_items=tuple(
            FulfillmentLine(unique_id=line.line_id, sku=line.sku, quantity=Decimal(line.quantity))
            for line in told.lines
        ),
        tracking_number=tuple(dict.fromkeys(one for one in numbers if one)),
        tracking_url=(told.tracking_url,) if told.tracking_url else (),
        shipping_carrier=told.carrier or None,
        shipping_class=told.service or None,
        shipping_charge=told.cost,
        currency=told.currency,
        source_doc=raw,
    )


def level(told: shapes.Inventory) -> LevelRecord:
    """Map a count or a change. On hand is what is available and what is promised there, where it is not told."""
    on_hand = told.on_hand if told.on_hand is not None else told.available + (told.committed or 0)
    return LevelRecord(
        sku=told.sku,
        ext_location_id=told.location_id,
        on_hand=Decimal(on_hand),
        incoming=_units(told.incoming),
        unavailable=_units(told.unsellable),
        change=told.mode == "delta",
        event_id=told.event_id if told.mode == "delta" else None,
        at=told.updated_at,
    )


def _units(value: int | None) -> Decimal | None:
    return None if value is None else Decimal(value)


def location(told: shapes.Location) -> LocationRecord:
    """Map a place."""
    return LocationRecord(ext_location_id=told.id, name=told.name, address=address(told.address))


def product(told: shapes.Product, raw: Json, parents: Iterable[str] = ()) -> ProductRecord:
    """Map a product. `parents` are SKUs that others of the same message name as their parent."""
    kind: Literal["simple", "parent", "child", "bundle"] = "simple"
    if told.components:
        kind = "bundle"
    elif told.parent_sku:
        kind = "child"
    elif told.sku in set(parents):
        kind = "parent"
    return ProductRecord(
        ext_product_api_id=told.sku,
        ext_product_id=told.sku,
        sku=told.sku,
        name=told.name or told.sku,
        kind=kind,
        parent_ext_api_id=told.parent_sku if kind == "child" else None,
        status="active" if told.active else "inactive",
        upc=told.barcode or None,
        prices=(Price(value=told.price, currency=told.currency),) if told.price is not None else (),
        country_of_origin=told.origin_country or None,
        harmonized_code=told.hs_code or None,
        weight=_units(told.weight_g),
        weight_unit="g" if told.weight_g is not None else None,
        length=_cm(told.length_mm),
        width=_cm(told.width_mm),
        height=_cm(told.height_mm),
        dimensions_unit="cm" if (told.length_mm, told.width_mm, told.height_mm) != (None, None, None) else None,
        variant_options=tuple(VariantOption(name=name[:300], value=value) for name, value in told.options.items()),
        bundle_items=tuple(BundlePart(sku=one.sku, quantity=one.quantity) for one in told.components),
        source_doc=raw,
    )


def _cm(millimetres: int | None) -> Decimal | None:
    return None if millimetres is None else Decimal(millimetres) / 10
