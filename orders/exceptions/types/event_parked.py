"""Work that failed again and again and was set aside."""

from django.utils.translation import gettext_lazy as _

from orders.exceptions.catalogue import exception_type

EVENT_PARKED = exception_type(
    "event_parked",
    label=_("Automatic work set aside"),
    category="automation",
    cure=_("Mend the cause, then have it tried again."),
)
