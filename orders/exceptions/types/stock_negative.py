"""More was shipped or taken than was known to be there."""

from django.utils.translation import gettext_lazy as _

from orders.exceptions.catalogue import exception_type

STOCK_NEGATIVE = exception_type(
    "stock_negative",
    label=_("Stock below zero"),
    category="inventory",
    cure=_("Count the stock at the location and correct what is on hand; the next report of the warehouse may do so."),
    gone="NOT EXISTS (SELECT 1 FROM orders_inventorylevel l WHERE l.id = x.entity_id AND l.on_hand < 0)",
)
