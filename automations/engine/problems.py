"""What people are told when a rule could not do its work."""

from collections.abc import Sequence

from automations.engine.entities import Record
from automations.engine.evaluate import Firing
from automations.engine.rules import ReadyRule
from automations.engine.triggers import Trigger
from orders.exceptions.raise_ import Problem
from portal.tenancy.models import Organization

CAUSES = ("rule_failed", "rules_disagree")
"""Exceptions whose cause is one rule and one record."""


def cause_of(rule: str, record: str) -> str:
    """Return the cause key of the trouble that a rule has with a record (public IDs)."""
    return f"{rule}:{record}"


def problems_of(
    organization: Organization, trigger: Trigger, firings: Sequence[tuple[Firing, Record]]
) -> list[Problem]:
    """Return the exceptions of runs that failed or were refused; a rule that cannot be read is told once."""
    paused = {firing.rule.rule_id: firing.rule for firing, _ in firings if firing.rule.broken}
    told = [_paused(organization, rule) for rule in paused.values()]
    for firing, record in firings:
        if firing.rule.broken or firing.status not in ("failed", "refused"):
            continue
        if firing.disagrees:
            told.append(_disagree(organization, trigger, firing, record))
        else:
            told.append(_failed(organization, trigger, firing, record))
    return told


def _paused(organization: Organization, rule: ReadyRule) -> Problem:
    """Tell once of a rule that this version of the product cannot read, not once an order."""
    return Problem(
        "rule_paused", organization.pk, f"{rule.public_id}:{rule.number}", f"Rule “{rule.name}” is paused", rule.broken,
        entity_type="rule", entity_id=rule.rule_id, entity_label=rule.name, entity_public_id=rule.public_id,
    )  # fmt: skip


def _failed(organization: Organization, trigger: Trigger, firing: Firing, record: Record) -> Problem:
    return Problem(
        "rule_failed", organization.pk, cause_of(firing.rule.public_id, record.public_id),
        f"Rule “{firing.rule.name}” could not do its work on {record.label}", firing.error,
        entity_type=trigger.entity, entity_id=record.id, entity_label=record.label,
        entity_public_id=record.public_id,
    )  # fmt: skip


def _disagree(organization: Organization, trigger: Trigger, firing: Firing, record: Record) -> Problem:
    names = f"“{firing.disagrees}” and “{firing.rule.name}”"
    return Problem(
        "rules_disagree", organization.pk, cause_of(firing.rule.public_id, record.public_id),
        f"The rules {names} ask for opposite things for {record.label}", firing.error,
        entity_type=trigger.entity, entity_id=record.id, entity_label=record.label,
        entity_public_id=record.public_id,
    )  # fmt: skip
