"""How long runs and counters are kept, and their removal: in batches, beside everything else.

A run goes `RUNS_KEPT_DAYS` after it was made, unless somebody still needs it: an open hold that it
has placed, an active exception of its record, a message of its that has not left. Counters go after
`COUNTER_DAYS`. What rules did to a record stays in the record's own history.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from automations.models import Run
from portal.kit.clock import database_now
from portal.kit.jobs import bell, ring, watcher
from portal.tenancy.models import Organization

BATCH = 2_000
BATCHES = 25
"""As many in one answer of the bell: a few seconds, so that other work gets its turn."""
COUNTER_DAYS = 400
BELL = "automations.prune"


@dataclass(frozen=True, slots=True)
class Removed:
    """How many rows went, or would go."""

    runs: int
    counters: int


def kept_days() -> int:
    """Return how many days a run is kept."""
    days: int = settings.RUNS_KEPT_DAYS
    return days


def oldest(organization: Organization) -> dt.datetime | None:
    """Return when the oldest run that is still here was made; None where there is none."""
    rows = Run.objects.within(organization).order_by("created_at", "id")
    found: dt.datetime | None = rows.values_list("created_at", flat=True).first()
    return found


@watcher("runs past their time", every=3600)
def look() -> None:
    """Ring where something is past its time; costs a probe of an index for each organization and rule."""
    if anything_due():
        ring(BELL)


@bell(BELL)
def prune_due() -> Removed:
    """Remove what is past its time; rings again where more is left."""
    removed = prune(batches=BATCHES)
    if removed.runs + removed.counters >= BATCH and anything_due():
        ring(BELL)
    return removed


def anything_due() -> bool:
    """Say whether there is a run or a counter to remove."""
    runs_before, counters_before = _limits(kept_days())
    values = {"runs_before": runs_before, "counters_before": counters_before, "organizations": _organizations(None)}
    return bool(_all(_ANY_DUE, values))


def prune(*, days: int | None = None, organization: Organization | None = None, batches: int | None = None) -> Removed:
    """Remove runs and counters that are past their time, each batch in a transaction of its own."""
    runs_before, counters_before = _limits(kept_days() if days is None else days)
    counters, left = _prune_counters(organization, counters_before), batches
    runs = 0
    for organization_id in _organizations(organization):
        while left is None or left > 0:
            gone = _prune_batch(organization_id, runs_before)
            runs += gone
            left = None if left is None else left - 1
            if gone < BATCH:
                break
    return Removed(runs, counters)


def preview(*, days: int | None = None, organization: Organization | None = None) -> Removed:
    """Count what `prune` would remove now."""
    runs_before, counters_before = _limits(kept_days() if days is None else days)
    organizations = _organizations(organization)
    values = {"organizations": organizations, "runs_before": runs_before, "counters_before": counters_before}
    ((runs, counters),) = _all(_COUNT, values)
    return Removed(runs, counters)


def _limits(days: int) -> tuple[dt.datetime, dt.datetime]:
    at = database_now()
    return at - dt.timedelta(days=days), at - dt.timedelta(days=COUNTER_DAYS)


def _organizations(organization: Organization | None) -> list[int]:
    return [organization.pk] if organization else list(Organization.objects.order_by("pk").values_list("pk", flat=True))


def _prune_batch(organization_id: int, before: dt.datetime) -> int:
    """Remove the oldest runs that nobody needs; runs that were run again forget which one it was."""
    with transaction.atomic():
        values = {"organization": organization_id, "runs_before": before, "most": BATCH}
        ids = [pk for (pk,) in _all(_DUE_RUNS, values)]
        if ids:
            Run.across.filter(replay_of__in=ids).update(replay_of=None)
            with connection.cursor() as cursor:
                cursor.execute("DELETE FROM automations_run WHERE id = ANY(%s)", [ids])
    return len(ids)


def _prune_counters(organization: Organization | None, before: dt.datetime) -> int:
    with connection.cursor() as cursor:
        cursor.execute(_PRUNE_COUNTERS, {"organizations": _organizations(organization), "counters_before": before})
        return int(cursor.rowcount)


def _all(statement: str, values: dict[str, Any]) -> Sequence[tuple[int, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall())


_NEEDED = """
    EXISTS (SELECT 1 FROM orders_hold h
            WHERE r.entity_type = 'order' AND h.order_id = r.entity_id AND h.run_id = r.id AND h.ended_at IS NULL)
    OR EXISTS (SELECT 1 FROM orders_orderexception x
               WHERE x.entity_type = r.entity_type AND x.entity_id = r.entity_id AND x.state = 'active')
    OR EXISTS (SELECT 1 FROM orders_orderexception x
               WHERE r.entity_type = 'exception' AND x.id = r.entity_id AND x.state = 'active')
    OR r.public_id IN (SELECT split_part(d.key, ':', 2) FROM portal_delivery d
                       WHERE d.state <> 'done' AND d.key LIKE 'run:%%')
"""
_DUE = f"r.created_at < %(runs_before)s AND NOT ({_NEEDED})"
_DUE_RUNS = f"""
SELECT r.id FROM automations_run r
WHERE r.organization_id = %(organization)s AND {_DUE}
ORDER BY r.created_at, r.id LIMIT %(most)s FOR UPDATE SKIP LOCKED
"""  # noqa: S608 - our own words
_DUE_COUNTERS = """
SELECT c.id FROM automations_rule o JOIN automations_rulecounter c ON c.rule_id = o.id
WHERE o.organization_id = ANY(%(organizations)s) AND c.hour < %(counters_before)s
"""
_PRUNE_COUNTERS = f"DELETE FROM automations_rulecounter WHERE id IN ({_DUE_COUNTERS})"  # noqa: S608
_ANY_DUE = f"""
(SELECT 1 FROM unnest(%(organizations)s::bigint[]) AS o(id), LATERAL (
    SELECT 1 FROM automations_run r WHERE r.organization_id = o.id AND {_DUE} ORDER BY r.created_at LIMIT 1) AS due
 LIMIT 1)
UNION ALL
(SELECT 1 FROM automations_rule o, LATERAL (
    SELECT 1 FROM automations_rulecounter c WHERE c.rule_id = o.id AND c.hour < %(counters_before)s LIMIT 1) AS due
 LIMIT 1)
"""  # noqa: S608
_COUNT = f"""
SELECT (SELECT count(*) FROM automations_run r WHERE r.organization_id = ANY(%(organizations)s) AND {_DUE}),
       (SELECT count(*) FROM ({_DUE_COUNTERS}) AS due)
"""  # noqa: S608
