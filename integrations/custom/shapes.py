"""The messages of custom integrations, as their systems write them: names in snake_case, money as text. Pure.

Unknown members are kept with the record as it came. Each shape is also what the OpenAPI document shows.
"""

import datetime as dt
import re
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, WithJsonSchema, model_validator

from orders.records.order import MAX_LINES, Number

_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(:\d\d(\.\d{1,9})?)?([Zz]|[+-]\d\d:?\d\d)")
_MONEY = r"^-?\d{1,12}(\.\d{1,6})?$"
MOST_UNITS = 1_000_000_000


def _moment(value: object) -> dt.datetime:
    if not isinstance(value, str) or not _MOMENT.fullmatch(value) or not value.isascii():
        raise ValueError("must be a time with its zone, such as 2026-01-05T10:00:00Z")
    try:
        moment = dt.datetime.fromisoformat(value.upper()).astimezone(dt.UTC)
    except (ValueError, OverflowError):
        raise ValueError("must be a time that exists") from None
    if not 1970 <= moment.year <= 9000:
        raise ValueError("must lie between the years 1970 and 9000")
    return moment


def _text_only(value: object) -> object:
    if not isinstance(value, str):
        raise ValueError("must be an exact number written as text, such as “12.50”")
    return value


def _clean(value: object) -> object:
    if isinstance(value, str) and ("\x00" in value or any("\ud800" <= char <= "\udfff" for char in value)):
        raise ValueError("must hold neither NUL nor half of a surrogate pair")
    return value


Id = Annotated[str, BeforeValidator(_clean), StringConstraints(strict=True, min_length=1, max_length=128)]
Short = Annotated[str, BeforeValidator(_clean), StringConstraints(strict=True, max_length=300)]
Long = Annotated[str, BeforeValidator(_clean), StringConstraints(strict=True, max_length=10_000)]
Units = Annotated[int, Field(strict=True, ge=0, le=MOST_UNITS)]
Some = Annotated[int, Field(strict=True, ge=1, le=MOST_UNITS)]
Change = Annotated[int, Field(strict=True, ge=-MOST_UNITS, le=MOST_UNITS)]
Flag = Annotated[bool, Field(strict=True)]
Money = Annotated[Number, BeforeValidator(_text_only), WithJsonSchema({"type": "string", "pattern": _MONEY})]
Moment = Annotated[
    dt.datetime, BeforeValidator(_moment), WithJsonSchema({"type": "string", "format": "date-time"})
]  # fmt: skip
Currency = Annotated[str, StringConstraints(strict=True, pattern=r"^[A-Z]{3}$")]
Country = Annotated[str, StringConstraints(strict=True, pattern=r"^[A-Za-z]{2}$")]


class Shape(BaseModel):
    """A message or a part of one."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Customer(Shape):
    """Who bought."""

    email: Short | None = None
    name: Short | None = None
    phone: Short | None = None


class Address(Shape):
    """Where to ship or bill."""

    name: Short | None = None
    company: Short | None = None
    address1: Short | None = None
    address2: Short | None = None
    city: Short | None = None
    state: Short | None = None
    zip: Short | None = None
    country: Country | None = None
    phone: Short | None = None
    email: Short | None = None


class OrderLine(Shape):
    """A line of an order; `id` stays the same over all reports."""

    id: Id
    sku: Annotated[Short, Field(min_length=1)]
    name: Long | None = None
    quantity: Some
    unit_price: Money | None = None
    tax: Money | None = None
    discount: Money | None = None
    weight_g: Units | None = None
    requires_shipping: Flag = True
    custom: dict[str, Any] = {}


class Order(Shape):
    """An order as the shop has it now. `updated_at` says which of two reports is the newer one."""

    id: Id
    number: Id
    created_at: Moment
    updated_at: Moment | None = None
    currency: Currency
    status: Literal["open", "on_hold", "cancelled", "closed"] = "open"
    payment_status: Literal["unpaid", "authorized", "paid", "partially_refunded", "refunded"] = "paid"
    total: Money | None = None
    subtotal: Money | None = None
    shipping_total: Money | None = None
    tax_total: Money | None = None
    discount_total: Money | None = None
    customer: Customer = Customer()
    ship_to: Address
    bill_to: Address | None = None
    shipping_method: Short | None = None
    requested_ship_date: Moment | None = None
    requested_delivery_date: Moment | None = None
    note: Long | None = None
    tags: Annotated[list[Short], Field(max_length=250)] = []
    location_id: Short | None = None
    lines: Annotated[list[OrderLine], Field(min_length=1, max_length=MAX_LINES)]
    custom: dict[str, Any] = {}


class Cancel(Shape):
    """An order that the shop has canceled, whole."""

    order_id: Id
    reason: Short = ""


class Answer(Shape):
    """What the warehouse says to a shipping request, or to its cancellation."""

    id: Id
    status: Literal["accepted", "rejected", "cancelled", "cancel_refused"]
    external_id: Short = ""
    reason: Long = ""


class OrderAnswer(Shape):
    """What a system says to an order that was pushed to it: whether it takes it, and what it calls it."""

    id: Id
    status: Literal["accepted", "rejected"]
    external_id: Short = ""
    url: Annotated[str, BeforeValidator(_clean), StringConstraints(strict=True, max_length=2_000)] = ""
    reason: Long = ""
    version: Annotated[int, Field(strict=True, ge=1, le=MOST_UNITS)] | None = None
    """Of the push that is answered; without it, the last one."""


class ParcelLine(Shape):
    """So many units of a line: `line_id` as in the shipping request."""

    line_id: Id | None = None
    sku: Annotated[Short, Field(min_length=1)]
    quantity: Some


class PackageLine(ParcelLine):
    """A line within a package."""

    lot: Short | None = None
    serial_numbers: list[Short] = []
    expires_on: Short | None = None


class Package(Shape):
    """One box of a fulfillment."""

    tracking_number: Short | None = None
    weight_g: Units | None = None
    length_mm: Units | None = None
    width_mm: Units | None = None
    height_mm: Units | None = None
    lines: list[PackageLine] = []


class Fulfillment(Shape):
    """What was shipped of a shipping request: a part of it, or all."""

    id: Id
    shipping_request_id: Id
    shipped_at: Moment
    carrier: Short
    service: Short | None = None
    tracking_number: Short | None = None
    tracking_url: Long | None = None
    cost: Money | None = None
    currency: Currency | None = None
    packages: Annotated[list[Package], Field(max_length=50)] = []
    lines: Annotated[list[ParcelLine], Field(min_length=1, max_length=MAX_LINES)]
    complete: Flag = False


class Inventory(Shape):
    """How much of one SKU lies at one location: counted, or by how much it changed (then with `event_id`)."""

    sku: Annotated[Short, Field(min_length=1)]
    location_id: Id
    mode: Literal["absolute", "delta"]
    available: Change
    on_hand: Change | None = None
    committed: Change | None = None
    incoming: Change | None = None
    unsellable: Change | None = None
    updated_at: Moment
    event_id: Id | None = None

    @model_validator(mode="after")
    def _change_is_named(self) -> Self:
        if self.mode == "delta" and not self.event_id:
            raise ValueError("a delta must name its event (event_id), so that it counts once")
        return self


class Component(Shape):
    """What a bundle is made of."""

    sku: Annotated[Short, Field(min_length=1)]
    quantity: Some


class Product(Shape):
    """A product of the shop, by its SKU."""

    sku: Annotated[Short, Field(min_length=1)]
    name: Long | None = None
    barcode: Short | None = None
    weight_g: Units | None = None
    length_mm: Units | None = None
    width_mm: Units | None = None
    height_mm: Units | None = None
    hs_code: Short | None = None
    origin_country: Country | None = None
    price: Money | None = None
    currency: Currency | None = None
    active: Flag = True
    parent_sku: Short | None = None
    options: dict[str, Short] = {}
    components: Annotated[list[Component], Field(max_length=500)] = []


class Location(Shape):
    """A place where the warehouse keeps stock."""

    id: Id
    name: Annotated[Short, Field(min_length=1)]
    address: Address = Address()
    active: Flag = True
