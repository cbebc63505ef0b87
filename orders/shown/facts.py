"""The document of an order as lines and facts to read: who bought, where it goes, what it costs."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django_stubs_ext import StrOrPromise

from orders.documents.catalogue import ORDER
from orders.models import Order
from portal.kit.json import Json

LINES = 100


@dataclass(frozen=True)
class Fact:
    """A value under its name; `set_by` names the person or rule that set it, empty for the channel."""

    label: StrOrPromise
    value: Any
    set_by: str = ""
    kind: str = "text"


@dataclass(frozen=True)
class Line:
    """A line item to read."""

    name: str
    sku: str
    quantity: Decimal | int
    price: Decimal | int | None
    discount: Decimal | int | None
    tax: Decimal | int | None
    amount: Decimal | int | None
    ships: bool
    fields: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Lines:
    """The lines shown, and how many there are altogether; a column is there when a line needs it."""

    shown: Sequence[Line]
    count: int
    units: Decimal | int
    discounts: bool
    taxes: bool

    @property
    def hidden(self) -> int:
        """How many are not shown."""
        return self.count - len(self.shown)


def lines(order: Order, *, limit: int | None = LINES) -> Lines:
    """Return the line items; the first `limit` of them."""
    items: Sequence[Json] = order.content["lineItems"]
    shown = [_line(item) for item in items[:limit]]
    return Lines(
        shown,
        len(items),
        sum((item["quantity"] for item in items), Decimal(0)),
        any(line.discount for line in shown),
        any(line.tax for line in shown),
    )


def _line(item: Json) -> Line:
    price, quantity = item.get("itemPrice"), item["quantity"]
    return Line(
        item.get("name") or item["sku"] or item["uniqueId"],
        item["sku"],
        quantity,
        price,
        item.get("itemDiscount"),
        item.get("itemTax"),
        None if price is None else price * quantity,
        item.get("requiresShipping", True),
        [(one["name"], one["value"]) for one in item.get("customFields", ())],
    )


def money(order: Order) -> list[Fact]:
    """Return what the price is made of; parts that the channel does not name are left out."""
    parts = (
        (_("Subtotal"), "subTotalPrice"),
        (_("Discount"), "orderDiscount"),
        (_("Shipping"), "shippingPrice"),
        (_("Tax"), "orderTax"),
    )
    told = [
        Fact(label, order.content[path], _set_by(order, path), "money")
        for label, path in parts
        if order.content.get(path) is not None
    ]
    named = [
        Fact(one.get("name") or one.get("code") or name, one["amount"], kind="money")
        for key, name in (("discounts", _("Discount code")), ("additionalCharges", _("Charge")))
        for one in order.content.get(key, ())
    ]
    return [*told, *named, Fact(_("Total"), order.total, _set_by(order, "totalPrice"), "total")]


def payments(order: Order) -> list[Fact]:
    """Return how it is paid."""
    field = ORDER.get("paymentStatus")
    status = order.content.get("paymentStatus")
    found = [Fact(_("Payment"), field.choice_label(status) if field else status)] if status else []
    methods = ", ".join(one["method"] for one in order.content.get("payments", ()) if one.get("method"))
    return [*found, *([Fact(_("Method"), methods)] if methods else [])]


@dataclass(frozen=True)
class AddressShown:
    """An address as an envelope has it."""

    title: str
    lines: Sequence[str]
    phone: str
    email: str
    set_by: str

    @property
    def text(self) -> str:
        """Return it as it is copied."""
        return "\n".join(self.lines)


def addresses(order: Order) -> list[AddressShown]:
    """Return where it goes, and where the bill goes if that is another place."""
    shipping, billing = order.content.get("shippingAddress"), order.content.get("billingAddress")
    found = [_address(_("Ship to"), shipping, _set_by(order, "shippingAddress"))] if shipping else []
    if billing and billing != shipping:
        found.append(
            _address(_("Bill to") if shipping else _("Customer address"), billing, _set_by(order, "billingAddress"))
        )
    return found


def _address(title: str, told: Json, set_by: str) -> AddressShown:
    def join(*keys: str) -> str:
        return " ".join(told[key] for key in keys if told.get(key))

    rows = (
        join("firstName", "lastName"), join("company"), join("address1"), join("address2"),
        join("zipCodeOrPostalCode", "city"), join("stateOrProvince"), join("country"),
    )  # fmt: skip
    return AddressShown(title, [row for row in rows if row], told.get("phone", ""), told.get("email", ""), set_by)


def details(order: Order) -> list[Fact]:
    """Return the other fields that are filled in: shipping wishes, dates, notes, custom fields."""
    paths = (
        "customerPONumber", "shippingClass", "shippingCarrier", "shippingCode", "shipAfterDate", "shipByDate",
        "expectedDeliveryDate", "shippingNote", "giftNote", "orderNote",
    )  # fmt: skip
    found = [
        Fact(_(ORDER.label(path)), _value(path, order.content[path]), _set_by(order, path), _kind(path))
        for path in paths
        if order.content.get(path)
    ]
    return [*found, *(Fact(one["name"], one["value"]) for one in order.content.get("customFields", ()))]


def _kind(path: str) -> str:
    return "moment" if path.endswith("Date") else "text"


def _value(path: str, value: str) -> dt.datetime | str:
    return dt.datetime.fromisoformat(value) if path.endswith("Date") else value


def _set_by(order: Order, path: str) -> str:
    """Return who set a field here; what the channel sent has nobody's name on it."""
    mine = [mark for key, mark in order.kept.items() if key == f"/{path}" or key.startswith(f"/{path}/")]
    return str(mine[-1]["name"]) if mine else ""
