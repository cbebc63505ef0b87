"""Ending holds: by their time, by a person, or because the order went on otherwise."""

import datetime as dt
import logging
from collections.abc import Iterable, Sequence

import psycopg
from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models.functions import Now

from orders.exceptions.raise_ import Problem, raise_exceptions
from orders.lifecycle.changes import OrderChange, Step
from orders.lifecycle.order import OrderStatus, most_careful
from orders.lifecycle.write import commit
from orders.locks import lock
from orders.models import Hold, Order
from portal.audit.actor import Actor
from portal.kit.failpoints import failpoint
from portal.kit.jobs import watcher

RELEASER = Actor.system("Hold release")
BATCH = 500
RETRY = dt.timedelta(minutes=5)
_DOWN = (OperationalError, InterfaceError, psycopg.OperationalError, psycopg.InterfaceError)
"""The database itself is in trouble: nobody's release can succeed. COPY raises the driver's own errors."""
log = logging.getLogger(__name__)


class NotOnHold(ValueError):
    """The order is not on hold any more."""


@watcher("release holds", every=0.5)
def release_all_due() -> int:
    """Release every hold whose time has come, batch by batch. Returns how many holds ended."""
    ended = 0
    while count := release_due():
        ended += count
    return ended


def release_due(limit: int = BATCH) -> int:
    """End up to `limit` due holds and move on the orders whose last hold that was.

    Orders that somebody else is working on are left for the next pass. Due is what the database's
    clock says. Safe to run twice and beside itself: a hold ends once, because its order is locked.
    A release that fails is set apart with an exception and tried again later; the others go on.
    """
    orders = _due_orders(limit)
    try:
        return _release(orders)
    except _DOWN:
        raise
    except Exception:
        return sum(_release_alone(order_id) for order_id in orders)


def _release(order_ids: Sequence[int]) -> int:
    with transaction.atomic():
        orders = lock(order_ids, with_content=False, skip_locked=True)
        count = _end_due(orders) if orders else 0
        failpoint("holds.before_commit")
    return count


def _release_alone(order_id: int) -> int:
    try:
        return _release([order_id])
    except _DOWN:
        raise
    except Exception as error:
        log.exception("The hold of order %s could not be released", order_id)
        _set_apart(order_id, str(error))
        return 0


def _set_apart(order_id: int, error: str) -> None:
    order = Order.across.get(pk=order_id)
    with transaction.atomic():
        Hold.across.filter(order_id=order_id, ended_at=None).update(retry_at=Now() + RETRY)
        raise_exceptions(
            [
                Problem(
                    "hold_stuck", order.organization_id, order.public_id,
                    f"{order.ext_order_id} could not be released from its hold", error,
                    entity_type="order", entity_id=order.pk, entity_label=order.ext_order_id,
                )
            ]
        )  # fmt: skip


def _due_orders(limit: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT DISTINCT order_id FROM (
                SELECT h.order_id FROM orders_hold h
                WHERE h.ended_at IS NULL AND h.due_at <= clock_timestamp()
                  AND (h.retry_at IS NULL OR h.retry_at <= clock_timestamp())
                ORDER BY h.due_at, h.id LIMIT %s) AS due
            """,
            [limit],
        )
        return [row[0] for row in cursor.fetchall()]


def _end_due(orders: dict[int, Order]) -> int:
    """End the due holds of locked orders; write the release of those with no open hold left."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE orders_hold SET ended_at = clock_timestamp(), outcome = 'due', ended_by = %s
            WHERE order_id = ANY(%s) AND ended_at IS NULL AND due_at <= clock_timestamp()
            RETURNING id
            """,
            [RELEASER.name, list(orders)],
        )
        ended = len(cursor.fetchall())
    changes = []
    for order_id, status in _where_to(orders).items():
        summary = f"The hold ended at its time; the order is now “{status.label}”."
        step = Step(RELEASER, "released", summary, status=status, ends_holds="")
        changes.append(OrderChange(order_id, [step], cause="hold"))
    commit(changes, orders)
    return ended


def _where_to(orders: Iterable[int]) -> dict[int, OrderStatus]:
    """Return the next status of those orders on hold that have no open hold any more."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT o.id, array_agg(DISTINCT h.next_status)
            FROM orders_order o
            JOIN LATERAL (
                SELECT next_status, period, ended_at, max(period) OVER () AS latest
                FROM orders_hold WHERE order_id = o.id) h ON h.period = h.latest
            WHERE o.id = ANY(%s) AND o.status = 'onHold'
            GROUP BY o.id HAVING bool_and(h.ended_at IS NOT NULL)
            """,
            [list(orders)],
        )
        return {row[0]: most_careful(set(row[1])) for row in cursor.fetchall()}


def release(order_id: int, *, by: Actor) -> OrderStatus:
    """End every open hold of an order now. Returns the status it goes to.

    Raises NotOnHold when the order is not on hold (any more): the timed release may have been first.
    """
    with transaction.atomic():
        orders = lock([order_id])
        order = orders[order_id]
        if order.status != OrderStatus.ON_HOLD:
            raise NotOnHold(f"{order.ext_order_id} is not on hold any more; it is “{OrderStatus(order.status).label}”.")
        open_holds = Hold.across.filter(order_id=order_id, ended_at=None)
        step = release_step(set(open_holds.values_list("next_status", flat=True)), by=by)
        commit([OrderChange(order_id, [step], cause="release")], orders)
    return OrderStatus(order.status)


def release_step(statuses: set[str], *, by: Actor) -> Step:
    """Return the step that ends every open hold now; `statuses` are where the holds would lead to."""
    status = most_careful(statuses)
    summary = f"Released by hand; the order is now “{status.label}”."
    return Step(by, "released", summary, status=status, ends_holds=Hold.Outcome.RELEASED.value)
