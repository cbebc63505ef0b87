"""Stock that a system reports of a location whose stock is not its to report."""

from django.utils.translation import gettext_lazy as _

from orders.exceptions.catalogue import exception_type

STOCK_REFUSED = exception_type(
    "stock_refused",
    label=_("Stock report refused"),
    category="inventory",
    cure=_("Open the location and say which system reports its stock; the next report is taken by itself."),
)
