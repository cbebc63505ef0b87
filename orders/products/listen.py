"""What follows from a changed product: waiting orders' need of stock is counted anew, and they are routed again.

That is when a SKU has become a bundle or none, when its components have changed, or whether its stock is counted.
What is promised to channels is computed when it is asked for, so nothing has to be done for that.
"""

from collections.abc import Sequence

from django.db import connection

from orders.exceptions.raise_ import Problem, raise_exceptions
from orders.inventory.levels import has_stock
from orders.inventory.listen import BELL
from orders.inventory.virtual import NEEDS_STOCK
from orders.models import BundleItem
from orders.routing.consumer import wake_skus
from orders.routing.load import has_cards
from portal.events.dispatch import consumer
from portal.events.models import Event
from portal.kit.jobs import ring

NAME = "products"
_WEIGH = frozenset({"/bundleItems", "/kind", "/sku", "/inventoryNotTracked", "/deletedAt"})


def wanted(organization_id: int, event_name: str) -> bool:
    """Say whether an organization keeps stock or routes: otherwise nothing follows."""
    return has_stock(organization_id) or has_cards(organization_id)


def parked(event: Event, error: str) -> None:
    """Tell people that orders could not be looked at after a product has changed."""
    raise_exceptions(
        [
            Problem(
                "event_parked", event.organization_id, f"{NAME}:{event.pk}",
                "Orders could not be looked at after a product has changed", error,
                entity_type=event.entity_type, entity_id=event.entity_id,
            )
        ]
    )  # fmt: skip


@consumer(NAME, events=("product.created", "product.updated", "product.deleted"), on_parked=parked, wants=wanted)
def look_at_orders(events: Sequence[Event]) -> None:
    """Have the open orders with these SKUs looked at again, where the change may mean something for them."""
    skus: dict[int, set[str]] = {}
    for event in events:
        if event.name != "product.updated" or _WEIGH.intersection(event.payload.get("changes", ())):
            skus.setdefault(event.organization_id, set()).update(event.payload.get("skus", ()))
    for organization_id, some in skus.items():
        if has_stock(organization_id):
            recount(organization_id, some)
        if has_cards(organization_id):
            wake_skus(organization_id, some)


def recount(organization_id: int, skus: set[str]) -> int:
    """Have what open orders with these SKUs, or bundles of them, need of the stock counted anew in the background.

    Returns how many lines that are.
    """
    bundles = BundleItem.across.filter(organization_id=organization_id, sku_folded__in=skus)
    skus = skus | set(bundles.values_list("bundle__sku_folded", flat=True))
    with connection.cursor() as cursor:
        cursor.execute(
            _RECOUNT,
            {"organization": organization_id, "skus": sorted(skus), "statuses": [one.value for one in NEEDS_STOCK]},
        )
        count: int = cursor.rowcount
    if count:
        ring(BELL)
    return count


_RECOUNT = """
INSERT INTO orders_virtualcommit AS v (organization_id, order_id, sku_folded, quantity, order_version)
SELECT DISTINCT o.organization_id, o.id, l.sku_folded, 0, 0
FROM orders_orderline l JOIN orders_order o ON o.id = l.order_id
WHERE l.organization_id = %(organization)s AND l.sku_folded = ANY(%(skus)s)
  AND o.status = ANY(%(statuses)s) AND o.deleted_at IS NULL
ORDER BY 2, 3
ON CONFLICT (order_id, sku_folded) DO UPDATE SET order_version = 0
"""
"""Version 0 is no order's: the watch over virtual commits finds them and compares again (`orders.inventory.listen`)."""
