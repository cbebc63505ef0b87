"""Loading the published rules of a trigger, compiled once and kept until the list changes."""

import functools
import logging

from automations.definition import Definition
from automations.engine.rules import ReadyRule, ReadyRules, make_ready
from automations.engine.triggers import triggers
from automations.models import RuleSet, RuleSetVersion, RuleVersion

log = logging.getLogger(__name__)


def published(organization_id: int, trigger: str) -> ReadyRules | None:
    """Return what runs now for a trigger of an organization; None where it has no rules."""
    version_id = (
        RuleSet.across.filter(organization_id=organization_id, trigger=trigger)
        .values_list("published_id", flat=True)
        .first()
    )
    return None if version_id is None else load(version_id)


@functools.lru_cache(maxsize=200)
def load(rule_set_version_id: int) -> ReadyRules:
    """Compile one version of a rule list; versions never change, so the result is kept."""
    version = RuleSetVersion.across.select_related("rule_set", "organization").get(pk=rule_set_version_id)
    trigger = triggers.get(version.rule_set.trigger)
    enabled = [entry for entry in version.entries if entry["enabled"]]
    rows = RuleVersion.across.select_related("rule").in_bulk([entry["version"] for entry in enabled])
    organization = version.organization.public_id
    rules = []
    for entry in enabled:
        row = rows[entry["version"]]
        rules.append(ready(row, organization=organization, watch=entry.get("watch", False)))
    return ReadyRules(rule_set_version_id, trigger, tuple(rules))


def ready(row: RuleVersion, *, organization: str, watch: bool = False) -> ReadyRule:
    """Compile one stored version of a rule."""
    return make_ready(
        Definition.model_validate(row.definition),
        triggers.get(row.rule.trigger),
        rule_id=row.rule_id,
        version_id=row.pk,
        public_id=row.rule.public_id,
        number=row.number,
        organization=organization,
        watch=watch,
    )
