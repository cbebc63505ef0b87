"""Loading the published rules of a trigger, compiled once and kept until the list changes."""

import functools
import logging
import zoneinfo
from typing import TypedDict

from automations.definition import Definition
from automations.engine.rules import ReadyRule, ReadyRules, broken_rule, make_ready, rule_list
from automations.engine.triggers import triggers
from automations.models import Rule, RuleSet, RuleSetVersion, RuleVersion
from orders.engines.setting import AUTOMATION, off
from portal.tenancy.models import Organization

log = logging.getLogger(__name__)


class _Named(TypedDict):
    rule_id: int
    version_id: int
    public_id: str
    number: int
    watch: bool


def published(organization: Organization, trigger: str) -> ReadyRules | None:
    """Return what runs now for a trigger of an organization; None where it has no rules."""
    rows = RuleSet.objects.within(organization).filter(trigger=trigger)
    version_id = rows.values_list("published_id", flat=True).first()
    return None if version_id is None else load(version_id, organization.timezone)


def has_rules(organization_id: int, *any_of: str) -> bool:
    """Say whether an organization has a rule for one of the triggers that is switched on, and its engine is, too."""
    rows = Rule.across.filter(organization_id=organization_id, trigger__in=any_of, enabled=True, deleted_at=None)
    return bool(rows.exclude(organization_id__in=off(AUTOMATION)).exists())


@functools.lru_cache(maxsize=200)
def load(rule_set_version_id: int, timezone: str) -> ReadyRules:
    """Compile one version of a rule list; versions never change, so the result is kept."""
    version = RuleSetVersion.across.select_related("rule_set", "organization").get(pk=rule_set_version_id)
    trigger = triggers.get(version.rule_set.trigger)
    enabled = [entry for entry in version.entries if entry["enabled"]]
    rows = RuleVersion.across.select_related("rule").in_bulk([entry["version"] for entry in enabled])
    organization = version.organization.public_id
    rules = [
        ready(rows[entry["version"]], organization=organization, watch=entry.get("watch", False)) for entry in enabled
    ]
    return rule_list(rule_set_version_id, trigger, rules, zoneinfo.ZoneInfo(timezone))


def ready(row: RuleVersion, *, organization: str, watch: bool = False) -> ReadyRule:
    """Make one stored version of a rule ready; what this version of the product cannot read is broken alone."""
    named: _Named = {
        "rule_id": row.rule_id, "version_id": row.pk, "public_id": row.rule.public_id, "number": row.number,
        "watch": watch,
    }  # fmt: skip
    try:
        definition = Definition.model_validate(row.definition)
        return make_ready(definition, triggers.get(row.rule.trigger), organization=organization, **named)
    except (ValueError, LookupError) as error:
        log.exception("The rule %s, version %s, cannot be read", row.rule.public_id, row.number)
        return broken_rule(row.rule.name, f"It cannot be read any more: {error}", **named)
