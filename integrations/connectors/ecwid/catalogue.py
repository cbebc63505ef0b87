"""The catalogue of an Ecwid store: products with their variations, and their stock.

The store lowers its stock when an order is placed and raises it when one is canceled, so it is told changes
(`quantityDelta`): an absolute number would put back what was sold a moment ago. The number itself is told only where
there is none to change, because the product was not counted there.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence

from integrations.capabilities import Shown, StockItem
from integrations.connectors.ecwid import products
from integrations.connectors.ecwid.api import Api, between, clock, object_of, read_page, seconds, total_of
from integrations.kit import pages
from integrations.kit.errors import Kind, OutsideFailed, Reaction
from integrations.kit.windows import Window
from integrations.manifest import Deleted, Item, Page
from portal.kit.json import Json

_STOCK = "id,sku,quantity,unlimited"
_PAGE = 100
_WORTH = 4
"""A page of the catalogue is read in place of so many questions for one SKU each."""
_CANNOT_HIDE = Reaction(Kind.RECORD, "The store cannot do this.", "Take the whole product away, or delete it there.")
_HIDE = "A variation cannot be hidden by itself"
_GONE = Reaction(Kind.RECORD, "The store does not have this product.", "It may have been deleted there.")


class Catalogue(Api):
    """The calls about products and stock."""

    def products(self, window: Window, offset: int, limit: int) -> Page:
        """Return one page of the products updated within the window, the longest unchanged first."""
        asked = {**between(window), "sortBy": "UPDATED_TIME_ASC", "offset": offset, "limit": limit}
        around, items = read_page(self.get("/products", asked, quiet=True))
        return Page(tuple(_item(one) for one in items), total_of(around, offset, len(items)), offset)

    def deleted_products(self, window: Window) -> Iterator[Deleted]:
        """Return the products deleted within the window. Variations that are gone are missing in their product."""
        return self.deletions("products", window)

    def find_product(self, sku: str) -> tuple[str, Json] | None:
        """Return the API ID and the document of the product or variation with exactly this SKU."""
        found = object_of(self.get("/products", {"sku": sku, "limit": 10}))
        for product in found.get("items") or []:
            if product.get("sku") == sku:
                return str(product.get("id")), product
            for one in _variants(product):
                if one.get("sku") == sku:
                    return products.variant_id(product, one), products.variant_of(product, one)
        return None

    def ids_of(self, skus: Sequence[str]) -> Mapping[str, str]:
        """Return the API IDs of the products and variations with these SKUs.

        A catalogue that is small beside the questions is read, page by page; in another one each SKU is asked for.
        """
        found: dict[str, str] = {}
        fields = "total,items(id,sku,combinations(id,sku))"
        for offset in range(0, _PAGE * max(1, len(skus) // _WORTH), _PAGE):
            asked: dict[str, str | int] = {
                "sortBy": "ADDED_TIME_ASC",
                "offset": offset,
                "limit": _PAGE,
                "responseFields": fields,
            }
            answer = object_of(self.get("/products", asked, quiet=True))
            items = answer.get("items") or []
            for product in items:
                found |= {str(one.get("sku")): products.variant_id(product, one) for one in _variants(product)}
                found[str(product.get("sku"))] = str(product.get("id"))
            if total_of(answer, offset, len(items)) <= offset + _PAGE:
                return {sku: found[sku] for sku in skus if sku in found}
        each = ((sku, self.find_product(sku)) for sku in skus)
        return {sku: told[0] for sku, told in each if told}

    def put_product(self, document: Json, ext_product_api_id: str) -> str:
        """Create or update a product or a variation; only what differs is written. Returns its API ID.

        A variation is created below its parent, whose API ID the document names (`parentExtProductApiId`).
        """
        parent = str(document.get("parentExtProductApiId") or "")
        if not ext_product_api_id:
            return self._create(document, parent)
        product_id, variant_id = products.ids_of(ext_product_api_id)
        if variant_id and document.get("unpublish"):
            raise OutsideFailed(_CANNOT_HIDE, status=400, message=_HIDE)
        path = _path(product_id, variant_id)
        changes = products.differences(document, self._now(product_id, variant_id), is_variant=bool(variant_id))
        if changes:
            self.send("PUT", path, changes)
        return ext_product_api_id

    def put_stock(self, item: StockItem) -> int | None:
        """Set the number of units, or that they are not counted. The store does not tell what was there before."""
        path = _path(*_ids(item))
        body: Json = {"unlimited": False, "quantity": item.units} if item.tracked else {"unlimited": True}
        self.send("PUT", path, body)
        return None

    def move_stock(self, item: StockItem, change: int) -> bool:
        """Change the number of units. Below zero is allowed there, and comes with a warning."""
        answer = self.send("PUT", f"{_path(*_ids(item))}/inventory", {"quantityDelta": change})
        return bool(answer.get("updateCount"))

    def stock_of(self, item: StockItem) -> int | None:
        """Return the number of units that the store shows."""
        shown = self.stocks_of([item]).units
        if item not in shown:
            raise OutsideFailed(_GONE, status=404)
        return shown[item]

    def stocks_of(self, items: Sequence[StockItem]) -> Shown:
        """Return what the store shows of up to 100 products and variations, with one call."""
        wanted = ",".join(dict.fromkeys(_ids(item)[0] for item in items))
        fields = f"items({_STOCK},combinations({_STOCK}))"
        answer = self.get("/products", {"productId": wanted, "limit": 100, "responseFields": fields}, quiet=True)
        found = {str(one.get("id")): one for one in object_of(answer).get("items") or []}
        units: dict[StockItem, int | None] = {}
        for item in items:
            held = _held(found, *_ids(item))
            if held is not None:
                units[item] = _units(held)
        return Shown(clock(answer), units)

    def _create(self, document: Json, parent: str) -> str:
        body = products.outgoing(document, is_variant=bool(parent))
        path = f"/products/{parent}/combinations" if parent else "/products"
        made = str(self.send("POST", path, body).get("id"))
        return f"{parent}-{made}" if parent else made

    def _now(self, product_id: str, variant_id: str) -> Json:
        product = object_of(self.get(f"/products/{product_id}"))
        if not variant_id:
            return product
        held = _held({product_id: product}, product_id, variant_id)
        if held is None:
            raise OutsideFailed(_GONE, status=404)
        return products.variant_of(product, held)


def _variants(product: Json) -> Sequence[Json]:
    return product.get("combinations") or ()


def _ids(item: StockItem) -> tuple[str, str]:
    return products.ids_of(item.variant_api_id or item.product_api_id)


def _path(product_id: str, variant_id: str) -> str:
    return f"/products/{product_id}" + (f"/combinations/{variant_id}" if variant_id else "")


def _held(found: Mapping[str, Json], product_id: str, variant_id: str) -> Json | None:
    product = found.get(product_id)
    if product is None or not variant_id:
        return product
    variants = product.get("combinations") or []
    return next((one for one in variants if str(one.get("id")) == variant_id), None)


def _units(held: Json) -> int | None:
    """Return the number of units; a product without end has none."""
    quantity = held.get("quantity")
    return None if held.get("unlimited") or not isinstance(quantity, int) else quantity


def _item(one: pages.RawItem) -> Item:
    value = one.value if isinstance(one.value, dict) else None
    if value is None:
        return Item(hashlib.sha256(one.raw()).hexdigest()[:16], one.raw(), problem=one.problem or "is not an object")
    return Item(str(value.get("id") or ""), b"", value, seconds(value.get("updateTimestamp")), None)
