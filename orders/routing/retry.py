"""Orders that are routed again: failed ones every three hours, waiting ones every hour, all when they were woken.

`Order.route_at` says when; what an organization without cards has waits for its first one.
"""

import datetime as dt
import logging
import time
from collections.abc import Iterable, Sequence

import psycopg
from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models.functions import Now

from orders.engines import setting
from orders.exceptions.raise_ import raise_exceptions
from orders.inventory import commits
from orders.lifecycle.shipping_request import RequestStatus
from orders.locks import lock
from orders.models import Order, OrderException, ShippingRequest
from orders.requests.create import first_status
from orders.requests.locks import lock_requests
from orders.requests.move import move
from orders.routing.need import NAMES_LOCATION_SQL
from orders.routing.problems import failed
from orders.routing.run import ROUTABLE, ROUTING, Result, route
from portal.audit.actor import Actor
from portal.kit.jobs import bell, ring, watcher

BELL = "orders to be routed again"
BATCH = 100
SECONDS = 25
_MOST = 5_000
_RETRY = dt.timedelta(hours=setting.DEFAULTS[setting.ROUTING]["retry_hours"])
_DOWN = (OperationalError, InterfaceError, psycopg.OperationalError, psycopg.InterfaceError)
"""The database itself is in trouble: no order's routing can succeed."""
_CURE = "Try again with Re-run routing on the order. If it fails again, tell whoever runs Switchyard what stands above."
log = logging.getLogger(__name__)


@watcher("orders to be routed again", every=30)
def ring_for_due() -> None:
    """Ring where an order is to be routed again, or was left behind without a word."""
    if _due(1):
        ring(BELL)


def route_due(seconds: float = SECONDS) -> int:
    """Route what is due, batch by batch, for at most `seconds`; ring again if more is left. Returns how many orders.

    Orders that somebody works on are left for the next time. A batch that fails is done order by order; the one
    that fails alone is told, tried again in three hours, and stops nobody.
    """
    ends, done = time.monotonic() + seconds, 0
    _forget()
    due = _due(_MOST)
    batches = _batches(due)
    for number, (trigger, ids) in enumerate(batches, start=1):
        done += _apart(trigger, ids)
        if time.monotonic() > ends and number < len(batches):
            ring(BELL)
            return done
    if len(due) == _MOST:
        ring(BELL)
    return done


bell(BELL)(route_due)


@transaction.atomic
def _forget() -> None:
    """Take the instant from orders whose time has come and that are not to be routed any more."""
    over = Order.across.filter(route_at__lte=Now()).exclude(status__in=ROUTABLE, deleted_at=None)
    ids = list(over.select_for_update(skip_locked=True).order_by("pk").values_list("pk", flat=True)[:_MOST])
    Order.across.filter(pk__in=ids).update(route_at=None)


def _due(most: int) -> list[tuple[int, str, int]]:
    """Return organization, trigger and id of orders to be looked at, the longest due first.

    Beside those whose time has come, those that are ready and that nobody was told of: rules change orders without
    an event, and orders may have been ready before the first card was.
    """
    with connection.cursor() as cursor:
        hours = setting.DEFAULTS[setting.ROUTING]
        cursor.execute(_DUE, {"statuses": list(ROUTABLE), "most": most, "failed": hours["retry_hours"],
                              "waits": hours["recheck_hours"]})  # fmt: skip
        return list(cursor.fetchall())


_DUE = f"""
WITH routed AS MATERIALIZED (
    SELECT g.id, coalesce((e.settings->>'retry_hours')::int, %(failed)s) AS failed,
           coalesce((e.settings->>'recheck_hours')::int, %(waits)s) AS waits,
           EXISTS (SELECT 1 FROM orders_routingcard c
                   WHERE c.organization_id = g.id AND c.enabled AND c.deleted_at IS NULL) AS by_cards
    FROM portal_organization g
    LEFT JOIN orders_enginesetting e ON e.organization_id = g.id AND e.engine = 'routing'
    WHERE coalesce(e.enabled, true) AND EXISTS (
        SELECT 1 FROM orders_location w WHERE w.organization_id = g.id AND w.active AND w.deleted_at IS NULL))
SELECT organization_id, trigger, id FROM (
    (SELECT o.organization_id, o.route_at AS at, o.id,
            CASE WHEN o.last_routed_at IS NULL OR o.routing_status = 'pending' THEN 'auto'
                 WHEN o.route_at < o.last_routed_at + make_interval(
                     hours => CASE o.routing_status WHEN 'failed' THEN routed.failed ELSE routed.waits END)
                 THEN 'stock' ELSE 'retry' END AS trigger
     FROM orders_order o JOIN routed ON routed.id = o.organization_id
     WHERE o.route_at <= clock_timestamp() AND o.status = ANY(%(statuses)s) AND o.deleted_at IS NULL
       AND (routed.by_cards OR {NAMES_LOCATION_SQL})
     ORDER BY o.route_at, o.id LIMIT %(most)s)
    UNION ALL
    (SELECT o.organization_id, o.updated_at AS at, o.id, 'auto' AS trigger
     FROM orders_order o JOIN routed ON routed.id = o.organization_id
     WHERE o.status = 'readyForFulfillment' AND o.deleted_at IS NULL AND o.routing_status = 'pending'
       AND o.route_at IS NULL AND o.updated_at < clock_timestamp() - interval '1 minute'
       AND (routed.by_cards OR o.updated_at > clock_timestamp() - interval '1 hour' AND {NAMES_LOCATION_SQL})
     ORDER BY o.updated_at, o.id LIMIT %(most)s)) AS due
ORDER BY at, id LIMIT %(most)s
"""  # noqa: S608 - constants
"""Without a card only what names its location; of what no event told, what has changed in the last hour.

A waiting order comes back after an hour, a failed one after three: sooner than that it was woken by stock.
"""


def _batches(due: Sequence[tuple[int, str, int]]) -> list[tuple[str, list[int]]]:
    """Return batches of one organization and trigger; the first of each come before the second of any."""
    some: dict[tuple[int, str], list[int]] = {}
    for organization_id, trigger, pk in due:
        some.setdefault((organization_id, trigger), []).append(pk)
    most = max(map(len, some.values()), default=0)
    return [
        (trigger, ids[start : start + BATCH])
        for start in range(0, most, BATCH)
        for (_organization, trigger), ids in some.items()
        if len(ids) > start
    ]


def _apart(trigger: str, ids: Sequence[int]) -> int:
    try:
        return route_again(ids, trigger)
    except _DOWN:
        raise
    except Exception as error:
        if len(ids) > 1:
            return sum(_apart(trigger, [pk]) for pk in ids)
        log.exception("Order %s could not be routed", ids[0])
        _set_apart(ids[0], error)
        return 0


def route_again(order_ids: Sequence[int], trigger: str, by: Actor = ROUTING) -> int:
    """Release the requests of orders whose stock has come, then route what is open; one transaction."""
    with transaction.atomic():
        orders = lock(order_ids, skip_locked=True)
        release(orders, by)
        return len(route(list(orders), trigger, by)) if orders else 0


def rerun(order_id: int, by: Actor) -> Result:
    """Route one order because somebody asks for it (*Re-run routing*); returns what became of it."""
    with transaction.atomic():
        release(lock([order_id]), by)
        return route([order_id], "manual", by)[order_id]


def put_back(order_id: int) -> int:
    """Have an order routed at once because its exception is tried again; returns how many orders that are."""
    rows = Order.across.filter(pk__in=[order_id], status__in=ROUTABLE, deleted_at=None)
    count = rows.update(route_at=Now())
    if count:
        ring(BELL)
    return count


def put_back_of(exception: OrderException) -> int:
    """Have the order of an exception routed at once; returns how many orders that are."""
    return put_back(exception.entity_id or 0)


def release(order_ids: Iterable[int], by: Actor = ROUTING) -> int:
    """Send on the requests of locked orders that wait for stock which is there by now; returns how many.

    The future commitment becomes a real one (`release`, behaviour.md 6.2), and the request becomes ready.
    """
    rows = ShippingRequest.across.filter(
        order_id__in=list(order_ids), status=RequestStatus.PENDING_INVENTORY, deleted_at=None
    )
    requests = lock_requests(rows.values_list("pk", flat=True))
    ready = commits.release(list(requests.values()), by=by) if requests else set()
    for status in (RequestStatus.READY_FOR_FULFILLMENT, RequestStatus.PENDING_SHIPPING_LABEL):
        some = [pk for pk in ready if first_status(requests[pk].content, waits=False) == status]
        if some:
            move(some, status, by, "The stock that it waited for is there.", cause="stock")
    return len(ready)


def _set_apart(order_id: int, error: Exception) -> None:
    with transaction.atomic():
        order = lock([order_id], with_content=False)[order_id]
        Order.across.filter(pk=order_id).update(routing_status="failed", last_routed_at=Now(), route_at=Now() + _RETRY)
        told = f"{type(error).__name__}: {error}"
        raise_exceptions([failed(order, f"{order.ext_order_id} could not be routed", told, _CURE)])
