"""The sandbox's own switches as JSON, for tests and scripts: faults, ledger, webhooks, orders to place."""

from typing import Any

from flask import Blueprint, Response

from integrations.connectors.ecwid.sandbox.api.answers import Refusal, answer
from integrations.connectors.ecwid.sandbox.api.guard import world
from integrations.connectors.ecwid.sandbox.api.params import number, payload
from integrations.connectors.ecwid.sandbox.shapes.spoil import SPOILERS
from integrations.connectors.ecwid.sandbox.state.faults import KINDS
from integrations.connectors.ecwid.sandbox.world import Books
from integrations.kit.sandbox.faults import UnknownFault

Json = dict[str, Any]

routes = Blueprint("controls", __name__, url_prefix="/sandbox")


@routes.get("/faults")
def faults() -> Response:
    """Say what is on, and what could be."""
    active = [
        {"kind": f.kind, "settings": f.settings, "path": f.path, "remaining": f.remaining}
        for f in world().faults.active()
    ]
    kinds = [{"kind": kind.key, "settings": kind.settings, "choices": kind.choices} for kind in KINDS.values()]
    return answer({"active": active, "kinds": kinds, "malformed": list(SPOILERS)})


@routes.post("/faults")
def set_fault() -> Response:
    """Switch on ``{"kind", "times", "path", "settings"}``; kind ``malformed`` adds broken orders."""
    body = payload()
    settings = body.get("settings") or {}
    try:
        if body.get("kind") == "malformed":
            world().spoil(_store(), list(settings.get("kinds") or SPOILERS))
        else:
            world().faults.set(
                str(body.get("kind")), times=body.get("times"), path=str(body.get("path") or ""), **settings
            )
    except UnknownFault as trouble:
        raise Refusal(400, str(trouble)) from None
    return faults()


@routes.delete("/faults")
@routes.delete("/faults/<kind>")
def clear_faults(kind: str | None = None) -> Response:
    """Switch one off, or all; broken orders leave the store."""
    if kind in (None, "malformed"):
        _store().orders.unspoil()
    if kind != "malformed":
        world().faults.clear(kind)
    return faults()


@routes.get("/access")
def access() -> Response:
    """Return the first store and the token of its private app, for the demo and scripts of this machine."""
    store_id = _store().store.id
    return answer({"store_id": store_id, "token": world().tokens.private(store_id)})


@routes.get("/ledger")
def ledger() -> Response:
    """Return the calls received after ``since``."""
    return answer({"calls": world().ledger.read(since=number("since", 0), limit=number("limit", 50_000))})


@routes.delete("/ledger")
def clear_ledger() -> Response:
    """Forget the calls."""
    world().ledger.clear()
    return ledger()


@routes.post("/orders")
def place() -> Response:
    """Place ``{"count": 10}`` orders, invented or with ``{"quantities": {SKU: pieces}}``; returns their public ids."""
    body, books = payload(), _store()
    try:
        placed = [world().place(books, body.get("quantities"))["id"] for _ in range(int(body.get("count", 1)))]
    except KeyError as trouble:
        raise Refusal(400, f"There is no product {trouble.args[0]}.") from None
    return answer({"placed": placed})


@routes.get("/parcels")
def parcels() -> Response:
    """Return the orders that show tracking, as the shopper sees them: the store's own book of what it was told."""
    return answer({"orders": _store().orders.told()})


@routes.get("/webhooks")
def webhooks() -> Response:
    """Return where webhooks go and what became of the latest."""
    return answer({"url": world().webhooks.url, "deliveries": world().webhooks.log()})


@routes.post("/webhooks")
def set_webhooks() -> Response:
    """Set where webhooks go; an empty address switches them off."""
    world().webhooks.url = str(payload().get("url") or "")
    return webhooks()


def _store() -> Books:
    wanted = number("store", 0)
    found = world().books(wanted) if wanted else world().first()
    if found is None:
        raise Refusal(404, "Store not found", "STORE_NOT_FOUND")
    return found
