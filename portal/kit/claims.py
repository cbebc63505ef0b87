"""The one way to take work from a table: the row decides, the queue is only a bell.

A claim is a lease. The attempt is counted *before* the work, so that an item which kills its worker
is parked like any other that keeps failing. Whoever finishes late, after the lease ran out and
another took over, changes nothing: every settling names the attempt it belongs to (fencing).
All times are the database's (reliability.md B1).
"""

import datetime as dt
import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

from django.db import connection, models
from django.db.models.functions import Now
from psycopg import sql

from portal.kit.text import storable

MAX_ATTEMPTS = 5
DIED = "Each worker that tried it died, or was ended because it took too long."
_BACKOFF = (5, 30, 120, 600, 3600)


class State(models.TextChoices):
    """Where a piece of work stands."""

    PENDING = "pending"
    RUNNING = "running"
    PARKED = "parked"
    DONE = "done"
    """Only where a row stays after its work; what is dealt with otherwise is deleted."""


class Claimable(models.Model):
    """The columns that a table of work needs."""

    state = models.CharField(max_length=8, choices=State, default=State.PENDING)
    attempts = models.PositiveIntegerField(default=0)
    next_at = models.DateTimeField(db_default=Now())
    lease_until = models.DateTimeField(null=True)
    last_error = models.TextField(default="", db_default="")

    class Meta:
        abstract = True


@dataclass(frozen=True, slots=True)
class Claim:
    """A row taken, and the attempt that took it."""

    id: int
    attempt: int


def claim(
    model: type[Claimable], *, limit: int, lease: dt.timedelta, where: str = "TRUE", params: Sequence[Any] = ()
) -> list[Claim]:
    """Take up to `limit` due rows for `lease`; rows that another worker holds are passed over.

    `where` is SQL on the table under the alias `t`, with `params` for its placeholders. A row is due
    when its time has come, or when the lease of the worker that had it has run out.
    """
    statement = sql.SQL(
        """
        WITH due AS MATERIALIZED (
            SELECT t.id FROM {table} t
            WHERE ((t.state = 'pending' AND t.next_at <= clock_timestamp())
                   OR (t.state = 'running' AND t.lease_until < clock_timestamp()))
              AND ({where})
            ORDER BY t.id LIMIT %s
            FOR UPDATE OF t SKIP LOCKED
        )
        UPDATE {table} w
        SET state = 'running', attempts = w.attempts + 1, lease_until = clock_timestamp() + %s
        FROM due WHERE w.id = due.id
        RETURNING w.id, w.attempts
        """
    ).format(table=sql.Identifier(model._meta.db_table), where=sql.SQL(where))
    with connection.cursor() as cursor:
        cursor.execute(statement, [*params, limit, cast(Any, lease)])
        return sorted((Claim(*row) for row in cursor.fetchall()), key=lambda row: row.id)


def still_mine(model: type[Claimable], claims: Sequence[Claim]) -> list[Claim]:
    """Lock the claimed rows in this transaction and return those that nobody took over meanwhile."""
    statement = sql.SQL(
        """
        SELECT t.id, t.attempts FROM {table} t
        JOIN unnest(%s::bigint[], %s::int[]) AS mine(id, attempt) ON mine.id = t.id AND mine.attempt = t.attempts
        WHERE t.state = 'running' ORDER BY t.id FOR UPDATE OF t
        """
    ).format(table=sql.Identifier(model._meta.db_table))
    with connection.cursor() as cursor:
        cursor.execute(statement, [[c.id for c in claims], [c.attempt for c in claims]])
        return [Claim(*row) for row in cursor.fetchall()]


def renew(model: type[Claimable], taken: Claim, *, lease: dt.timedelta) -> bool:
    """Prolong a lease. False: another worker has the row by now, so stop."""
    changed = model._default_manager.filter(pk=taken.id, attempts=taken.attempt, state=State.RUNNING).update(
        lease_until=Now() + lease
    )
    return bool(changed)


def put_back(model: type[Claimable], taken: Claim, *, error: str = "", delay: dt.timedelta | None = None) -> State:
    """Return a row to the queue: after `delay`, or after the back-off that its attempts have earned.

    With an error and no attempt left, the row is parked: visible, replayable, and in nobody's way.
    """
    state = State.PARKED if error and delay is None and taken.attempt >= MAX_ATTEMPTS else State.PENDING
    values: dict[str, Any] = {"state": state, "lease_until": None, "last_error": storable(error)[:4000]}
    values["next_at"] = Now() + (delay if delay is not None else backoff(taken.attempt))
    model._default_manager.filter(pk=taken.id, attempts=taken.attempt).update(**values)
    return state


def untried(model: type[Claimable], taken: Sequence[Claim], *, reason: str, delay: dt.timedelta) -> None:
    """Return rows to the queue as if nobody had taken them; they are due after `delay`."""
    statement = sql.SQL(
        """
        UPDATE {table} t
        SET state = 'pending', attempts = t.attempts - 1, lease_until = NULL, last_error = %s,
            next_at = clock_timestamp() + %s
        FROM unnest(%s::bigint[], %s::int[]) AS mine(id, attempt)
        WHERE t.id = mine.id AND t.attempts = mine.attempt AND t.state = 'running'
        """
    ).format(table=sql.Identifier(model._meta.db_table))
    with connection.cursor() as cursor:
        cursor.execute(statement, [reason, cast(Any, delay), [c.id for c in taken], [c.attempt for c in taken]])


def backoff(attempt: int) -> dt.timedelta:
    """Return how long to wait after the given attempt: 5 s to 1 h, with 20 % jitter either way."""
    seconds = _BACKOFF[min(attempt, len(_BACKOFF)) - 1]
    return dt.timedelta(seconds=seconds * random.uniform(0.8, 1.2))  # noqa: S311 - spreads load, guards nothing
