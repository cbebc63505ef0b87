"""Two rules that ask for opposite things which cannot be taken back."""

from django.utils.translation import gettext_lazy as _

from orders.exceptions.catalogue import exception_type
from orders.exceptions.types.rule_failed import GONE

RULES_DISAGREE = exception_type(
    "rules_disagree",
    label=_("Rules disagree"),
    category="automation",
    cure=_("Narrow one of the two rules, or move the one that shall win to the top; then decide about this order."),
    gone=GONE,
    share=("title", "message"),
)
"""The first rule in the list has acted, the later one was refused (design.md section 7)."""
