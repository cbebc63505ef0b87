"""What the page of a trigger tells somebody who has no rule there yet."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from automations.engine.triggers import Trigger

_EXAMPLES = {
    "NEW_ORDER": gettext_lazy("When the total is over 10,000, hold the order until a person has looked at it."),
    "UPDATED_ORDER": gettext_lazy("When the shipping country has changed, mark the order for review."),
    "UPDATED_SHIPMENT": gettext_lazy("When a warehouse has refused a shipping request, send an e-mail at once."),
    "NEW_FULFILLMENT": gettext_lazy("When a parcel goes abroad, call the program that writes the customs papers."),
    "UPDATED_PRODUCT": gettext_lazy("When the weight of a product has changed, tell whoever looks after parcels."),
    "EXCEPTION_MODIFIED": gettext_lazy("When a store cannot be reached, send an e-mail to whoever looks after it."),
    "EXCEPTION_SCHEDULED": gettext_lazy("When “Order could not be read” is older than 7 days, dismiss it."),
}


def example(trigger: Trigger) -> str:
    """Return a rule that one could have for a trigger, in a sentence."""
    told = _EXAMPLES.get(trigger.key)
    if told is not None:
        return str(told)
    return _("When a condition holds for the {record}, do something with it.").format(record=_(trigger.catalogue.noun))
