"""The document of an order as lines and facts to read: who bought, where it goes, what it costs."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django_stubs_ext import StrOrPromise

from orders.documents.catalogue import ORDER
from orders.documents.dispositions import Out, taken_out, units_of
from orders.documents.envelope import envelope
from orders.documents.writable import pointer
from orders.lifecycle.pins import touches
from orders.models import Order
from portal.audit.models import History
from portal.audit.provenance import narrowed
from portal.filters.fields import keyed_path
from portal.kit.json import Json

LINES = 100


@dataclass(frozen=True)
class Mark:
    """Who has set a field here: a person (then it is pinned) or a rule."""

    name: str
    by_person: bool


@dataclass(frozen=True)
class Fact:
    """A value under its name. `path` is where it stands in the document, `set_by` who has set it here."""

    label: StrOrPromise
    value: Any
    path: str
    set_by: Mark | None = None
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
    path: str
    canceled: Decimal | int = 0
    rejected: Decimal | int = 0
    out_by: str = ""
    """Who has taken units out of it."""
    shipped: Decimal | int = 0
    routed: Decimal | int = 0
    """In shipping requests, those that were shipped included."""
    sent: Decimal | int = 0
    failed: Decimal | int = 0
    product: str = ""
    """Where the page of its product is; nothing where there is none (`orders.shown.product_links`)."""

    @property
    def out(self) -> Decimal | int:
        """How many units were taken out here."""
        return self.canceled + self.rejected

    @property
    def left(self) -> Decimal | int:
        """How many units are still to be shipped."""
        return max(self.quantity - self.out, 0)


@dataclass(frozen=True)
class Lines:
    """The lines shown, and how many there are altogether."""

    shown: Sequence[Line]
    count: int
    units: Decimal | int
    way: bool = False
    """Something of it is in shipping requests: then each line says how far it has come."""

    @property
    def hidden(self) -> int:
        """How many are not shown."""
        return self.count - len(self.shown)


def lines(order: Order, history: Sequence[History] = (), *, limit: int | None = LINES) -> Lines:
    """Return the line items; the first `limit` of them. The history tells who took units out."""
    items: Sequence[Json] = order.content["lineItems"]
    out = taken_out(order.content)
    counted = {kind: units_of(order.content, kind) for kind in ("fulfilled", "routed", "sent", "failed")}
    shown = [
        _line(
            item,
            out.get(item["uniqueId"], Out()),
            _out_by(item, out, history),
            {kind: units.get(item["uniqueId"], 0) for kind, units in counted.items()},
        )
        for item in items[:limit]
    ]
    return Lines(
        shown,
        len(items),
        sum((item["quantity"] for item in items), Decimal(0)),
        any(line.routed or line.shipped for line in shown),
    )


def _out_by(item: Json, out: dict[str, Out], history: Sequence[History]) -> str:
    """Return who was the last to take units out of a line, as far as the history that is shown goes back."""
    if item["uniqueId"] not in out:
        return ""
    path = _pointer("dispositions", item)
    return next((row.actor_name for row in history if narrowed(row.changes, path)), "")


def _pointer(within: str, item: Json) -> str:
    return f"/{within}/" + str(item["uniqueId"]).replace("~", "~0").replace("/", "~1")


def _line(item: Json, out: Out, out_by: str, became: Mapping[str, Decimal | int]) -> Line:
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
        _pointer("lineItems", item),
        out.canceled,
        out.rejected,
        out_by,
        shipped=became["fulfilled"],
        routed=became["routed"],
        sent=became["sent"],
        failed=became["failed"],
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
        Fact(label, order.content[path], f"/{path}", set_by(order, f"/{path}"), "money")
        for label, path in parts
        if order.content.get(path) is not None
    ]
    named = [
        Fact(one.get("name") or one.get("code") or name, one["amount"], f"/{key}", kind="money")
        for key, name in (("discounts", _("Discount code")), ("additionalCharges", _("Charge")))
        for one in order.content.get(key, ())
    ]
    if "/lineItems" in order.kept and order.content["lineItems"]:
        worth = sum((one["quantity"] * (one.get("itemPrice") or 0) for one in order.content["lineItems"]), Decimal(0))
        told.insert(0, Fact(_("Lines as they are now"), worth, "/lineItems", kind="money"))
    return [*told, *named, Fact(_("Total"), order.total, "/totalPrice", set_by(order, "/totalPrice"), "total")]


def payments(order: Order) -> list[Fact]:
    """Return how it is paid."""
    field = ORDER.get("paymentStatus")
    status = order.content.get("paymentStatus")
    found = [Fact(_("Payment"), field.choice_label(status) if field else status, "/paymentStatus")] if status else []
    methods = ", ".join(one["method"] for one in order.content.get("payments", ()) if one.get("method"))
    return [*found, *([Fact(_("Method"), methods, "/payments")] if methods else [])]


@dataclass(frozen=True)
class AddressShown:
    """An address as an envelope has it."""

    title: str
    lines: Sequence[str]
    phone: str
    email: str
    path: str
    set_by: Mark | None

    @property
    def text(self) -> str:
        """Return it as it is copied."""
        return "\n".join(self.lines)


def addresses(order: Order) -> list[AddressShown]:
    """Return where it goes, and where the bill goes if that is another place."""
    shipping, billing = order.content.get("shippingAddress"), order.content.get("billingAddress")
    found = [_address(_("Ship to"), shipping, order, "/shippingAddress")] if shipping else []
    if billing and billing != shipping:
        title = _("Bill to") if shipping else _("Customer address")
        found.append(_address(title, billing, order, "/billingAddress"))
    return found


def _address(title: str, told: Json, order: Order, path: str) -> AddressShown:
    phone, email = told.get("phone", ""), told.get("email", "")
    return AddressShown(title, envelope(told), phone, email, path, set_by(order, path))


def details(order: Order) -> list[Fact]:
    """Return the other fields that are filled in: shipping wishes, dates, notes, custom fields."""
    paths = (
        "customerPONumber", "shippingClass", "shippingCarrier", "shippingCode", "shipAfterDate", "shipByDate",
        "expectedDeliveryDate", "shippingNote", "giftNote", "orderNote",
    )  # fmt: skip
    found = [
        Fact(
            _(ORDER.label(path)), _value(path, order.content[path]), f"/{path}", set_by(order, f"/{path}"), _kind(path)
        )
        for path in paths
        if order.content.get(path)
    ]
    named = [(one, pointer(keyed_path("customFields", one["name"]))) for one in order.content.get("customFields", ())]
    return [*found, *(Fact(one["name"], one["value"], path, set_by(order, path)) for one, path in named)]


def _kind(path: str) -> str:
    return "moment" if path.endswith("Date") else "text"


def _value(path: str, value: str) -> dt.datetime | str:
    return dt.datetime.fromisoformat(value) if path.endswith("Date") else value


def set_by(order: Order, path: str) -> Mark | None:
    """Return who has set a field here, a person before a rule; what the channel sent has nobody's name on it."""
    marks = [mark for key, mark in order.kept.items() if touches(key, path)]
    marks.sort(key=lambda mark: mark["kind"] != "user")
    return Mark(str(marks[0]["name"]), marks[0]["kind"] == "user") if marks else None
