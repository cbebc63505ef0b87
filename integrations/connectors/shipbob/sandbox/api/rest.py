"""Channels, locations, stock and webhooks over HTTP."""

from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, Response

from integrations.connectors.shipbob.sandbox.answers import Refusal, answer, wrong
from integrations.connectors.shipbob.sandbox.api import params
from integrations.connectors.shipbob.sandbox.api.guard import take, world
from integrations.connectors.shipbob.sandbox.api.paging import paged
from integrations.connectors.shipbob.sandbox.sender import TOPICS
from integrations.connectors.shipbob.sandbox.world import CHANNELS

Json = dict[str, Any]

routes = Blueprint("rest", __name__, url_prefix="/<any('2025-07', '2026-01', '2026-07'):version>")

HTTP_DATE = "%a, %d %b %Y %H:%M:%S GMT"


@routes.get("/channel")
def channels(version: str) -> Response:
    """List the channels with what may be done through each."""
    return answer({"items": list(CHANNELS), "next": None, "prev": None})


@routes.get("/location")
def locations(version: str) -> Response:
    """List the warehouses."""
    return answer(world().shelf.locations())


@routes.get("/shipping-method")
def methods(version: str) -> Response:
    """List the shipping methods."""
    found = [
        {"id": place, "name": name, "active": True, "default": place == 1, "service_level": {"id": place, "name": name}}
        for place, name in enumerate(("Standard", "Expedited", "2-Day", "Overnight"), 1)
    ]
    return answer(found)


@routes.get("/inventory-level")
def levels(version: str) -> Response:
    """List the stock of all warehouses together."""
    told, at = _levels()
    items = []
    for one in world().shelf.products():
        places = told.get(one["id"], {}).values()
        total = {name: sum(place[name] for place in places) for name in ("on_hand", "committed", "awaiting")}
        free = sum(_fulfillable(place) for place in places)
        items.append(
            {"inventory_id": one["id"], "sku": one["sku"], "name": one["name"],
             "total_on_hand_quantity": total["on_hand"], "total_fulfillable_quantity": free,
             "total_committed_quantity": total["committed"], "total_sellable_quantity": free,
             "total_awaiting_quantity": total["awaiting"], "total_exception_quantity": 0,
             "total_internal_transfer_quantity": 0, "total_backordered_quantity": 0}
        )  # fmt: skip
    return _dated(paged(items), at)


@routes.get("/inventory-level/locations")
def levels_by_location(version: str) -> Response:
    """List the stock of each warehouse."""
    told, at = _levels()
    wanted, gone = set(params.numbers("LocationId")), world().shelf.gone()
    names = {one["id"]: one["name"] for one in world().shelf.locations()}
    items = []
    for one in world().shelf.products():
        places = [
            {"location_id": place, "name": names.get(place, ""), "on_hand_quantity": counts["on_hand"],
             "fulfillable_quantity": _fulfillable(counts), "committed_quantity": counts["committed"],
             "awaiting_quantity": counts["awaiting"], "internal_transfer_quantity": 0}
            for place, counts in sorted(told.get(one["id"], {}).items())
            if place not in gone and (not wanted or place in wanted)
        ]  # fmt: skip
        items.append({"inventory_id": one["id"], "sku": one["sku"], "name": one["name"], "locations": places})
    return _dated(paged(items), at)


@routes.get("/webhook")
def webhooks(version: str) -> Response:
    """List the subscriptions."""
    return answer({"items": world().sender.subscriptions(), "next": None, "prev": None})


@routes.post("/webhook")
def subscribe(version: str) -> Response:
    """Subscribe an address to topics."""
    body = params.payload()
    url, topics = str(body.get("url") or ""), body.get("topics")
    if not url.startswith(("https://", "http://")):
        raise wrong("url", "The url field must be an address.")
    if not isinstance(topics, list) or not topics or not set(topics) <= set(TOPICS):
        raise wrong("topics", "The topics field holds a topic that does not exist.")
    told = str(body.get("description") or "")
    return answer(world().sender.subscribe(url, topics, str(body.get("secret") or ""), told), 201)


@routes.delete("/webhook/<int:number>")
def unsubscribe(version: str, number: int) -> Response:
    """End a subscription."""
    if not world().sender.unsubscribe(number):
        raise Refusal(404)
    return Response(status=204)


def _levels() -> tuple[dict[int, dict[int, Json]], float | None]:
    """Return the stock, with its moment where an old report is told on purpose."""
    fault = take("stale_stock")
    at = world().now() - float(fault.settings["seconds"]) if fault else None
    return world().shelf.levels(at=at), at


def _fulfillable(counts: Json) -> int:
    return max(0, int(counts["on_hand"]) - int(counts["committed"]) - int(counts["damaged"]))


def _dated(response: Response, at: float | None) -> Response:
    """Let an old report say that it is one: it comes out of a cache with the date of then."""
    if at is not None:
        response.headers["Date"] = datetime.fromtimestamp(at, UTC).strftime(HTTP_DATE)
    return response
