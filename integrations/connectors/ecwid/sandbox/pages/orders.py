"""The owner's list of orders, with the acts a merchant does by hand: mark paid, cancel, change the address, delete."""

from collections.abc import Callable
from typing import Any

from flask import abort, flash, request
from werkzeug.wrappers import Response

from integrations.connectors.ecwid.sandbox.api.writes import checked_changes
from integrations.connectors.ecwid.sandbox.pages.frame import back_to, looked_at, routes, show
from integrations.connectors.ecwid.sandbox.shapes.people import COUNTRIES
from integrations.connectors.ecwid.sandbox.shapes.spoil import SPOILERS
from integrations.connectors.ecwid.sandbox.world import Books

Json = dict[str, Any]
Act = Callable[[Books, str], str]

PAGE = 25
FIELDS = {
    "name": "name",
    "companyName": "organization",
    "street": "street-address",
    "city": "address-level2",
    "postalCode": "postal-code",
    "stateOrProvinceCode": "address-level1",
    "phone": "tel",
}


@routes.get("/orders")
def orders() -> str:
    """List the orders, the last placed first."""
    books = looked_at()
    page = max(request.args.get("page", 1, type=int), 1)
    words = request.args.get("q", "")
    count, items = books.orders.listing(words, (page - 1) * PAGE, PAGE)
    kinds = {key: about for key, (about, _) in SPOILERS.items()}
    pages = -(-count // PAGE)
    return show("orders.html", books, items=items, count=count, page=page, pages=pages, words=words, spoilers=kinds)


@routes.post("/orders/<int:order_id>/<act>")
def act(order_id: int, act: str) -> Response:
    """Do something with one order and come back to the same list."""
    books = looked_at()
    if act not in ACTS or books.orders.text(str(order_id)) is None:
        abort(404)
    flash(ACTS[act](books, str(order_id)), "good")
    kept = {name: request.form[name] for name in ("q", "page") if request.form.get(name)}
    return back_to("pages.orders", books, **kept)


@routes.get("/orders/<int:order_id>/address")
def address(order_id: int) -> str:
    """Show the form for another delivery address."""
    books = looked_at()
    order = books.orders.get(str(order_id))
    if order is None:
        abort(404)
    person = order.get("shippingPerson") or order.get("billingPerson") or {}
    return show("address.html", books, order=order, person=person, fields=FIELDS, countries=sorted(COUNTRIES.items()))


def _pay(books: Books, order_id: str) -> str:
    return _set(books, order_id, {"paymentStatus": "PAID"}, "is marked as paid")


def _cancel(books: Books, order_id: str) -> str:
    return _set(books, order_id, {"paymentStatus": "CANCELLED"}, "is cancelled; its items are back on the shelf")


def _delete(books: Books, order_id: str) -> str:
    books.orders.delete(order_id)
    return "The order is deleted."


def _move(books: Books, order_id: str) -> str:
    """Send the order somewhere else: the fields that were filled in replace the old ones."""
    sent = {name: request.form.get(name, "").strip() for name in (*FIELDS, "countryCode")}
    return _set(books, order_id, {"shippingPerson": sent}, "has a new delivery address")


def _set(books: Books, order_id: str, changes: Json, words: str) -> str:
    before = books.orders.get(order_id)
    if before is None:
        return "A broken order can only be deleted."
    changed = books.orders.update(order_id, checked_changes(changes, before))
    return f"Order {before['id']} {words}." if changed else f"Order {before['id']} was like that already."


ACTS: dict[str, Act] = {"pay": _pay, "cancel": _cancel, "delete": _delete, "address": _move}
