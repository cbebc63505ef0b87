"""The order as connectors hand it in. Pure: no Django, no clock, no connector.

Names and meaning follow behaviour.md 2.1. A record that does not fit is refused by name and kept
raw (`orders.records.refused`); the rest of its page is taken.
"""

import datetime as dt
import re
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field
from pydantic.alias_generators import to_camel

MAX_LINES = 5_000
MAX_DIGITS = 15
"""Digits of a number that survive the trip through JSON and V8, which compute in binary doubles."""

_NUMBER = re.compile(r"-?\d{1,12}(\.\d{1,6})?")


def _strict_number(value: object) -> object:
    """Accept only plain decimal notation: `int('1e1000000')` burns seconds, '١٢' is a digit too."""
    if isinstance(value, bool):
        raise ValueError("must be a number, not true or false")
    if isinstance(value, int | Decimal):
        value = format(value, "f")
    if isinstance(value, float):
        raise ValueError("must be an exact number, not a binary float")
    if not isinstance(value, str) or not _NUMBER.fullmatch(value):
        raise ValueError("must be a number such as 12 or 12.50, with at most 12 digits before the point")
    if len(value.strip("-0").replace(".", "")) > MAX_DIGITS:
        raise ValueError("must be a number of at most 15 digits in all")
    return Decimal(value)


def _clean_text(value: str) -> str:
    """Refuse what PostgreSQL or JSON cannot hold, so that it is refused once and by name."""
    if "\x00" in value:
        raise ValueError("must not contain the NUL character")
    if any("\ud800" <= char <= "\udfff" for char in value):
        raise ValueError("must be valid Unicode (it holds half of a surrogate pair)")
    return value


def _aware(value: dt.datetime) -> dt.datetime:
    if value.tzinfo is None:
        raise ValueError("must say its timezone")
    if not 1970 <= value.year <= 9000:
        raise ValueError("must lie between the years 1970 and 9000")
    return value.astimezone(dt.UTC)


Number = Annotated[Decimal, BeforeValidator(_strict_number)]
Quantity = Annotated[Number, Field(ge=0)]
Text = Annotated[str, Field(max_length=10_000), AfterValidator(_clean_text)]
Short = Annotated[str, Field(max_length=300), AfterValidator(_clean_text)]
Moment = Annotated[dt.datetime, AfterValidator(_aware)]
Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]


class Record(BaseModel):
    """A canonical record: frozen, camelCase outside, snake_case inside, unknown fields refused."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", alias_generator=to_camel, populate_by_name=True, strict=False
    )


class Address(Record):
    """Where to ship or bill (behaviour.md 2.1)."""

    first_name: Short | None = None
    last_name: Short | None = None
    company: Short | None = None
    address1: Short | None = None
    address2: Short | None = None
    city: Short | None = None
    state_or_province: Short | None = None
    zip_code_or_postal_code: Short | None = None
    country: Short | None = None
    email: Short | None = None
    phone: Short | None = None


class Customer(Record):
    """Who bought."""

    ext_customer_id: Short | None = None
    first_name: Short | None = None
    last_name: Short | None = None
    company: Short | None = None
    type: Literal["individual", "company"] | None = None


class LineItem(Record):
    """One line of an order; `unique_id` is unique within the order."""

    unique_id: Short
    sku: Short
    name: Text | None = None
    quantity: Quantity
    item_price: Number | None = None
    item_discount: Number | None = None
    item_tax: Number | None = None
    taxable: bool | None = None
    requires_shipping: bool = True
    location_id: Short | None = None
    respect_location_id: bool | None = None
    """Ship this line from `location_id`, without asking where (behaviour.md 5.5)."""
    custom_fields: tuple["CustomField", ...] = ()


class CustomField(Record):
    """A name and a value that no other field has room for."""

    name: Short
    value: Text


class Payment(Record):
    """One payment as the channel reports it."""

    method: Short | None = None
    kind: Short | None = None
    status: Short | None = None
    amount: Number | None = None
    currency: Currency | None = None
    reference: Short | None = None


class Discount(Record):
    """A discount, coupon or charge by name."""

    name: Short | None = None
    code: Short | None = None
    amount: Number


class OrderRecord(Record):
    """An order as a selling channel has it now, with the version of it that the channel reports."""

    ext_order_id: Annotated[Short, Field(min_length=1)]
    ext_order_api_id: Annotated[Short, Field(min_length=1)]
    ext_order_url: Text | None = None
    order_source: Short | None = None
    order_source_type: Literal["online", "pos", "wholesale", "edi", "other", "b2b", "aggregation"] = "online"
    ext_order_created_at: Moment
    ext_order_updated_at: Moment | None = None
    canceled: bool = False
    """The channel says that this order is canceled; never part of the document."""
    draft: bool = False
    """The channel has it, but it may not be worked on yet; ingested as `draft`."""

    customer: Customer = Customer()
    email: Short | None = None
    billing_address: Address | None = None
    shipping_address: Address | None = None
    line_items: Annotated[tuple[LineItem, ...], Field(max_length=MAX_LINES)]

    currency: Currency
    sub_total_price: Number | None = None
    order_discount: Number | None = None
    order_tax: Number | None = None
    shipping_price: Number | None = None
    total_price: Number
    discounts: tuple[Discount, ...] = ()
    additional_charges: tuple[Discount, ...] = ()
    payments: tuple[Payment, ...] = ()
    payment_status: Short | None = None
    fulfillment_status: Short | None = None

    shipping_code: Short | None = None
    shipping_carrier: Short | None = None
    shipping_class: Short | None = None
    shipping_note: Text | None = None
    gift_note: Text | None = None
    expected_delivery_date: Moment | None = None
    ship_after_date: Moment | None = None
    ship_by_date: Moment | None = None
    location_id: Short | None = None
    """The location it is to be shipped from: our public ID, or what its channel calls the location."""
    respect_location_id: bool | None = None
    """Ship from `location_id`, without asking where (behaviour.md 5.5)."""
    preferred_location_group_id: Annotated[tuple[Short, ...] | None, Field(max_length=50)] = None
    """Location groups that are tried before others."""
    customer_p_o_number: Annotated[Short | None, Field(alias="customerPONumber")] = None

    order_note: Text | None = None
    tags: Annotated[tuple[Short, ...], Field(max_length=250)] = ()
    custom_fields: tuple[CustomField, ...] = ()
    source_doc: dict[str, Any] | None = None
    """The channel's own document, kept beside the canonical one and shown as it came."""


LineItem.model_rebuild()
