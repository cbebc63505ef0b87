"""When waiting orders are looked at: when they have changed, and every fifteen minutes."""

import datetime as dt
import logging
import time
from collections.abc import Sequence

from django.db import connection, transaction

from automations.waiting.look import look
from automations.waiting.settle import settle, settle_lately
from orders.exceptions.raise_ import Problem, raise_exceptions
from orders.exceptions.write import close_where
from portal.audit.actor import Actor
from portal.events.dispatch import Later, consumer
from portal.events.models import Event
from portal.kit.jobs import bell, ring, watcher
from portal.tenancy.models import Organization

NAME = "waiting"
BELL = "waiting orders"
LOOK_EVERY = dt.timedelta(minutes=15)
BATCH = 100
"""Half a lease of a worker, should the code of a condition use all its time on each of them."""
SECONDS = 25
log = logging.getLogger(__name__)


def wanted(organization_id: int, event_name: str) -> bool:
    """Say whether an order of an organization waits for a condition, or has stopped waiting in this transaction."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT EXISTS (SELECT 1 FROM orders_hold
                           WHERE organization_id = %(id)s AND kind = 'conditional' AND ended_at IS NULL)
                OR EXISTS (SELECT 1 FROM orders_hold
                           WHERE organization_id = %(id)s AND kind = 'conditional' AND ended_at >= now())
            """,
            {"id": organization_id},
        )
        return bool((cursor.fetchone() or (False,))[0])


def parked(event: Event, error: str) -> None:
    """Tell people that it could not be seen whether an order still has to wait."""
    raise_exceptions(
        [
            Problem(
                "event_parked", event.organization_id, f"{NAME}:{event.pk}",
                "It could not be seen whether an order still has to wait", error,
                entity_type=event.entity_type, entity_id=event.entity_id,
            )
        ]
    )  # fmt: skip


@consumer(NAME, events=["order.updated"], on_parked=parked, wants=wanted)
def look_at_changes(events: Sequence[Event]) -> None:
    """Look at waiting orders that have changed, and end the runs of those that wait no more."""
    by_organization: dict[int, set[int]] = {}
    for event in events:
        by_organization.setdefault(event.organization_id, set()).add(event.entity_id)
    for organization in Organization.objects.in_bulk(by_organization).values():
        look(organization, by_organization[organization.pk])
        settle(by_organization[organization.pk])


@watcher("waiting orders", every=30)
def ring_for_waiting() -> None:
    """Ring where a look is due, or something is to be settled: code may take long, and the watch must not."""
    settle_lately()
    close_over()
    if _due():
        ring(BELL)


def look_at_all(seconds: float = SECONDS) -> int:
    """Look at every waiting order whose last look is old, set by set. Returns how many holds ended.

    One process does this at a time. It goes on for at most `seconds`, then rings again; what it cannot
    do is left for the next time, and stops nobody.
    """
    ends, ended = time.monotonic() + seconds, 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(hashtext('automations.waiting'))")
        if not (cursor.fetchone() or (False,))[0]:
            return 0
        try:
            for organization_id, order_ids in _due():
                ended += _look_at_set(Organization.objects.get(pk=organization_id), order_ids)
                if time.monotonic() > ends:
                    ring(BELL)
                    break
        finally:
            cursor.execute("SELECT pg_advisory_unlock(hashtext('automations.waiting'))")
    return ended


bell(BELL)(look_at_all)


def _due() -> list[tuple[int, list[int]]]:
    """Return the orders to be looked at: sets of one organization each, the longest unlooked at first.

    The first sets of all organizations come before the second of any: nobody's slow code is waited for.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT organization_id, order_id FROM orders_hold
            WHERE kind = 'conditional' AND ended_at IS NULL
              AND (checked_at IS NULL OR checked_at <= clock_timestamp() - make_interval(secs => %s))
            GROUP BY organization_id, order_id
            ORDER BY bool_or(checked_at IS NULL) DESC, min(checked_at), order_id
            """,
            [LOOK_EVERY.total_seconds()],
        )
        by_organization: dict[int, list[int]] = {}
        for organization_id, order_id in cursor.fetchall():
            by_organization.setdefault(organization_id, []).append(order_id)
    most = max(map(len, by_organization.values()), default=0)
    return [
        (organization_id, ids[start : start + BATCH])
        for start in range(0, most, BATCH)
        for organization_id, ids in by_organization.items()
        if len(ids) > start
    ]


def _look_at_set(organization: Organization, order_ids: Sequence[int]) -> int:
    try:
        with transaction.atomic():
            return look(organization, order_ids, skip_locked=True)
    except Later:
        return 0
    except Exception:
        if len(order_ids) > 1:
            return sum(_look_at_set(organization, [order_id]) for order_id in order_ids)
        log.exception("It could not be seen whether order %s still has to wait", order_ids[0])
        return 0


def close_over() -> int:
    """Close the exceptions of conditions that every order still waiting has been judged by since. Returns how many."""
    with transaction.atomic():
        return len(close_where(_OVER, [], "resolved", by=Actor.system(), summary=_CLOSED, cause="system"))


_CLOSED = "Closed: its condition can be judged again, or nobody waits for it any more."
_OVER = """
x.type = 'rule_failed' AND x.entity_type = 'rule' AND x.cause_key LIKE '%%:condition' AND NOT EXISTS (
    SELECT 1 FROM orders_hold h
    WHERE h.organization_id = x.organization_id AND h.kind = 'conditional' AND h.ended_at IS NULL
      AND h.placed_by_id LIKE split_part(x.cause_key, ':', 1) || ':%%'
      AND (h.checked_at IS NULL OR h.checked_at <= x.last_seen_at))
"""
