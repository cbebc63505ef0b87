"""A rule that this version of the product cannot read."""

from django.utils.translation import gettext_lazy as _

from orders.exceptions.catalogue import exception_type

_GONE = """
x.entity_type = 'rule' AND NOT EXISTS (
    SELECT 1 FROM automations_rule r JOIN automations_ruleversion v ON v.id = r.current_id
    WHERE r.id = x.entity_id AND r.enabled AND r.deleted_at IS NULL
      AND x.cause_key = r.public_id || ':' || v.number)
"""
"""The rule was saved anew, switched off or deleted."""

RULE_PAUSED = exception_type(
    "rule_paused",
    label=_("Rule paused"),
    category="automation",
    cure=_("Open the rule, build its filter or actions again and save it. Until then it does nothing."),
    gone=_GONE,
)
