"""A channel has canceled an order that a warehouse has, and nobody tells the warehouse by itself."""

from django.utils.translation import gettext_lazy as _

from orders.exceptions.catalogue import exception_type

CANCELED_TOO_LATE = exception_type(
    "canceled_too_late",
    label=_("Canceled in the shop too late"),
    category="sent_order",
    cure=_("Tell the warehouse to stop it, then mark this as resolved."),
)
