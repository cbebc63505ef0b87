"""A rule that could not be judged or carried out."""

from django.utils.translation import gettext_lazy as _

from orders.exceptions.catalogue import exception_type

RULE_FAILED = exception_type(
    "rule_failed",
    label=_("Rule failed"),
    category="automation",
    cure=_("Open the run to see where it failed, mend the rule, and mark the order ready when it is right."),
)
