"""An order that could not be routed for want of stock."""

from django.utils.translation import gettext_lazy as _

from orders.exceptions.catalogue import exception_type
from orders.exceptions.types.routing_failed import GONE, REROUTE

OUT_OF_STOCK = exception_type(
    "out_of_stock",
    label=_("Out of stock"),
    category="out_of_stock",
    cure=_("Receive what is missing, or correct the stock; the order is routed at once when stock arrives."),
    gone=GONE,
    retry=REROUTE,
    share=("title",),
)
