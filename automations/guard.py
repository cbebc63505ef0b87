"""Keeps what goes wrong small: the time of code per organization and minute, rules that fail again and again.

Called by the engine around an evaluation, in its transaction: `ensure_room` before, `look_after` at its end.
"""

import datetime as dt
from collections.abc import Sequence

from django.conf import settings
from django.db import connection

from automations.engine.budget import Budget
from automations.engine.evaluate import Outcome
from automations.engine.rules import ReadyRules
from automations.models import CodeTime, Rule, RuleCounter
from automations.services.listing import switch_off
from orders.exceptions.raise_ import Problem, raise_exceptions
from portal.audit.actor import Actor
from portal.events.dispatch import Later

MINUTE = dt.timedelta(minutes=1)
GUARD = Actor.system()
"""Who switches off what fails again and again."""


def budget() -> Budget:
    """Return what code may use in all, as it is set (docs/settings.md)."""
    return Budget(**settings.SCRIPT_BUDGET)


def runs_code(rules: ReadyRules) -> bool:
    """Say whether a list of rules has code that runs."""
    return any(rule.code or any(one.code and not one.off for one in rule.actions) for rule in rules.rules)


def ensure_room(organization_id: int, rules: ReadyRules, now: dt.datetime) -> None:
    """Let events with code wait for the next minute when the organization's code has had its time in this one.

    Raises portal.events.dispatch.Later.
    """
    if runs_code(rules):
        ensure_time(organization_id, now)


def ensure_time(organization_id: int, now: dt.datetime) -> None:
    """Raise portal.events.dispatch.Later when the organization's code has had its time in this minute."""
    delay = _wait(organization_id, now)
    if delay is not None:
        seconds = budget().organization_seconds
        raise Later(f"The code of this organization has run {seconds} s in this minute; it goes on in the next.", delay)


def _wait(organization_id: int, now: dt.datetime) -> dt.timedelta | None:
    row = CodeTime.across.filter(organization_id=organization_id).values_list("minute", "micros").first()
    if row is None or row[0] != _minute(now) or row[1] < budget().organization_micros:
        return None
    return row[0] + MINUTE - now


def look_after(organization_id: int, outcomes: Sequence[Outcome], now: dt.datetime) -> None:
    """Count the time of code, and switch off the rules that have failed too often in this hour.

    Call it in the transaction of the evaluation, after its counters are written, and last: it locks lists
    of rules. A default rule is never switched off; an exception tells of each that was.
    """
    spend(organization_id, sum(outcome.code_micros for outcome in outcomes), now)
    failing = {
        firing.rule.rule_id
        for outcome in outcomes
        for firing in outcome.firings
        if firing.status == "failed" and not firing.not_run and not firing.rule.broken
    }
    if failing:
        _switch_off(organization_id, failing, now)


def _minute(now: dt.datetime) -> dt.datetime:
    return now.replace(second=0, microsecond=0)


def spend(organization_id: int, micros: int, now: dt.datetime) -> None:
    """Count time that code has run for an organization."""
    if micros <= 0:
        return
    with connection.cursor() as cursor:
        cursor.execute(_SPEND, [organization_id, _minute(now), micros])


_SPEND = """
INSERT INTO automations_codetime (organization_id, minute, micros) VALUES (%s, %s, %s)
ON CONFLICT (organization_id) DO UPDATE SET
    micros = excluded.micros + CASE WHEN automations_codetime.minute = excluded.minute
                                    THEN automations_codetime.micros ELSE 0 END,
    minute = excluded.minute
WHERE automations_codetime.minute <= excluded.minute
"""
"""One row an organization: a new minute begins at nothing, and a late one does not bring an old one back."""


def _switch_off(organization_id: int, rule_ids: set[int], now: dt.datetime) -> None:
    limits = budget()
    hour = now.replace(minute=0, second=0, microsecond=0)
    rows = RuleCounter.across.filter(organization_id=organization_id, rule_id__in=rule_ids, hour=hour)
    for rule_id, failures, timeouts in sorted(rows.values_list("rule_id", "failures", "timeouts")):
        if failures < limits.failures and timeouts < limits.timeouts:
            continue
        why = (
            f"its code did not end in time {timeouts} times in an hour."
            if timeouts >= limits.timeouts
            else f"it failed {failures} times in an hour."
        )
        rule = switch_off(rule_id, by=GUARD, why=why)
        if rule is not None:
            raise_exceptions([_problem(rule, why)])


def _problem(rule: Rule, why: str) -> Problem:
    return Problem(
        "rule_disabled",
        rule.organization_id,
        f"{rule.public_id}:{rule.current.number if rule.current else 0}",
        f"Rule “{rule.name}” was switched off",
        f"It was switched off, because {why} The records it was for go on without it; look at its failed runs.",
        entity_type="rule",
        entity_id=rule.pk,
        entity_label=rule.name,
    )
