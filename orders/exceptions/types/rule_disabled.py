"""A rule that failed again and again and was switched off."""

from django.utils.translation import gettext_lazy as _

from orders.exceptions.catalogue import exception_type

_GONE = """
x.entity_type = 'rule' AND NOT EXISTS (
    SELECT 1 FROM automations_rule r JOIN automations_ruleversion v ON v.id = r.current_id
    WHERE r.id = x.entity_id AND NOT r.enabled AND r.deleted_at IS NULL
      AND x.cause_key = r.public_id || ':' || v.number)
"""
"""The rule was saved anew, switched on again or deleted: somebody has looked."""

RULE_DISABLED = exception_type(
    "rule_disabled",
    label=_("Rule switched off"),
    category="automation",
    cure=_("Open its failed runs, mend the rule and try it on an order, then switch it on again."),
    gone=_GONE,
)
