"""Making and deleting products and variations over HTTP."""

from typing import Any

from flask import Blueprint, Response

from integrations.connectors.ecwid.sandbox.api.answers import Refusal, answer
from integrations.connectors.ecwid.sandbox.api.guard import books, needs
from integrations.connectors.ecwid.sandbox.api.params import payload
from integrations.connectors.ecwid.sandbox.api.products import WRITABLE, check, find_combination, find_product, free
from integrations.connectors.ecwid.sandbox.shapes.product import added, added_combination

Json = dict[str, Any]

routes = Blueprint("catalogue", __name__, url_prefix="/api/v3/<int:store_id>")


@routes.post("/products")
@needs("create_catalog")
def create(store_id: int) -> Response:
    """Make a product; variations come by calls of their own."""
    body = payload()
    for name in ("sku", "name", "price"):
        if body.get(name) in (None, ""):
            raise Refusal(400, f"Field Product.{name} is absent")
    check(body)
    free(str(body["sku"]))
    wanted = {name: value for name, value in body.items() if name in WRITABLE}
    return answer({"id": books().shelf.add(added(wanted, books().store))["id"]})


@routes.delete("/products/<int:product_id>")
@needs("update_catalog")
def delete(store_id: int, product_id: int) -> Response:
    """Delete a product with its variations."""
    find_product(product_id)
    return answer({"deleteCount": books().shelf.delete(product_id)})


@routes.post("/products/<int:product_id>/combinations")
@needs("update_catalog")
def create_combination(store_id: int, product_id: int) -> Response:
    """Make a variation; options and values that the product does not know are added to it."""
    product, body = find_product(product_id), payload()
    check(body)
    options = body.get("options") or []
    if not options:
        raise Refusal(400, "Field options is absent")
    chosen = [(one.get("name"), one.get("value")) for one in options]
    if any(chosen == [(one["name"], one["value"]) for one in other["options"]] for other in product["combinations"]):
        raise Refusal(409, "Combination with these options already exists", "COMBINATION_DUPLICATED")
    if body.get("sku"):
        free(str(body["sku"]))
    made = added_combination(product, body, books().shelf.combination_number(), books().store)
    books().shelf.save(product)
    return answer({"id": made["id"]})


@routes.delete("/products/<int:product_id>/combinations/<int:combination_id>")
@needs("update_catalog")
def delete_combination(store_id: int, product_id: int, combination_id: int) -> Response:
    """Delete one variation."""
    product = find_product(product_id)
    product["combinations"].remove(find_combination(product, combination_id))
    books().shelf.save(product)
    return answer({"deleteCount": 1})
