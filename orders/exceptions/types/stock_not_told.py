"""A number of units that a channel could not be told."""

from django.utils.translation import gettext_lazy as _

from orders.exceptions.catalogue import exception_type

STOCK_NOT_TOLD = exception_type(
    "stock_not_told",
    label=_("Stock not told to a channel"),
    category="inventory",
    cure=_(
        "Look at the product in the channel: it has to exist there under the SKU of its publication. "
        "The number is told again with the next change, and every night."
    ),
)
