"""Rules that run once for a record: what has run, read before and written beside the run."""

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

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
