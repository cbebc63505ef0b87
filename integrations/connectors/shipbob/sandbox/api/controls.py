"""The sandbox's own switches as JSON, for tests and scripts: faults, books, stock, the bench, automatic mode."""

from typing import Any

from flask import Blueprint, Response, request

from integrations.connectors.shipbob.sandbox.answers import Refusal, answer
from integrations.connectors.shipbob.sandbox.api import params
from integrations.connectors.shipbob.sandbox.api.guard import world
from integrations.connectors.shipbob.sandbox.state.bench import NotPossible
from integrations.connectors.shipbob.sandbox.state.faults import KINDS
from integrations.kit.sandbox.faults import UnknownFault

Json = dict[str, Any]

routes = Blueprint("controls", __name__, url_prefix="/sandbox")


@routes.get("/faults")
def faults() -> Response:
    """Say what is on, and what could be."""
    active = [{"kind": one.kind, "settings": one.settings, "path": one.path, "remaining": one.remaining}
              for one in world().faults.active()]  # fmt: skip
    return answer({"active": active, "kinds": [{"kind": one.key, "settings": one.settings} for one in KINDS.values()]})


@routes.post("/faults")
def set_fault() -> Response:
    """Switch on ``{"kind", "times", "path", "settings"}``."""
    body = params.payload()
    try:
        world().faults.set(str(body.get("kind")), times=body.get("times"), path=str(body.get("path") or ""),
                           **(body.get("settings") or {}))  # fmt: skip
    except UnknownFault as trouble:
        raise Refusal(400, {"errors": [str(trouble)]}) from None
    return faults()


@routes.delete("/faults")
@routes.delete("/faults/<kind>")
def clear_faults(kind: str | None = None) -> Response:
    """Switch one off, or all."""
    world().faults.clear(kind)
    return faults()


@routes.get("/access")
def access() -> Response:
    """Return the token that works, for the demo and scripts of this machine."""
    return answer({"token": world().token})


@routes.get("/ledger")
def ledger() -> Response:
    """Return the calls received after ``since``."""
    return answer({"calls": world().ledger.read(since=params.number("since", 0, low=0))})


@routes.get("/orders")
def orders() -> Response:
    """Return the warehouse's own book: every order, or that of a ``reference``, and how many there are of which."""
    wanted = request.args.get("reference", "")
    found = world().orders.by_reference(wanted) if wanted else None
    listed = ([found] if found else []) if wanted else world().orders.all()
    return answer({"counts": world().orders.counts(), "orders": listed})


@routes.get("/counts")
def counts() -> Response:
    """Return how many orders there are in each status."""
    return answer({"counts": world().orders.counts()})


@routes.post("/shipments/<int:number>/<act>")
def act(number: int, act: str) -> Response:
    """Do with a shipment what a person does: pick, pack, hold, problem, release, cancel, deliver."""
    if act not in ("pick", "pack", "hold", "problem", "release", "cancel", "deliver"):
        raise Refusal(404)
    body = params.payload() if request.get_data() else {}
    try:
        getattr(world().bench, act)(number, **body)
    except (NotPossible, TypeError) as trouble:
        raise Refusal(409, {"errors": [str(trouble)]}) from None
    return answer(world().orders.of_shipment(number))


@routes.post("/products")
def product() -> Response:
    """Put pieces on a shelf: ``{"sku", "name", "pieces": {"156": 100}}``."""
    body = params.payload()
    pieces = {int(place): int(count) for place, count in (body.get("pieces") or {}).items()}
    sku = str(body["sku"])
    return answer({"inventory_id": world().shelf.add(sku, str(body.get("name") or sku), pieces)})


@routes.post("/automatic")
def automatic() -> Response:
    """Ship whatever comes after ``{"seconds"}``; null leaves it to people."""
    seconds = params.payload().get("seconds")
    world().automatic = None if seconds is None else float(seconds)
    return answer({"seconds": world().automatic})


@routes.get("/webhooks")
def webhooks() -> Response:
    """Return who listens, and what became of the latest messages."""
    return answer({"subscriptions": world().sender.subscriptions(), "deliveries": world().sender.log()})
