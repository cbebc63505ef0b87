"""A rule that could not be judged or carried out."""

from django.utils.translation import gettext_lazy as _

from orders.exceptions.catalogue import exception_type

GONE = """
x.entity_type = 'order' AND EXISTS (
    SELECT 1 FROM portal_history h, jsonb_array_elements(h.changes) AS change
    WHERE h.entity_type = 'order' AND h.entity_id = x.entity_id
      AND h.actor_kind = 'user' AND h.at > x.last_seen_at
      AND change->>'path' = '/status'
      AND change->>'value' NOT IN ('draft', 'onHold', 'toBeValidated', 'reviewRequired'))
"""
"""A person has decided about the order since: it waits for nobody any more."""

RULE_FAILED = exception_type(
    "rule_failed",
    label=_("Rule failed"),
    category="automation",
    cure=_("Open the run to see where it failed, mend the rule, and mark the order ready when it is right."),
    gone=GONE,
    share=("title", "message"),
)
