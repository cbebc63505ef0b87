"""What an integration's report of a product makes of it here."""

from collections.abc import Iterable, Mapping
from typing import Any

from orders.documents.product import PRODUCT, REPORTED, fields_of, reported
from orders.models import Product, Publication, Source
from orders.products import pins
from orders.products.match import raw
from orders.products.write import Part, Step
from orders.records.product import ProductRecord
from orders.records.refused import Refused
from portal.audit.actor import Actor
from portal.kit import json
from portal.kit.json import Json
from portal.kit.text import fold

P = Publication.State
_NEXT: dict[tuple[str, bool], P] = {
    (P.TO_BE_PUBLISHED, True): P.PUBLISHED,
    (P.UNPUBLISHED, True): P.PUBLISHED,
    (P.PUBLISHED, False): P.UNPUBLISHED,
    (P.TO_BE_UNPUBLISHED, False): P.UNPUBLISHED,
}
"""What a report makes of a publication's state: what it is now, and whether the product can be bought there.

Whoever wants it away from there, or off, is not overruled by a report that it is still there.
"""


def newest(records: Iterable[ProductRecord]) -> list[ProductRecord]:
    """Return one record for each API ID: the newest by the other side's clock, else the last."""
    found: dict[str, ProductRecord] = {}
    for record in records:
        known = found.get(record.ext_product_api_id)
        if known is None or _moment(record) >= _moment(known):
            found[record.ext_product_api_id] = record
    return list(found.values())


def _moment(record: ProductRecord) -> float:
    at = record.ext_product_updated_at
    return at.timestamp() if at else float("-inf")


def first_step(source: Source, record: ProductRecord, by: Actor) -> Step:
    """Return what a product begins with that nobody has here yet; `source` owns it."""
    told = reported(record)
    told.pop("bundleItems", None)
    return Step(
        by,
        "created",
        f"Brought by {source.name}.",
        fields=told,
        parts=parts_of(record),
        channels={source: _told(record, None) | {"not_tracked": record.not_tracked}},
    )


def step(source: Source, product: Product, record: ProductRecord, by: Actor) -> Step | None:
    """Return what a report changes of a locked product; None where it is older than what was said already."""
    own = next((one for one in product.channels if one.source_id == source.pk), None)
    at = record.ext_product_updated_at
    if own and own.reported_at and at and at < own.reported_at:
        return None
    channel = _told(record, own) | ({} if own else {"not_tracked": record.not_tracked})
    back = False if product.deleted_at is not None else None
    if not may_write(source, product):
        summary = f"{source.name} tells what it is called there."
        return Step(by, "published", summary, channels={source: channel}, deleted=back)
    told = reported(record)
    told["bundleItems"] = [{"sku": one.sku, "quantity": one.quantity} for one in parts_of(record)]
    wanted = _fields(product, told)
    parts = parts_of(record) if "/bundleItems" not in product.kept else None
    verb, summary = ("restored", f"{source.name} has it again.") if back is False else ("updated", _summary(wanted))
    return Step(by, verb, summary, wanted, parts, channels={source: channel}, deleted=back, theirs=told)


def _fields(product: Product, told: Json) -> dict[str, Any]:
    """Return what a report changes of the product's own fields; what it does not say any more goes."""
    now = fields_of(product)
    said = pins.allowed({key: told.get(key) for key in REPORTED - {"bundleItems"}}, product.kept)
    return {key: value for key, value in said.items() if now.get(key) != value}


def _summary(changes: Mapping[str, Any]) -> str:
    names = sorted(changes)
    if not names:
        return "The channel changed it."
    return f"The channel changed: {PRODUCT.words(names)}."


def may_write(source: Source, product: Product) -> bool:
    """Say whether an integration may write a product: its own, one that people made, one whose owner is gone."""
    owner = product.owner
    return owner is None or owner.pk == source.pk or owner.state == Source.State.DELETED


def parts_of(record: ProductRecord) -> tuple[Part, ...]:
    """Return the components, each SKU once."""
    found: dict[str, Part] = {}
    for one in record.bundle_items:
        before = found.setdefault(fold(one.sku), Part(one.sku, 0))
        found[fold(one.sku)] = Part(before.sku, before.quantity + one.quantity)
    return tuple(found.values())


def followed(state: str, *, sold: bool) -> str:
    """Return what a publication's state becomes when its channel says whether the product can be bought there."""
    return _NEXT.get((P(state), sold), P(state)).value


def _told(record: ProductRecord, own: Publication | None) -> dict[str, Any]:
    """Return what a report says of the publication; without one the channel begins to have it."""
    return {
        "sku": record.sku,
        "name": record.name,
        "ext_product_api_id": record.ext_product_api_id,
        "ext_product_id": record.ext_product_id or "",
        "parent_api_id": record.parent_ext_api_id or "",
        "reported_at": record.ext_product_updated_at,
        "state": followed(own.state if own else P.PUBLISHED.value, sold=record.status == "active"),
    }


def source_doc(record: ProductRecord) -> Json | None:
    """Return the other side's document as it is stored."""
    return json.loads(json.dumps(record.source_doc)) if record.source_doc else None


def taken_skus(organization_id: int, products: Mapping[int, Product], steps: Mapping[int, Step | None]) -> set[int]:
    """Return which products would get a SKU that another one has."""
    wanted: dict[str, list[int]] = {}
    for pk, one in steps.items():
        sku = one.fields.get("sku") if one else None
        if sku and fold(sku) != products[pk].sku_folded:
            wanted.setdefault(fold(sku), []).append(pk)
    rows = Product.across.filter(organization_id=organization_id, sku_folded__in=list(wanted), deleted_at=None)
    held = set(rows.values_list("sku_folded", flat=True))
    return {pk for sku, some in wanted.items() for pk in (some if sku in held else some[1:])}


def renamed_to_another(source: Source, record: ProductRecord) -> Refused:
    """Return the refusal of a record whose new SKU belongs to another product here."""
    reason = (
        f"Its SKU at {source.name} is “{record.sku}” now, which is the SKU of another product here. Give one of the "
        "two another SKU, or set the SKU of this product here by hand: then it keeps it."
    )
    return Refused(record.ext_product_api_id, "sku", reason, raw(record))
