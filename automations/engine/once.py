"""What rules have done to a record before: for those that run once, and for those that go in circles."""

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from django.db import connection

from automations.engine.evaluate import MOST_AN_HOUR
from automations.engine.rules import ReadyRules
from automations.models import RuleOnce
from portal.tenancy.models import Organization

if TYPE_CHECKING:
    from automations.engine.runs import NewRun


def ran_once(rules: ReadyRules, entity: str, ids: Collection[int]) -> dict[int, frozenset[int]]:
    """Return which of the rules that run once have run, by record id."""
    limited = [rule.rule_id for rule in rules.rules if rule.once]
    ran: dict[int, set[int]] = {}
    if limited:
        rows = RuleOnce.across.filter(rule__in=limited, entity_type=entity, entity_id__in=ids)
        for rule_id, entity_id in rows.values_list("rule_id", "entity_id"):
            ran.setdefault(entity_id, set()).add(rule_id)
    return {pk: frozenset(found) for pk, found in ran.items()}


def circling(rules: ReadyRules, entity: str, ids: Collection[int]) -> dict[int, frozenset[int]]:
    """Return the rules that have run too often for a record within the last hour, by record id.

    Only where a trigger can fire again and again; runs that failed or were refused have done nothing.
    """
    if not rules.trigger.may_run_once or not ids:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT entity_id, array_agg(rule_id) FROM (
                SELECT entity_id, rule_id FROM automations_run
                WHERE entity_type = %s AND entity_id = ANY(%s) AND created_at > now() - interval '1 hour'
                  AND status IN ('completed', 'waiting') AND origin = 'live'
                GROUP BY entity_id, rule_id HAVING count(*) >= %s) AS often
            GROUP BY entity_id
            """,
            [entity, list(ids), MOST_AN_HOUR],
        )
        return {pk: frozenset(found) for pk, found in cursor.fetchall()}


def remember(organization: Organization, entity: str, runs: "Sequence[NewRun]") -> None:
    """Note the runs of rules that run once. Raises IntegrityError where one has run meanwhile: then all is undone.

    A run that failed or was refused has done nothing, so the rule may try again.
    """
    rows = [
        RuleOnce(
            organization=organization, rule_id=run.firing.rule.rule_id, entity_type=entity,
            entity_id=run.outcome.subject.id, run_id=run.id,
        )
        for run in runs
        if run.firing.rule.once and run.firing.status in ("completed", "waiting") and not run.firing.rule.watch
    ]  # fmt: skip
    if rows:
        RuleOnce.across.bulk_create(rows)
