"""What ShipBob keeps, by SKUs: read page by page, and made there when a person wants it."""

import datetime as dt
from collections.abc import Iterator

from integrations.capabilities import ItemRecord, Reports
from integrations.connectors.shipbob import products
from integrations.connectors.shipbob.api import PAGE, Api, Params, items_of, object_of
from integrations.kit.client import server_seconds
from integrations.kit.errors import NOT_UNDERSTOOD, Kind, OutsideFailed, Reaction
from integrations.kit.mapped import DoesNotFit
from integrations.manifest import Item
from portal.kit import json
from portal.kit.http import Answer
from portal.kit.json import Json

_STAYS = Reaction(Kind.RECORD, "ShipBob keeps what it has.", "Set the product inactive in ShipBob.")
_GROUPS = Reaction(Kind.RECORD, "A parent only groups its variants.", "Have its variants made there instead.")
_TAKEN = (400, 409, 422)


class Catalogue(Api):
    """The calls about products. What ShipBob has belongs to the people who fill it: nothing of it is changed."""

    def items(self, since: dt.datetime | None) -> Iterator[Reports]:
        """Return the things that ShipBob keeps, or those whose product changed since a moment, page by page."""
        asked: Params = {"PageSize": PAGE} | ({"LastUpdatedTimestamp": since.isoformat()} if since else {})
        for answer in self.walk("/product", asked):
            found, refused = _read(answer)
            yield Reports(items=tuple(found), refused=tuple(refused), cursor={"clock": int(server_seconds(answer))})

    def find_product(self, sku: str) -> tuple[str, Json] | None:
        """Return ID and document of the variant with exactly this SKU; the question may find others as well."""
        for answer in self.walk("/product", {"SKU": sku, "PageSize": PAGE}):
            for product in items_of(answer):
                for variant in product.get("variants") or ():
                    if isinstance(variant, dict) and variant.get("sku") == sku:
                        return str(variant.get("id")), product
        return None

    def put_product(self, document: Json, ext_product_api_id: str) -> str:
        """Make a product that is not there yet. Returns the ID of its only variant."""
        if document.get("unpublish"):
            raise OutsideFailed(_STAYS, status=400)
        if document.get("kind") == "parent":
            raise OutsideFailed(_GROUPS, status=400)
        if ext_product_api_id:
            return ext_product_api_id
        try:
            answer = object_of(self.send("POST", "/product", products.made(document)))
        except OutsideFailed as failed:
            known = self.find_product(document["sku"]) if failed.status in _TAKEN else None
            if known is None:
                raise
            return known[0]
        variants = [one for one in answer.get("variants") or () if isinstance(one, dict) and one.get("id")]
        if not variants:
            raise OutsideFailed(NOT_UNDERSTOOD, message="The product has no number.")
        return str(variants[0]["id"])


def _read(answer: Answer) -> tuple[list[ItemRecord], list[Item]]:
    found: list[ItemRecord] = []
    refused: list[Item] = []
    for product in items_of(answer):
        try:
            found += products.items(product)
        except DoesNotFit as error:
            refused.append(Item(str(product.get("id")), json.dumps(product), problem=str(error)))
    return found, refused
