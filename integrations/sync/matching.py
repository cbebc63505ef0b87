"""Which product each item of a warehouse is: the one that is published there under its SKU, else the one with it here.

Whoever differs is mapped by a person, who writes the warehouse's SKU beside the product. No product is made and none
is changed; what the warehouse calls it stands beside its publication. Asked again, nothing changes.
"""

from collections.abc import Mapping, Sequence

from django.db import connection, transaction

from integrations.models import Integration, WarehouseItem
from integrations.outbound.products import OWN
from integrations.sync.reports import actor
from orders.locks import lock_source
from orders.models import Product, Publication
from orders.products.report import followed
from orders.products.rows import lock, lock_catalogue
from orders.products.write import Step, commit

MOST = 500
"""Items that one transaction matches."""
_UNKNOWN = {"ext_product_api_id": "", "ext_product_id": ""}


def match(integration: Integration) -> int:
    """Match up to `MOST` items that are not matched as they should be. Returns how many products changed."""
    with transaction.atomic():
        lock_source(integration.source_id)
        lock_catalogue(integration.organization_id)
        changed = _part(integration)
        return changed + _join(integration)


def follow(integration: Integration, renamed: Mapping[str, tuple[str, str]]) -> None:
    """Let publications follow items whose SKU was changed there, (old, new) by their IDs, where they had the old one.

    Where a person has chosen another SKU, that stays.
    """
    rows = Publication.across.filter(source_id=integration.source_id, ext_product_api_id__in=renamed)
    ours = [one for one in rows if renamed[one.ext_product_api_id][0] == one.sku_folded]
    summary = f"{integration.name} calls it otherwise."
    told = {one.product_id: {"sku": renamed[one.ext_product_api_id][1]} for one in ours}
    _write(integration, told, summary)


def forget(integration: Integration, item_ids: Sequence[str]) -> None:
    """Forget items that the warehouse does not have any more; their products are not there now."""
    rows = Publication.across.filter(source_id=integration.source_id, ext_product_api_id__in=item_ids)
    told = {one.product_id: _UNKNOWN | {"state": followed(one.state, sold=False)} for one in rows}
    _write(integration, told, f"{integration.name} does not have it any more.")
    WarehouseItem.across.filter(integration=integration, item_id__in=item_ids).delete()


def _part(integration: Integration) -> int:
    """Take the ID from publications that have another SKU than its item: a person has chosen another one.

    Or the item has none any more, and cannot be ordered by its name.
    """
    with connection.cursor() as cursor:
        cursor.execute(_APART, [integration.pk, integration.source_id, MOST])
        ids = [row[0] for row in cursor.fetchall()]
    return _write(integration, dict.fromkeys(ids, _UNKNOWN), f"It is not this item of {integration.name} any more.")


_APART = """
SELECT u.product_id FROM integrations_warehouseitem i
JOIN orders_publication u ON u.ext_product_api_id = i.item_id AND u.sku_folded <> i.sku_folded
WHERE i.integration_id = %s AND u.source_id = %s
ORDER BY 1 LIMIT %s
"""


def _join(integration: Integration) -> int:
    found = _candidates(integration)
    items = WarehouseItem.across.in_bulk(found.values())
    # A product that was deleted here may still have the ID; no report of the warehouse speaks of it.
    dead = Publication.across.filter(source_id=integration.source_id, product__deleted_at__isnull=False)
    dead.filter(ext_product_api_id__in=[one.item_id for one in items.values()]).update(ext_product_api_id="")
    told = {product: _told(items[item]) for product, item in found.items()}
    return _write(integration, told, f"{integration.name} knows it.")


def _candidates(integration: Integration) -> dict[int, int]:
    """Return the items that some product is and whose publication does not say so yet, by the product."""
    with connection.cursor() as cursor:
        cursor.execute(_WANTED, {
            "integration": integration.pk, "source": integration.source_id,
            "organization": integration.organization_id, "most": MOST,
        })  # fmt: skip
        return {int(product): int(item) for product, item in cursor.fetchall()}


_WANTED = """
SELECT DISTINCT ON (coalesce(u.product_id, p.id)) coalesce(u.product_id, p.id), i.id
FROM integrations_warehouseitem i
LEFT JOIN LATERAL (
    SELECT u.* FROM orders_publication u JOIN orders_product o ON o.id = u.product_id AND o.deleted_at IS NULL
    WHERE u.source_id = %(source)s AND u.sku_folded = i.sku_folded
    ORDER BY u.ext_product_api_id = i.item_id DESC, u.product_id LIMIT 1) u ON true
LEFT JOIN orders_product p
  ON u.id IS NULL AND p.organization_id = %(organization)s AND p.sku_folded = i.sku_folded AND p.deleted_at IS NULL
 AND p.kind <> 'parent'
 AND NOT EXISTS (SELECT 1 FROM orders_publication o WHERE o.product_id = p.id AND o.source_id = %(source)s)
WHERE i.integration_id = %(integration)s AND i.sku_folded <> ''
  AND (p.id IS NOT NULL
       OR u.ext_product_api_id = ''
       OR u.ext_product_api_id = i.item_id
          AND (u.ext_product_id <> i.number OR u.name <> i.name
               OR u.state = ANY (CASE WHEN i.active THEN ARRAY['tobepublished', 'unpublished']
                                 ELSE ARRAY['published', 'tobeunpublished'] END)))
ORDER BY 1, i.active DESC, i.id LIMIT %(most)s
"""
"""Of several items under one SKU the one that has its product already, else the first that is active."""


def _told(item: WarehouseItem) -> dict[str, object]:
    return {
        "sku": item.sku,
        "name": item.name,
        "ext_product_api_id": item.item_id,
        "ext_product_id": item.number,
        "active": item.active,
    }


def _write(integration: Integration, told: Mapping[int, Mapping[str, object]], summary: str) -> int:
    """Write what a warehouse calls products. Returns how many changed."""
    products = lock(told)
    steps = {pk: _step(integration, product, dict(told[pk]), summary) for pk, product in products.items()}
    return len(commit({pk: one for pk, one in steps.items() if one}, products, cause=OWN))


def _step(integration: Integration, product: Product, told: dict[str, object], summary: str) -> Step | None:
    own = next((one for one in product.channels if one.source_id == integration.source_id), None)
    if "active" in told:
        is_there = bool(told.pop("active"))
        state = own.state if own else Publication.State.PUBLISHED.value
        told["state"] = followed(state, sold=is_there)
    return Step(actor(integration), "published", summary, channels={integration.source: told})
