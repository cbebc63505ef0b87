"""A channel has changed an order of which a warehouse has a shipping request already."""

from django.utils.translation import gettext_lazy as _

from orders.exceptions.catalogue import exception_type

_GONE = """
NOT EXISTS (
    SELECT 1 FROM orders_shippingrequest r
    WHERE r.order_id = x.entity_id AND r.deleted_at IS NULL
      AND r.status NOT IN ('canceled', 'canceledRestock', 'failed'))
"""
"""No warehouse is asked for anything of it any more: what is asked for next is as the order is now."""

CHANGED_TOO_LATE = exception_type(
    "changed_too_late",
    label=_("Changed in the shop too late"),
    category="sent_order",
    cure=_("Cancel the shipping request if it has not been shipped yet; otherwise settle it with the customer."),
    gone=_GONE,
)
