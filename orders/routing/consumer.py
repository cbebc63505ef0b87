"""When orders are routed by themselves: when they have become ready or changed since, and when stock arrives."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import connection
from django.db.models.functions import Now

from orders.exceptions.raise_ import Problem, raise_exceptions
from orders.lifecycle.order import OrderStatus
from orders.models import BundleItem, InventoryLevel, Order
from orders.requests.settle import CAUSE
from orders.routing.load import has_cards, routes_named
from orders.routing.retry import BELL
from orders.routing.run import ROUTABLE, route
from portal.events.dispatch import absorb, consumer
from portal.events.models import Event
from portal.kit.jobs import ring

NAME = "routing"
_BRINGS = frozenset(
    {
        "release", "shipCancelRestock", "futureShipCancel", "xferin", "adjust", "receive", "edit", "lock", "unlock",
        "sync", "touch",
    }
)  # fmt: skip
"""Events of stock after which a location may have more of it than before (`orders.inventory.movements`)."""
_SENT = (OrderStatus.READY_FOR_FULFILLMENT, OrderStatus.SENT_TO_FULFILLMENT)


def wanted(organization_id: int, event_name: str) -> bool:
    """Say whether an organization is routed at all; what it costs those that are not is this question.

    Without a card, orders that name their location are; the stock that they go by is their channel's.
    """
    return has_cards(organization_id) or (event_name == "order.updated" and routes_named(organization_id))


def heeded(event_name: str, payload: Mapping[str, Any]) -> bool:
    """Say whether an event calls for routing, or may wake orders: most changes of stock are routing's own."""
    return _concerns(payload) if event_name == "order.updated" else _brings(payload)


def parked(event: Event, error: str) -> None:
    """Tell people that an order could not be routed at all, or orders not be woken by stock."""
    title = "An order could not be routed" if event.entity_type == "order" else "Orders could not be woken by stock"
    raise_exceptions(
        [
            Problem(
                "event_parked", event.organization_id, f"{NAME}:{event.pk}", title, error,
                entity_type=event.entity_type, entity_id=event.entity_id,
            )
        ]
    )  # fmt: skip


@consumer(
    NAME, events=["order.updated", "inventory.changed"], on_parked=parked, wants=wanted, heeds=heeded, by_turns=True
)
def listen(events: Sequence[Event]) -> None:
    """Route orders that have changed, once each as they are now, and wake those that arriving stock may help."""
    changed = {one.entity_id for one in events if one.name == "order.updated" and _concerns(one.payload)}
    results = route(sorted(changed), "auto") if changed else {}
    if results:
        absorb(NAME, "order.updated", {pk: one.version for pk, one in results.items()})
    levels = {one.entity_id for one in events if one.name == "inventory.changed" and _brings(one.payload)}
    for organization_id in {one.organization_id for one in events} if levels else ():
        wake(organization_id, levels, but=results)  # those were decided with that stock in sight


def _concerns(payload: Mapping[str, Any]) -> bool:
    """Say whether a change of an order calls for routing: it is ready, or lines of one on its way have changed.

    That a warehouse has its requests opens nothing; what cancels or rejects units has them routed by itself.
    """
    before, status = payload.get("status") or ("", "")
    if status == OrderStatus.READY_FOR_FULFILLMENT:
        return True
    if payload.get("cause") == CAUSE and (before, status) == _SENT:
        return False
    paths = payload.get("changes", ())
    return status in ROUTABLE and any(path.startswith(("/lineItems", "/dispositions")) for path in paths)


def _brings(payload: Mapping[str, Any]) -> bool:
    return not _BRINGS.isdisjoint(payload.get("events", ()))


def wake(organization_id: int, level_ids: set[int], *, but: Iterable[int] = ()) -> int:
    """Have orders looked at now, `but` these, that wait for stock of what these levels hold; returns how many.

    In the transaction of the event. An order that is being routed at this moment is waited for: what it was
    decided by may be older than the stock that has come.
    """
    rows = InventoryLevel.across.filter(pk__in=level_ids, organization_id=organization_id, location__isnull=False)
    return wake_skus(organization_id, set(rows.values_list("sku_folded", flat=True)), but=but)


def wake_skus(organization_id: int, skus: set[str], *, but: Iterable[int] = ()) -> int:
    """Have orders looked at now that wait for any of these folded SKUs or for bundles of them; returns how many."""
    if not skus:
        return 0
    bundles = BundleItem.across.filter(organization_id=organization_id, sku_folded__in=skus)
    skus = skus | set(bundles.values_list("bundle__sku_folded", flat=True))
    with connection.cursor() as cursor:
        cursor.execute(
            _WAITING,
            {"organization": organization_id, "skus": sorted(skus), "statuses": list(ROUTABLE), "but": list(but)},
        )
        ids = [row[0] for row in cursor.fetchall()]
    if ids:
        Order.across.filter(pk__in=ids).update(route_at=Now())
        ring(BELL)
    return len(ids)


_WAITING = """
SELECT o.id FROM orders_order o
WHERE o.organization_id = %(organization)s AND o.status = ANY(%(statuses)s) AND o.deleted_at IS NULL
  AND o.id <> ALL(%(but)s::bigint[])
  AND (o.routing_status IN ('pending', 'failed') AND EXISTS (
           SELECT 1 FROM orders_orderline l WHERE l.order_id = o.id AND l.sku_folded = ANY(%(skus)s))
       OR o.routing_status IN ('pendingInventory', 'failed') AND EXISTS (
           SELECT 1 FROM orders_shippingrequest r JOIN orders_shippingrequestline l ON l.request_id = r.id
           WHERE r.order_id = o.id AND r.status = 'pendingInventory' AND l.sku_folded = ANY(%(skus)s)))
ORDER BY o.id FOR NO KEY UPDATE OF o
"""
"""Locked in the order of ids, as everywhere, and judged again where somebody has changed the order meanwhile."""
