"""The cure of exceptions of rules: the rule is run again, as it is now, on the record as it is now."""

from django.utils.translation import gettext_lazy as _

from automations import replay
from automations.models import Run
from orders.exceptions.catalogue import Retry, retries
from orders.models import OrderException
from portal.audit.actor import Actor

BY = Actor.system("Automation Engine")


def run_again(exception: OrderException) -> int:
    """Run the rule of an exception again. Returns how many runs came of it; 0: it cannot be, or matches no more."""
    rule, _colon, _record = exception.cause_key.partition(":")
    rows = Run.objects.within(exception.organization).filter(
        rule__public_id=rule, entity_type=exception.entity_type, entity_id=exception.entity_id,
        status__in=replay.AGAIN,
    )  # fmt: skip
    last = list(rows.order_by("-pk")[:1])
    result = replay.run_again(exception.organization, last, by=BY)
    return len(result.runs)


for _key in ("rule_failed", "rules_disagree"):
    retries.register(
        _key,
        Retry(
            _("Run again"),
            run_again,
            _("The rule is judged anew, as it is now, on each order as it is now. What it does then is done."),
            at_once=True,
        ),
    )
