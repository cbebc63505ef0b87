"""A warehouse reports more units than it was asked for."""

from django.utils.translation import gettext_lazy as _

from orders.exceptions.catalogue import exception_type

SHIPPED_TOO_MUCH = exception_type(
    "shipped_too_much",
    label=_("More shipped than asked for"),
    category="fulfillment",
    cure=_(
        "What was asked for is counted, the surplus is not. Ask the warehouse what it really sent. If it did send "
        "more, correct the stock of the location; then mark this as resolved."
    ),
)
