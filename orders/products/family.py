"""Parents and their variants: they find each other in whatever order they come."""

from collections.abc import Sequence

from orders.models import Product, Publication, Source
from orders.products import pins
from orders.products.report import may_write
from orders.products.rows import lock
from orders.products.write import Parent, Step, commit
from portal.audit.actor import Actor


def settle(source: Source, api_ids: Sequence[str], *, by: Actor) -> set[int]:
    """Give the variants among these products their parents, and the parents among them their variants.

    Parents are named by the IDs that `source` gives; what people have set stays. Returns which variants changed.
    """
    rows = Publication.across.filter(source=source, product__deleted_at=None)
    named = rows.exclude(parent_api_id="")
    variants = dict(named.filter(parent_api_id__in=api_ids).values_list("product_id", "parent_api_id"))
    own = rows.filter(ext_product_api_id__in=api_ids).exclude(parent_api_id="", product__parent=None)
    variants |= dict(own.values_list("product_id", "parent_api_id"))
    asked = {one for one in variants.values() if one}
    parents = dict(rows.filter(ext_product_api_id__in=asked).values_list("ext_product_api_id", "product_id"))
    now = dict(Product.across.filter(pk__in=list(variants)).values_list("pk", "parent_id"))
    wrong = {pk: parents.get(api_id) for pk, api_id in variants.items() if now.get(pk) != parents.get(api_id)}
    return _link(source, wrong, by) if wrong else set()


def _link(source: Source, wanted: dict[int, int | None], by: Actor) -> set[int]:
    products = lock(wanted)
    found = {one.pk: one for one in Product.across.filter(pk__in={pk for pk in wanted.values() if pk})}
    steps = {}
    for pk, parent_id in wanted.items():
        product = products[pk]
        if not may_write(source, product) or f"/{pins.PARENT}" in product.kept or parent_id == pk:
            continue
        parent = found.get(parent_id) if parent_id else None
        summary = f"A variant of {parent.sku}." if parent else "Its parent is not here."
        steps[pk] = Step(by, "updated", summary, parent=Parent(parent))
    return commit(steps, products, cause="channel")
