"""Ending holds: by their time, by their condition, by a person, or because the order went on otherwise.

Whoever ends a hold ends its row first and then lets `_go_on` decide: the order moves when no open hold
is left, to the most careful status that the holds of its time on hold lead to. Whether a condition is
met is for others to say (`end_met`): orders know nothing of rules.
"""

import datetime as dt
import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import psycopg
from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import QuerySet
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
            UPDATE orders_hold
            SET ended_at = clock_timestamp(), ended_by = %s,
                outcome = CASE kind WHEN 'conditional' THEN 'fail_safe' ELSE 'due' END
            WHERE order_id = ANY(%s) AND ended_at IS NULL AND due_at <= clock_timestamp()
            RETURNING order_id, outcome
            """,
            [RELEASER.name, list(orders)],
        )
        ended = cursor.fetchall()
    outcomes: dict[int, set[str]] = {}
    for order_id, outcome in ended:
        outcomes.setdefault(order_id, set()).add(outcome)
    why = {pk: FAIL_SAFE if found == {"fail_safe"} else DUE for pk, found in outcomes.items()}
    _go_on({pk: Ending(RELEASER, words) for pk, words in why.items()}, orders)
    return len(ended)


DUE = "The hold ended at its time"
FAIL_SAFE = "The condition was not met in time: the hold ended by its fail-safe"


@dataclass(frozen=True, slots=True)
class Ending:
    """Why a hold of an order has ended, and who ended it."""

    by: Actor
    why: str
    run_id: int | None = None
    """The run that placed the hold, where it tells of the end too."""
    told: bool = False
    """Whether it stands in the history also while another hold keeps the order."""


def _go_on(endings: Mapping[int, Ending], orders: Mapping[int, Order], cause: str = "hold") -> None:
    """Move on those locked orders that have no open hold any more; tell of the others where it is wanted."""
    where, changes = _where_to(endings), []
    for pk, ending in endings.items():
        status = where.get(pk)
        if status is not None:
            summary = f"{ending.why}; the order is now “{status.label}”."
            step = Step(ending.by, "released", summary, status=status, run_id=ending.run_id)
        elif ending.told:
            summary = f"{ending.why}; another hold keeps the order."
            step = Step(ending.by, "hold ended", summary, run_id=ending.run_id)
        else:
            continue
        changes.append(OrderChange(pk, [step], announce=status is not None or cause == "release", cause=cause))
    commit(changes, orders)


@dataclass(frozen=True, slots=True)
class Met:
    """A conditional hold whose condition is met: where it leads to now, who says so, and for which run."""

    hold_id: int
    next_status: OrderStatus
    by: Actor
    run_id: int | None = None


def end_met(met: Sequence[Met], orders: Mapping[int, Order]) -> int:
    """End conditional holds of locked orders (`orders.locks.lock`) whose condition is met.

    In the caller's transaction. What has ended meanwhile stays as it ended. Returns how many ended.
    """
    by_id = {one.hold_id: one for one in met}
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE orders_hold h
            SET ended_at = clock_timestamp(), outcome = 'condition', ended_by = n.name, next_status = n.next_status,
                checked_at = clock_timestamp()
            FROM unnest(%s::bigint[], %s::text[], %s::text[]) AS n(id, next_status, name)
            WHERE h.id = n.id AND h.order_id = ANY(%s) AND h.kind = 'conditional' AND h.ended_at IS NULL
            RETURNING h.id, h.order_id
            """,
            [
                list(by_id),
                [one.next_status.value for one in by_id.values()],
                [one.by.name for one in by_id.values()],
                list(orders),
            ],
        )
        ended = sorted(cursor.fetchall())
    endings = {
        order_id: Ending(one.by, f"The condition of “{one.by.name}” is met", one.run_id, told=True)
        for hold_id, order_id in ended
        for one in [by_id[hold_id]]
    }
    _go_on(endings, orders)
    return len(ended)


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


def release(order_id: int, *, by: Actor, hold: str = "") -> OrderStatus:
    """End every open hold of an order now, or only the one of this public ID. Returns the order's status then.

    Raises NotOnHold when the order is not on hold (any more): the timed release may have been first.
    """
    with transaction.atomic():
        orders = lock([order_id])
        order = orders[order_id]
        if order.status != OrderStatus.ON_HOLD:
            raise NotOnHold(f"{order.ext_order_id} is not on hold any more; it is “{OrderStatus(order.status).label}”.")
        open_holds = Hold.across.filter(order_id=order_id, ended_at=None)
        if hold:
            _end_one(open_holds.filter(public_id=hold), by)
            _go_on({order_id: Ending(by, BY_HAND, told=True)}, orders, cause="release")
        else:
            step = release_step(set(open_holds.values_list("next_status", flat=True)), by=by)
            commit([OrderChange(order_id, [step], cause="release")], orders)
    return OrderStatus(order.status)


BY_HAND = "Released by hand"


def _end_one(row: QuerySet[Hold], by: Actor) -> None:
    ended = row.update(ended_at=Now(), outcome=Hold.Outcome.RELEASED.value, ended_by=by.name)
    if not ended:
        raise NotOnHold("This hold has ended meanwhile; other holds keep the order.")


def release_step(statuses: set[str], *, by: Actor) -> Step:
    """Return the step that ends every open hold now; `statuses` are where the holds would lead to."""
    status = most_careful(statuses)
    summary = f"{BY_HAND}; the order is now “{status.label}”."
    return Step(by, "released", summary, status=status, ends_holds=Hold.Outcome.RELEASED.value)
