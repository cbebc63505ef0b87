"""A request hangs at its warehouse."""

from django.utils.translation import gettext_lazy as _

from orders.exceptions.catalogue import exception_type
from orders.exceptions.types.request_refused import GONE

WAREHOUSE_TROUBLE = exception_type(
    "warehouse_trouble",
    label=_("Request hangs at the warehouse"),
    category="sent_order",
    cure=_(
        "Solve it at the warehouse: this closes as soon as the warehouse goes on. Or cancel the request, and have its "
        "items routed to another location."
    ),
    gone=GONE,
)
