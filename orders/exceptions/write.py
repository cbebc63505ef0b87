"""The only writer of exceptions once they are raised: rows, history and events, set by set.

What is written here holds the rule of locking: orders first, by id, then exceptions.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from orders.documents.instants import instant
from orders.events import EXCEPTION_MODIFIED
from orders.models import Order, OrderException
from portal.audit.actor import Actor
from portal.audit.record import Entry, record
from portal.entities.patch import Change
from portal.events import outbox
from portal.kit.text import fold


@dataclass(frozen=True, slots=True)
class Told:
    """What history and, where it is announced, the event tell of one change of one exception."""

    id: int
    organization_id: int
    former: int
    """The version before; 0: there was none."""
    version: int
    by: Actor
    verb: str
    summary: str
    changes: Sequence[Change] = ()
    cause: str = ""
    """Who or what changed it: `raised`, `again`, `person`, `system`, `rule`."""
    run_id: int | None = None
    announce: bool = True


@dataclass(frozen=True, slots=True)
class Step:
    """One act on one exception: a word about it, or its end."""

    exception_id: int
    by: Actor
    verb: str
    summary: str
    state: str = ""
    """`resolved` or `dismissed`; empty leaves it as it is."""
    run_id: int | None = None


def tell(changes: Sequence[Told]) -> None:
    """Write history and events of changes, in their transaction."""
    record(
        [
            Entry(
                one.organization_id, "exception", one.id, one.version, one.by, one.verb, one.summary, one.changes,
                one.run_id,
            )
            for one in changes
        ]
    )  # fmt: skip
    outbox.record(
        [
            outbox.NewEvent(EXCEPTION_MODIFIED.name, one.organization_id, one.id, one.version, _payload(one))
            for one in changes
            if one.announce
        ]
    )


def _payload(one: Told) -> dict[str, Any]:
    return {"from": one.former, "changes": [change["path"] for change in one.changes], "cause": one.cause}


def lock(ids: Iterable[int]) -> dict[int, OrderException]:
    """Lock exceptions in this transaction, after the orders they are about, and return them by id."""
    wanted = list(ids)
    _lock_orders(wanted)
    rows = OrderException.across.select_for_update(of=("self",)).select_related("source", "organization")
    return {row.pk: row for row in rows.filter(pk__in=wanted).defer("raw").order_by("pk")}


def lock_versions(ids: Iterable[int]) -> dict[int, int]:
    """Lock as `lock` does; return only the versions, by id."""
    wanted = list(ids)
    _lock_orders(wanted)
    rows = OrderException.across.select_for_update().filter(pk__in=wanted).order_by("pk")
    return dict(rows.values_list("pk", "version"))


def _lock_orders(ids: Sequence[int]) -> None:
    concerned = OrderException.across.filter(pk__in=ids, entity_type="order").values("entity_id")
    list(Order.across.select_for_update(no_key=True).filter(pk__in=concerned).order_by("pk").values_list("pk"))


def commit(steps: Sequence[Step], rows: Mapping[int, OrderException], *, cause: str, announce: bool = True) -> None:
    """Write steps on exceptions that the caller has locked with `lock`; those named to be closed are active.

    `rows` are brought up to date. Nobody hears of what is not announced.
    """
    closing = {step.exception_id: step for step in steps if step.state}
    closed = _close_rows(closing, rows) if closing else {}
    told = []
    for step in steps:
        row, changes = rows[step.exception_id], closed.get(step.exception_id, ()) if step.state else ()
        former = row.version - 1 if step.state else row.version
        told.append(
            Told(
                row.pk, row.organization_id, former, row.version, step.by, step.verb, step.summary, changes, cause,
                step.run_id, announce and bool(step.state),
            )
        )  # fmt: skip
    tell(told)


def _close_rows(closing: Mapping[int, Step], rows: Mapping[int, OrderException]) -> dict[int, list[Change]]:
    """Close many exceptions in one statement; returns what changed of each."""
    with connection.cursor() as cursor:
        cursor.execute(
            _CLOSE_ROWS,
            [
                list(closing),
                [step.state for step in closing.values()],
                [step.by.name[:200] for step in closing.values()],
                [fold(step.by.name[:200]) for step in closing.values()],
            ],
        )
        changes = {}
        for pk, at in cursor.fetchall():
            row, step = rows[pk], closing[pk]
            changes[pk] = _closing(step.state, at, step.by, row.assigned_to, row.snoozed_until, row.returned_at)
            row.assigned_to, row.assigned_name, row.assigned_folded = "", "", None
            row.snoozed_until = row.returned_at = None
            row.state, row.closed_at, row.closed_by = step.state, at, step.by.name[:200]
            row.updated_at, row.version = at, row.version + 1
    return changes


_CLOSE_ROWS = """
UPDATE orders_orderexception x SET state = n.state, closed_at = clock_timestamp(), closed_by = n.name,
    updated_at = clock_timestamp(), version = x.version + 1, assigned_to = '', assigned_name = '',
    assigned_folded = NULL, snoozed_until = NULL, returned_at = NULL,
    facets = x.facets || jsonb_build_object('closedBy', n.folded)
FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::text[]) AS n(id, state, name, folded)
WHERE x.id = n.id AND x.state = 'active' RETURNING x.id, x.closed_at
"""


def close_where(
    condition: str, params: Sequence[Any], state: str, *, by: Actor, summary: str, cause: str, verb: str = ""
) -> list[int]:
    """Close the active exceptions of which SQL is true (as `x`), in one statement. Returns their ids.

    One that is raised again at this moment stays open.
    """
    with connection.cursor() as cursor:
        name = by.name[:200]
        cursor.execute(_CLOSE_WHERE.format(condition=condition), [*params, state, name, fold(name)])
        rows = cursor.fetchall()
    tell(
        [
            Told(
                pk, organization_id, version - 1, version, by, verb or state, summary,
                _closing(state, at, by, *looked_after), cause,
            )
            for pk, organization_id, version, at, *looked_after in rows
        ]
    )  # fmt: skip
    return [row[0] for row in rows]


_CLOSE_WHERE = """
WITH found AS MATERIALIZED (
    SELECT x.id, x.entity_type, x.entity_id, x.times, x.assigned_to, x.snoozed_until, x.returned_at
    FROM orders_orderexception x
    WHERE x.state = 'active' AND ({condition})),
concerned AS MATERIALIZED (
    SELECT o.id FROM orders_order o
    WHERE o.id IN (SELECT entity_id FROM found WHERE entity_type = 'order') ORDER BY o.id FOR NO KEY UPDATE)
UPDATE orders_orderexception x SET state = %s, closed_at = clock_timestamp(), closed_by = %s,
    updated_at = clock_timestamp(), version = x.version + 1, assigned_to = '', assigned_name = '',
    assigned_folded = NULL, snoozed_until = NULL, returned_at = NULL,
    facets = x.facets || jsonb_build_object('closedBy', %s::text)
FROM found WHERE x.id = found.id AND x.state = 'active' AND x.times = found.times
    AND (SELECT count(*) FROM concerned) >= 0
RETURNING x.id, x.organization_id, x.version, x.closed_at, found.assigned_to, found.snoozed_until, found.returned_at
"""


def _closing(
    state: str, at: dt.datetime, by: Actor, assigned: str, snoozed: dt.datetime | None, returned: dt.datetime | None
) -> list[Change]:
    gone = {
        "/assignedTo": assigned,
        "/returnedAt": returned and instant(returned),
        "/snoozedUntil": snoozed and instant(snoozed),
    }
    return [
        {"op": "add", "path": "/closedAt", "value": instant(at)},
        {"op": "add", "path": "/closedBy", "value": by.name[:200]},
        {"op": "replace", "path": "/state", "value": state, "old": "active"},
        *({"op": "remove", "path": path, "old": old} for path, old in gone.items() if old),
    ]
