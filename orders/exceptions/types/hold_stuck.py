"""A hold whose time has come and that could not be ended."""

from django.utils.translation import gettext_lazy as _

from orders.exceptions.catalogue import exception_type

HOLD_STUCK = exception_type(
    "hold_stuck",
    label=_("Hold could not be released"),
    category="stuck_order",
    cure=_("Open the order and mark it ready or for review; the release is tried again every five minutes."),
)
