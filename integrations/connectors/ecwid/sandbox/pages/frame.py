"""What all pages share: which store is looked at, the frame around the content, dates and money in words."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from integrations.connectors.ecwid.sandbox.api.guard import world
from integrations.connectors.ecwid.sandbox.shapes.store import Store
from integrations.connectors.ecwid.sandbox.world import Books

routes = Blueprint("pages", __name__)

MARKS = {"USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥"}


def looked_at() -> Books:
    """The store named in the address, else the first; 404 for one that does not exist."""
    wanted = request.args.get("store", type=int)
    found = world().first() if wanted is None else world().books(wanted)
    if found is None:
        abort(404)
    return found


def show(template: str, books: Books, **more: Any) -> str:
    """Render a page inside the frame."""
    stores = world().stores.all()
    trouble = len(world().faults.active()) + len(set(books.orders.spoilt()))
    return render_template(
        template, store=books.store, stores=stores, trouble=trouble, app=world().config.app_name, **more
    )


def back_to(endpoint: str, books: Books, **more: Any) -> Response:
    """Go on to a page of the same store, read afresh."""
    return redirect(url_for(endpoint, store=books.store.id, **more), 303)


@routes.app_template_filter()
def money(amount: Any, store: Store) -> str:
    """Write an amount in the store's currency."""
    if not isinstance(amount, int | float):
        return "?"
    mark = MARKS.get(store.currency, "")
    text = f"{Decimal(str(amount)):,.{store.precision}f}"
    return f"{mark}{text}" if mark else f"{text} {store.currency}"


@routes.app_template_filter()
def moment(seconds: Any) -> str:
    """Write UNIX seconds as date and time, UTC."""
    if not isinstance(seconds, int | float):
        return "?"
    return datetime.fromtimestamp(seconds, UTC).strftime("%-d %b %Y, %H:%M:%S UTC")


@routes.app_template_filter()
def ago(seconds: Any) -> str:
    """Write how long ago UNIX second ``seconds`` was."""
    if not isinstance(seconds, int | float):
        return "at an unknown time"
    passed = world().now() - seconds
    for size, word in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        if passed >= size:
            count = int(passed // size)
            return f"{count} {word}{'' if count == 1 else 's'} ago"
    return "just now"


@routes.app_template_filter()
def status(name: Any) -> str:
    """Write a status as a person would: Awaiting payment."""
    return str(name).replace("_", " ").capitalize()


@routes.app_template_filter()
def tone(name: Any) -> str:
    """The colour class of a status; its text says the same without colour."""
    tones = {
        "good": ("PAID", "DELIVERED", "READY_FOR_PICKUP"),
        "busy": ("PROCESSING", "SHIPPED", "OUT_FOR_DELIVERY"),
        "bad": ("CANCELLED", "WILL_NOT_DELIVER", "RETURNED", "REFUNDED"),
    }
    return next((key for key, names in tones.items() if name in names), "wait")
