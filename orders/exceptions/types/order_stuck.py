"""An order that has been ready for too long."""

from django.utils.translation import gettext_lazy as _

from orders.exceptions.catalogue import exception_type
from orders.exceptions.types.routing_failed import REROUTE

_GONE = """
NOT EXISTS (
    SELECT 1 FROM orders_order o
    WHERE o.id = x.entity_id AND o.status = 'readyForFulfillment' AND o.deleted_at IS NULL
      AND o.routing_status <> 'pendingInventory')
"""
"""It has moved on, or waits for stock, as it was meant to."""

ORDER_STUCK = exception_type(
    "order_stuck",
    label=_("Order is stuck"),
    category="stuck_order",
    cure=_(
        "Open the order: its routing says whether a location was found, its shipping requests whether they were "
        "handed to the warehouse. Mend what it names, then press “Re-run routing” or send the request."
    ),
    gone=_GONE,
    retry=REROUTE,
)
