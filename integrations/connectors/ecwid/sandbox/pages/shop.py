"""The shop: choose pieces, say who you are, place the order."""

from collections.abc import Mapping
from typing import Any

from flask import abort, flash, request
from werkzeug.wrappers import Response

from integrations.connectors.ecwid.sandbox.api.guard import world
from integrations.connectors.ecwid.sandbox.pages.frame import back_to, looked_at, routes, show
from integrations.connectors.ecwid.sandbox.shapes.checkout import CartLine, Placing
from integrations.connectors.ecwid.sandbox.shapes.demo import SAMPLES
from integrations.connectors.ecwid.sandbox.shapes.people import COUNTRIES, Customer, invent
from integrations.connectors.ecwid.sandbox.shapes.shipping import shipping_options
from integrations.connectors.ecwid.sandbox.world import Books, every_line

Json = dict[str, Any]

MOST = 999
CROWD = 1_000
REQUIRED = {"name": "your name", "email": "an e-mail address", "street": "street and number", "city": "a city"}
PICTURES = {sample.sku: sample.mark for sample in SAMPLES}


@routes.get("/")
def shop() -> str:
    """Show the shelf and an order form filled with an invented customer."""
    books = looked_at()
    return _page(books, _filled(invent(world().dice)), {}, {})


@routes.post("/place")
def place() -> Response | tuple[str, int]:
    """Place the order, or show what is missing with everything kept."""
    books, form = looked_at(), request.form
    quantities = _quantities(form)
    cart = _cart(books, quantities)
    errors = _errors(form, cart)
    if errors:
        return _page(books, form, quantities, errors), 422
    option = shipping_options(books.store)[min(form.get("option", 0, type=int), 2)]
    paid = "AWAITING_PAYMENT" if form.get("pay") == "later" else "PAID"
    order = books.orders.place(cart, Placing(_customer(form), option, world().now(), paid, form.get("comments", "")))
    return back_to("pages.placed", books, order_id=order["internalId"])


@routes.get("/placed/<int:order_id>")
def placed(order_id: int) -> str:
    """Show the number of the order that was just placed."""
    books = looked_at()
    order = books.orders.get(str(order_id))
    if order is None:
        abort(404)
    return show("placed.html", books, order=order)


@routes.post("/crowd")
def crowd() -> Response:
    """Place many invented orders at once."""
    books = looked_at()
    count = min(max(request.form.get("count", 1, type=int), 1), CROWD)
    with world().database.transaction():
        for _ in range(count):
            world().place(books)
    flash(f"{count} {'order' if count == 1 else 'orders'} placed.", "good")
    return back_to("pages.orders", books)


def _page(books: Books, values: Mapping[str, Any], quantities: Mapping[str, int], errors: Json) -> str:
    return show(
        "shop.html",
        books,
        shelf=_shelf(books, quantities),
        values=values,
        errors=errors,
        countries=sorted(COUNTRIES.items(), key=lambda pair: pair[1]),
        options=shipping_options(books.store),
    )


def _shelf(books: Books, quantities: Mapping[str, int]) -> list[Json]:
    """Group what can be ordered by product: name of the field, price, stock left, and the number chosen."""
    shelf: dict[int, Json] = {}
    for line in every_line(books.shelf.all()):
        product, chosen = line.product, line.combination or line.product
        group = shelf.setdefault(
            product["id"], {"product": product, "mark": PICTURES.get(product["sku"], "tin"), "pieces": []}
        )
        key = field_name(product["id"], line.combination)
        group["pieces"].append(
            {
                "field": key,
                "label": line.combination["options"][0]["value"] if line.combination else "",
                "price": chosen["defaultDisplayedPrice"],
                "left": None if chosen["unlimited"] else chosen["quantity"],
                "chosen": quantities.get(key, 0),
            }
        )
    return list(shelf.values())


def field_name(product_id: int, combination: Json | None) -> str:
    """The name of a quantity field: unique also for variations that share a SKU."""
    return f"pieces-{product_id}-{combination['id'] if combination else 0}"


def _quantities(form: Mapping[str, str]) -> dict[str, int]:
    """Read the numbers that were filled in; what is no number counts as none."""
    found = {key: value for key, value in form.items() if key.startswith("pieces-") and value.isdecimal()}
    return {key: min(int(value[:4]), MOST) for key, value in found.items() if int(value[:4])}


def _cart(books: Books, quantities: Mapping[str, int]) -> list[CartLine]:
    named = {field_name(line.product["id"], line.combination): line for line in every_line(books.shelf.all())}
    return [
        CartLine(line.product, quantities[key], line.combination) for key, line in named.items() if key in quantities
    ]


def _errors(form: Mapping[str, str], cart: list[CartLine]) -> Json:
    errors: Json = {} if cart else {"cart": "Choose at least one piece."}
    if "@" not in form.get("email", ""):
        errors["email"] = "Please give an e-mail address."
    return errors | {name: f"Please give {what}." for name, what in REQUIRED.items() if not form.get(name, "").strip()}


def _customer(form: Mapping[str, str]) -> Customer:
    return Customer(**{name: form.get(name, "").strip() for name in Customer.__slots__})


def _filled(customer: Customer) -> Json:
    return {name: getattr(customer, name) for name in Customer.__slots__}
