"""What the warehouse keeps, over HTTP."""

from typing import Any

from flask import Blueprint, Response, request

from integrations.connectors.shipbob.sandbox import shapes
from integrations.connectors.shipbob.sandbox.answers import answer, wrong
from integrations.connectors.shipbob.sandbox.api import params
from integrations.connectors.shipbob.sandbox.api.guard import take, world
from integrations.connectors.shipbob.sandbox.api.paging import paged

Json = dict[str, Any]

routes = Blueprint("products", __name__, url_prefix="/<any('2025-07', '2026-01', '2026-07'):version>")


@routes.get("/product")
def products(version: str) -> Response:
    """List the products, page by page: those with a SKU, those that changed since a moment, or all."""
    since = params.moment("LastUpdatedTimestamp") or 0.0
    shelf = world().shelf
    counts = shelf.levels()
    found = [_told(one, counts) for one in shelf.products(request.args.get("SKU", ""), since=since)]
    if found and take("broken_product"):
        found[0]["variants"][0]["id"] = None
    return paged(found)


@routes.post("/product")
def make(version: str) -> Response:
    """Make a product with one variant; a SKU is there once."""
    body = params.payload()
    if not str(body.get("name") or "").strip() or take("refuse_product"):
        raise wrong("name", "The name field does not fit.")
    variants = body.get("variants")
    if not isinstance(variants, list) or len(variants) != 1 or not isinstance(variants[0], dict):
        raise wrong("variants", "One variant is required.")
    variant = variants[0]
    sku = str(variant.get("sku") or "").strip()
    if not sku:
        raise wrong("variants[0].sku", "The sku field is required.")
    shelf = world().shelf
    if shelf.find(sku) is not None:
        raise wrong("variants[0].sku", f"A variant with the SKU {sku} exists already.")
    shelf.add(sku, str(body["name"]), told=variant)
    found = shelf.find(sku)
    assert found is not None
    return answer(_told(found, shelf.levels()), 201)


def _told(one: Json, counts: dict[int, dict[int, Json]]) -> Json:
    pieces = sum(place["on_hand"] for place in counts.get(one["id"], {}).values())
    return shapes.product(one, pieces)
