"""When what orders need is looked at: when they have come or changed, and what that leaves behind.

Rules change orders without telling others (no loops), so what an order holds remembers the order's version, and
the watch looks for those that have moved on.
"""

import time
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connection, transaction
from django.db.models import QuerySet

from orders.engines.setting import INVENTORY, off
from orders.exceptions.raise_ import Problem, raise_exceptions
from orders.fulfillments.quantities import DEAD
from orders.inventory.commits import REQUEST
from orders.inventory.known import passed_by, settle_unknown
from orders.inventory.levels import counts_needs
from orders.inventory.virtual import NEEDS_STOCK, settle_virtual
from orders.lifecycle.order import OrderStatus
from orders.lifecycle.shipping_request import RequestStatus
from orders.models import Order, ShippingRequest, VirtualStart
from orders.requests.settle import CAUSE
from portal.audit.actor import Actor
from portal.events.dispatch import absorb, consumer
from portal.events.models import Event
from portal.kit.jobs import bell, ring, watcher
from portal.tenancy.models import Organization

NAME = "inventory"
BELL = "virtual commits"
SYSTEM = Actor.system("Inventory Engine")
BATCH = 200
SECONDS = 25


def wanted(organization_id: int, event_name: str) -> bool:
    """Say whether an organization counts what orders need; what it costs those that do not is this question."""
    return counts_needs(organization_id)


def parked(event: Event, error: str) -> None:
    """Tell people that an order's need of stock could not be counted."""
    raise_exceptions(
        [
            Problem(
                "event_parked", event.organization_id, f"{NAME}:{event.pk}",
                "It could not be counted what an order needs of the stock", error,
                entity_type=event.entity_type, entity_id=event.entity_id,
            )
        ]
    )  # fmt: skip


EVENTS = ("order.created", "order.updated", "order.deleted", "shippingRequest.updated")
"""Not *created* of a shipping request: whoever makes one counts in the same transaction."""
_ONWARD = frozenset({RequestStatus.SENT_TO_FULFILLMENT, RequestStatus.FULFILLED})
_AT_WORK = frozenset(
    {OrderStatus.READY_FOR_FULFILLMENT, OrderStatus.SENT_TO_FULFILLMENT, OrderStatus.PARTIAL_FULFILLMENT}
)
_ORDERS_ONWARD = frozenset({OrderStatus.SENT_TO_FULFILLMENT, OrderStatus.FULFILLED})


def heeded(event_name: str, payload: Mapping[str, Any]) -> bool:
    """Say whether an event may change what is open of an order: on the way to its customer nothing of it does.

    What was asked for stays asked for when it is sent or shipped, unless nobody expected it any more (`DEAD`).
    """
    if not event_name.endswith(".updated"):
        return True
    before, after = payload.get("status") or ("", "")
    if event_name == "shippingRequest.updated":
        return before == after or before in DEAD or after not in _ONWARD
    return payload.get("cause") != CAUSE or before not in _AT_WORK or after not in _ORDERS_ONWARD


@consumer(NAME, events=EVENTS, on_parked=parked, wants=wanted, heeds=heeded, by_turns=True)
def look_at_orders(events: Sequence[Event]) -> None:
    """Count what orders need that have come, changed or gone, or whose shipping requests have.

    Several changes of one are looked at once.
    """
    orders = {event.entity_id for event in events if event.entity_type == "order"}
    requests = {event.entity_id for event in events if event.entity_type == REQUEST}
    of_requests = set(ShippingRequest.across.filter(pk__in=requests).values_list("order_id", flat=True))
    absorb(NAME, "order.updated", settle_unknown(orders, SYSTEM, passed=passed_by(events), anew=of_requests))


@watcher("virtual commits left behind", every=60)
def ring_for_left_behind() -> None:
    """Ring where an order has changed without a word, or an organization has begun to keep stock."""
    if _starts().exists() or _stale(1):
        ring(BELL)


def catch_up(seconds: float = SECONDS) -> int:
    """Look at what was left behind, batch by batch, for at most `seconds`; ring again if more is left.

    Returns how many orders were looked at.
    """
    ends, done = time.monotonic() + seconds, 0
    while count := _batch():
        done += count
        if time.monotonic() > ends:
            ring(BELL)
            break
    return done


bell(BELL)(catch_up)


def _batch() -> int:
    with transaction.atomic():
        if stale := _stale(BATCH):
            settle_virtual(stale, SYSTEM)
            return len(stale)
    with transaction.atomic():
        return _go_on_with_a_start()


def _stale(most: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT DISTINCT o.id FROM orders_virtualcommit v JOIN orders_order o ON o.id = v.order_id
            WHERE o.version <> v.order_version AND NOT EXISTS (
                SELECT 1 FROM orders_enginesetting e
                WHERE e.organization_id = v.organization_id AND e.engine = 'inventory' AND NOT e.enabled)
            ORDER BY o.id LIMIT %s
            """,
            [most],
        )
        return [row[0] for row in cursor.fetchall()]


def _starts() -> QuerySet[VirtualStart]:
    """Return what is begun in organizations whose Inventory Engine is on."""
    return VirtualStart.objects.exclude(organization_id__in=off(INVENTORY))


def count_anew(organization: Organization) -> None:
    """Have it counted anew what the open orders of an organization need, those that nobody looked at meanwhile."""
    VirtualStart.objects.update_or_create(organization_id=organization.pk, defaults={"after": 0})
    ring(BELL)


def _go_on_with_a_start() -> int:
    """Look at the next open orders of an organization that has begun to keep stock; 0: there is none."""
    start = _starts().select_for_update(skip_locked=True, of=("self",)).order_by("pk").first()
    if start is None:
        return 0
    rows = Order.across.filter(
        organization_id=start.organization_id, status__in=NEEDS_STOCK, deleted_at=None, pk__gt=start.after
    )
    ids = list(rows.order_by("pk").values_list("pk", flat=True)[:BATCH])
    if not ids:
        start.delete()
        return 1
    settle_virtual(ids, SYSTEM)
    start.after = ids[-1]
    start.save(update_fields=["after"])
    return len(ids)
