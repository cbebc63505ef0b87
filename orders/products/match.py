"""Which product a reported one is: by the ID that its integration gives it, else by its SKU."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from orders.models import Product, Publication, Source
from orders.records.product import ProductRecord
from orders.records.refused import Refused
from portal.kit import json
from portal.kit.text import fold

P = Publication.State
_LET_GO = frozenset({P.UNPUBLISHED, P.DISABLED})
"""States in which a publication gives way to another product of its channel with the same SKU."""


@dataclass(slots=True)
class Matches:
    """What each record of a page is here."""

    known: list[tuple[int, ProductRecord]] = field(default_factory=list)
    """The product's number, and its record."""
    fresh: list[ProductRecord] = field(default_factory=list)
    left: list[ProductRecord] = field(default_factory=list)
    """Of products that people have deleted: they stay deleted."""
    refused: list[Refused] = field(default_factory=list)
    obsolete: list[int] = field(default_factory=list)
    """Publications of deleted products whose ID another product has now."""


class _Here:
    """What there is already, by the names that a page's records give."""

    def __init__(self, source: Source, records: Sequence[ProductRecord]) -> None:
        rows = Publication.across.filter(source=source).select_related("product").only(
            "sku_folded", "ext_product_api_id", "state", "product__deleted_at", "product__deleted_by_hand",
            "product__sku_folded", "source_id",
        )  # fmt: skip
        skus = {fold(one.sku) for one in records}
        named = list(rows.filter(ext_product_api_id__in={one.ext_product_api_id for one in records}))
        self.live = {one.ext_product_api_id: one for one in named if one.product.deleted_at is None}
        self.dead = {one.ext_product_api_id: one for one in named if one.product.deleted_at is not None}
        mapped = rows.filter(sku_folded__in=skus, product__deleted_at=None).order_by("-product_id")
        self.mapped = {one.sku_folded: one for one in mapped}
        asked = skus | {one.product.sku_folded for one in named}
        products = Product.across.filter(organization_id=source.organization_id, sku_folded__in=asked, deleted_at=None)
        self.by_sku = dict(products.values_list("sku_folded", "pk"))
        own = rows.filter(product_id__in=set(self.by_sku.values()))
        self.at_source = {one.product_id: one for one in own}


def match(source: Source, records: Sequence[ProductRecord]) -> Matches:
    """Find the product of each record; what two records would be is refused for the second.

    Call it while the catalogue is locked. Records are looked at in the order of their IDs, so that a page in another
    order comes out the same.
    """
    here, found = _Here(source, records), Matches()
    claimed: dict[int, str] = {}
    fresh: set[str] = set()
    for record in sorted(records, key=lambda one: one.ext_product_api_id):
        api_id, sku = record.ext_product_api_id, fold(record.sku)
        product = _product_of(here, record)
        if product is None and api_id in here.dead and here.dead[api_id].product.sku_folded not in here.by_sku:
            dead = here.dead[api_id].product
            if dead.deleted_by_hand:
                found.left.append(record)
            else:
                found.known.append((dead.pk, record))
            continue
        is_new = product is None and not (sku in fresh or sku in here.by_sku or sku in here.mapped)
        if is_new:
            fresh.add(sku)
            found.fresh.append(record)
        elif product is not None and claimed.setdefault(product, api_id) == api_id:
            found.known.append((product, record))
        else:
            found.refused.append(twice(source, record))
            continue
        if api_id in here.dead:
            found.obsolete.append(here.dead[api_id].pk)
    return found


def _product_of(here: _Here, record: ProductRecord) -> int | None:
    """Return the living product that a record means; None where there is none, or where another one is in its way."""
    api_id, sku = record.ext_product_api_id, fold(record.sku)
    if api_id in here.live:
        return here.live[api_id].product_id
    if sku in here.mapped:
        there = here.mapped[sku]
        return there.product_id if _gives_way(there) else None
    if sku in here.by_sku:
        product = here.by_sku[sku]
        own = here.at_source.get(product)
        return product if own is None or _gives_way(own) else None
    return None


def _gives_way(one: Publication) -> bool:
    return not one.ext_product_api_id or one.state in _LET_GO


def twice(source: Source, record: ProductRecord) -> Refused:
    """Return the refusal of a record whose SKU belongs to another product."""
    reason = (
        f"“{record.sku}” is the SKU of another product already. Give each product and each variant at {source.name} "
        "a SKU of its own, or change the SKU of the other one."
    )
    return Refused(record.ext_product_api_id, "sku", reason, raw(record))


def raw(record: ProductRecord) -> bytes:
    """Return a record as it came, for people to look at."""
    try:
        return json.dumps(record.source_doc or record.model_dump(by_alias=True, exclude_none=True))
    except json.NotJson:
        return repr(record.source_doc).encode("utf-8", "backslashreplace")
