"""Products over HTTP: search, read, change, set stock, change stock. Making and deleting them is in `catalogue`."""

from typing import Any

from flask import Blueprint, Response, request

from integrations.connectors.ecwid.sandbox.api import fields
from integrations.connectors.ecwid.sandbox.api.answers import Refusal, answer, wrong_parameter
from integrations.connectors.ecwid.sandbox.api.guard import books, needs
from integrations.connectors.ecwid.sandbox.api.params import fieldlist, moment, paging, payload

Json = dict[str, Any]

routes = Blueprint("products", __name__, url_prefix="/api/v3/<int:store_id>")

WRITABLE = frozenset(
    [
        "name",
        "sku",
        "price",
        "quantity",
        "unlimited",
        "enabled",
        "weight",
        "costPrice",
        "description",
        "warningLimit",
        "compareToPrice",
        "dimensions",
        "attributes",
        "options",
        "customsHsTariffCode",
        "isShippingRequired",
    ]
)


@routes.get("/products")
@needs("read_catalog")
def search(store_id: int) -> Response:
    """Find products by number, SKU, words or time of change."""
    offset, limit = paging()
    total, page = _page(offset, limit)
    body = {"total": total, "count": len(page), "offset": offset, "limit": limit, "items": page}
    return answer(fields.pick(body, fieldlist()))


def _page(offset: int, limit: int) -> tuple[int, list[Json]]:
    """Return how many products match, and a page of them. A walk through what has changed reads no more than that."""
    args, shelf = request.args, books().shelf
    if not args.keys() & {"productId", "sku", "keyword"} and args.get("sortBy") == "UPDATED_TIME_ASC":
        return shelf.changed(moment("updatedFrom"), moment("updatedTo"), offset, limit)
    if numbers := args.get("productId"):
        found = shelf.numbered(int(one) for one in numbers.split(",") if one.isdecimal() and len(one) < 19)
    elif sku := args.get("sku"):
        found = shelf.of_sku(sku)
    else:
        found = [product for product in shelf.all() if _matches(product)]
    return len(found), _sorted(found)[offset : offset + limit]


@routes.get("/products/deleted")
@needs("read_catalog")
def deleted(store_id: int) -> Response:
    """Return what was deleted; a variation that is gone leaves no trace."""
    offset, limit = paging()
    found = books().shelf.deleted(moment("from_date"), moment("to_date"))
    page = found[offset : offset + limit]
    return answer({"total": len(found), "count": len(page), "offset": offset, "limit": limit, "items": page})


@routes.get("/products/<int:product_id>")
@needs("read_catalog")
def read(store_id: int, product_id: int) -> Response:
    """Return one product."""
    return answer(fields.pick(find_product(product_id), fieldlist()))


@routes.get("/products/<int:product_id>/combinations")
@needs("read_catalog")
def combinations(store_id: int, product_id: int) -> Response:
    """Return a product's variations as a bare list."""
    return answer(find_product(product_id)["combinations"])


@routes.put("/products/<int:product_id>")
@needs("update_catalog")
def update(store_id: int, product_id: int) -> Response:
    """Change the fields that are sent; variations stay."""
    return answer({"updateCount": _write(find_product(product_id), None, payload())})


@routes.put("/products/<int:product_id>/combinations/<int:combination_id>")
@needs("update_catalog")
def update_combination(store_id: int, product_id: int, combination_id: int) -> Response:
    """Change one variation. Stock of a variation without its own SKU is the product's and must not differ."""
    product = find_product(product_id)
    combination, body = find_combination(product, combination_id), payload()
    if "quantity" in body and "sku" not in combination and body["quantity"] != product.get("quantity"):
        raise Refusal(
            400, "Variation with the SKU of the base product must have the same stock", "DIFFERENT_COMBINATION_STOCK"
        )
    return answer({"updateCount": _write(product, combination, body)})


@routes.put("/products/<int:product_id>/inventory")
@needs("update_catalog")
def adjust(store_id: int, product_id: int) -> Response:
    """Change a product's stock by a number of pieces."""
    find_product(product_id)
    return _adjusted(product_id, None)


@routes.put("/products/<int:product_id>/combinations/<int:combination_id>/inventory")
@needs("update_catalog")
def adjust_combination(store_id: int, product_id: int, combination_id: int) -> Response:
    """Change a variation's stock by a number of pieces."""
    if "sku" not in find_combination(find_product(product_id), combination_id):
        raise Refusal(400, "Variation without SKU shares the stock of the base product")
    return _adjusted(product_id, combination_id)


def free(sku: str) -> None:
    """Refuse a SKU that a product or a variation has."""
    if books().shelf.of_sku(sku):
        raise Refusal(409, f"Product with SKU {sku} already exists", "SKU_ALREADY_EXISTS")


def _adjusted(product_id: int, combination_id: int | None) -> Response:
    delta = payload().get("quantityDelta")
    if not isinstance(delta, int) or isinstance(delta, bool):
        raise Refusal(400, "Field quantityDelta is absent")
    left = books().shelf.move(product_id, combination_id, delta)
    body: Json = {"updateCount": 0 if left is None else 1}
    if left is not None and left < 0:
        body["warning"] = "Stock became negative"
    return answer(body)


def find_product(product_id: int) -> Json:
    """Return a product, or refuse."""
    found = books().shelf.get(product_id)
    if found is None:
        raise Refusal(404, f"Product #{product_id} not found", "PRODUCT_NOT_FOUND")
    return found


def find_combination(product: Json, combination_id: int) -> Json:
    """Return a variation, or refuse."""
    found: Json | None = next((c for c in product["combinations"] if c["id"] == combination_id), None)
    if found is None:
        raise Refusal(404, "Combination not found", "COMBINATION_NOT_FOUND")
    return found


def _write(product: Json, combination: Json | None, body: Json) -> int:
    target = product if combination is None else combination
    check(body)
    if (sku := body.get("sku")) and sku != target.get("sku"):
        free(str(sku))
    changes = {key: value for key, value in body.items() if key in WRITABLE and target.get(key) != value}
    if not changes:
        return 0
    target.update(changes)
    if target["unlimited"]:
        target.pop("quantity", None)
    elif "quantity" not in target:
        target["quantity"] = 0
    books().shelf.save(product)
    return 1


def check(body: Json) -> None:
    """Refuse stock and prices that make no sense."""
    quantity, price = body.get("quantity", 0), body.get("price", 0)
    if not isinstance(quantity, int) or isinstance(quantity, bool):
        raise wrong_parameter("quantity", "expected a whole number")
    if not isinstance(price, int | float) or price < 0:
        raise wrong_parameter("price", "expected an amount that is not negative")
    if not isinstance(body.get("unlimited", False), bool):
        raise wrong_parameter("unlimited", "expected true or false")


def _matches(product: Json) -> bool:
    args = request.args
    words = args.get("keyword", "").rstrip("*").lower()
    since, until = moment("updatedFrom"), moment("updatedTo")
    changed = product["updateTimestamp"]
    in_time = (since is None or changed >= since) and (until is None or changed <= until)
    return in_time and words in f"{product['name']} {product['sku']}".lower()


def _sorted(products: list[Json]) -> list[Json]:
    keys = {"UPDATED_TIME": "updateTimestamp", "ADDED_TIME": "createTimestamp", "NAME": "name", "PRICE": "price"}
    wanted = request.args.get("sortBy", "RELEVANCE")
    if wanted in ("RELEVANCE", "DEFINED_BY_STORE_OWNER"):
        return products
    name, _, direction = wanted.rpartition("_")
    if name not in keys or direction not in ("ASC", "DESC"):
        raise wrong_parameter("sortBy", "expected a known order")
    return sorted(products, key=lambda product: (product[keys[name]], product["id"]), reverse=direction == "DESC")
