"""A hold whose time has come and that could not be ended."""

from django.utils.translation import gettext_lazy as _

from orders.exceptions.catalogue import exception_type

_GONE = """
NOT EXISTS (
    SELECT 1 FROM orders_hold h
    WHERE h.order_id = x.entity_id AND h.ended_at IS NULL AND h.due_at <= clock_timestamp())
"""
"""No hold of the order is overdue: it was released, or the order has gone on otherwise."""

HOLD_STUCK = exception_type(
    "hold_stuck",
    label=_("Hold could not be released"),
    category="stuck_order",
    cure=_("Open the order and mark it ready or for review; the release is tried again every five minutes."),
    gone=_GONE,
)
