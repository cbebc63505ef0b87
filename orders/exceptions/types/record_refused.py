"""A channel's record that does not fit."""

from django.utils.translation import gettext_lazy as _

from orders.exceptions.catalogue import exception_type

RECORD_REFUSED = exception_type(
    "record_refused",
    label=_("Order could not be read"),
    category="ingestion",
    cure=_("Correct the order in the store; the next change of it is taken in by itself."),
)
