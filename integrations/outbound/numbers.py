"""What a channel is to be told of SKUs: computed at the moment of telling, from the stock as it is then."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.db import connection

from integrations.capabilities import StockItem
from integrations.models import StockChannel
from integrations.models.stock import StockNumber
from orders.inventory.promise import Promise, promises
from orders.models import Publication
from orders.products.skus import our_skus
from portal.kit.text import fold

_TOLD = (Publication.State.TO_BE_PUBLISHED, Publication.State.PUBLISHED)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What one SKU is to be there, and by which names the channel knows it."""

    units: int
    """Ask `endless` first."""
    endless: bool
    counted: bool
    """Somebody counts it here. What nobody counts is left as it is there: it is not 0, it is unknown."""
    published: bool
    """It is sold there under a name that is known here."""
    sku: str
    product_api_id: str = ""
    variant_api_id: str = ""

    def item(self) -> StockItem:
        """Return it as the channel's client takes it."""
        units = 0 if self.endless else self.units
        return StockItem(self.sku, self.product_api_id, self.variant_api_id, units, tracked=not self.endless)


def wanted_of(channel: StockChannel, numbers: Sequence[StockNumber]) -> dict[int, Wanted]:
    """Return what numbers are to be, by their ids."""
    skus = [one.sku for one in numbers]
    found = promises(channel.organization_id, skus, channel.source)
    counted = _counted(channel.organization_id, found)
    unpaid = _unpaid(channel) if channel.moves else {}
    names = _names(channel, [one.sku_folded for one in numbers])
    return {one.pk: _wanted(one, found[fold(one.sku)], counted, unpaid, names.get(one.sku_folded)) for one in numbers}


def _wanted(
    number: StockNumber, promise: Promise, counted: Collection[str], unpaid: dict[str, int],
    name: tuple[str, str, str, str] | None,
) -> Wanted:  # fmt: skip
    units = max(promise.units - unpaid.get(number.sku_folded, 0), 0)
    is_counted = promise.endless or number.sku_folded in counted
    if name is None:
        return Wanted(units, promise.endless, is_counted, bool(number.product_api_id), number.sku,
                      number.product_api_id, number.variant_api_id)  # fmt: skip
    state, sku, product_api_id, variant_api_id = name
    published = state in _TOLD and bool(product_api_id)
    return Wanted(units, promise.endless, is_counted, published, sku or number.sku, product_api_id, variant_api_id)


def _names(channel: StockChannel, folded: Sequence[str]) -> dict[str, tuple[str, str, str, str]]:
    """Return state, SKU, and the API IDs of product and variant, by our folded SKU."""
    with connection.cursor() as cursor:
        cursor.execute(_NAMES, [channel.source_id, channel.source_id, list(folded)])
        return {row[0]: row[1:] for row in cursor.fetchall()}


_NAMES = """
SELECT p.sku_folded, u.state, u.sku, coalesce(nullif(above.ext_product_api_id, ''), u.ext_product_api_id),
       CASE WHEN above.ext_product_api_id <> '' THEN u.ext_product_api_id ELSE '' END
FROM orders_publication u JOIN orders_product p ON p.id = u.product_id
LEFT JOIN orders_publication above ON above.product_id = p.parent_id AND above.source_id = %s
WHERE u.source_id = %s AND p.sku_folded = ANY(%s) AND p.deleted_at IS NULL
"""


def _counted(organization_id: int, found: dict[str, Promise]) -> set[str]:
    """Return the folded SKUs that are counted at a location, themselves or by a component."""
    parts = {folded: [fold(part.sku) for part in one.components] for folded, one in found.items()}
    every = list(parts) + [sku for some in parts.values() for sku in some]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT sku_folded FROM orders_inventorylevel "
            "WHERE organization_id = %s AND sku_folded = ANY(%s) AND location_id IS NOT NULL",
            [organization_id, every],
        )
        here = {row[0] for row in cursor.fetchall()}
    return {folded for folded, some in parts.items() if folded in here or not here.isdisjoint(some)}


def _unpaid(channel: StockChannel) -> dict[str, int]:
    """Return the units in the channel's orders that are not paid yet, by our folded SKU.

    They take nothing from our stock, but the channel has lowered its number for them, and they stay lowered.
    """
    with connection.cursor() as cursor:
        cursor.execute(_UNPAID, [channel.organization_id, channel.source_id])
        found = cursor.fetchall()
    ours = our_skus(channel.source, [sku for sku, _ in found]) if found else {}
    units: dict[str, int] = {}
    for sku, count in found:
        units[fold(ours[sku])] = units.get(fold(ours[sku]), 0) + int(count)
    return units


_UNPAID = """
SELECT l.sku, sum(ceil(l.quantity))
FROM orders_order o JOIN orders_orderline l ON l.order_id = o.id
WHERE o.organization_id = %s AND o.source_id = %s AND o.status = 'draft' AND o.deleted_at IS NULL AND l.sku <> ''
GROUP BY 1
"""
