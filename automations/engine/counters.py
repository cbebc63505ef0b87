"""Counting what rules did, per rule and hour: one statement for a batch."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection

from automations.engine.evaluate import Outcome


@dataclass(slots=True)
class _Count:
    matches: int = 0
    errors: int = 0
    failures: int = 0
    timeouts: int = 0
    non_matches: int = 0
    micros: int = 0


def count(organization_id: int, outcomes: Sequence[Outcome], now: dt.datetime) -> None:
    """Add a batch to the counters of the hour of `now`."""
    counts: dict[int, _Count] = {}
    for outcome in outcomes:
        for rule, micros in outcome.missed:
            one = counts.setdefault(rule.rule_id, _Count())
            one.non_matches += 1
            one.micros += micros
        for firing in outcome.firings:
            one = counts.setdefault(firing.rule.rule_id, _Count())
            one.errors += firing.status in ("failed", "refused")
            one.failures += firing.status == "failed" and not firing.not_run and not firing.rule.broken
            one.timeouts += firing.timed_out
            one.matches += firing.status in ("completed", "waiting")
            one.micros += firing.micros
    _add(organization_id, counts, now)


def _add(organization_id: int, counts: dict[int, _Count], now: dt.datetime) -> None:
    """Rules in the order of their ids, so that two workers never wait for each other in a circle."""
    rows = sorted(counts.items())
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO automations_rulecounter
                (organization_id, rule_id, hour, matches, errors, failures, timeouts, non_matches, micros,
                 last_matched_at)
            SELECT %s, rule_id, date_trunc('hour', %s::timestamptz), matches, errors, failures, timeouts, non_matches,
                   micros, CASE WHEN matches > 0 THEN %s::timestamptz END
            FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[],
                        %s::bigint[])
                 AS n(rule_id, matches, errors, failures, timeouts, non_matches, micros)
            ON CONFLICT (rule_id, hour) DO UPDATE SET
                matches = automations_rulecounter.matches + excluded.matches,
                errors = automations_rulecounter.errors + excluded.errors,
                failures = automations_rulecounter.failures + excluded.failures,
                timeouts = automations_rulecounter.timeouts + excluded.timeouts,
                non_matches = automations_rulecounter.non_matches + excluded.non_matches,
                micros = automations_rulecounter.micros + excluded.micros,
                last_matched_at = greatest(automations_rulecounter.last_matched_at, excluded.last_matched_at)
            """,
            [
                organization_id, now, now,
                [pk for pk, _ in rows],
                [one.matches for _, one in rows],
                [one.errors for _, one in rows],
                [one.failures for _, one in rows],
                [one.timeouts for _, one in rows],
                [one.non_matches for _, one in rows],
                [one.micros for _, one in rows],
            ],
        )  # fmt: skip
