"""A channel has canceled an order that a warehouse has, and nobody tells the warehouse by itself."""

from django.utils.translation import gettext_lazy as _

from orders.exceptions.catalogue import exception_type

_WITH_IT = """
FROM orders_shippingrequest r
WHERE r.order_id = x.entity_id AND r.deleted_at IS NULL
  AND r.canceled_at BETWEEN x.created_at - interval '1 minute' AND x.last_seen_at + interval '1 minute'"""
_GONE = f"""
x.entity_type = 'order' AND EXISTS (SELECT 1 {_WITH_IT} AND r.cancellation <> '') AND NOT EXISTS (
    SELECT 1 {_WITH_IT}
      AND r.status IN ('canceled', 'canceledRestock') AND r.cancellation IN ('notTold', 'asked', 'refused'))
"""
"""Whatever was canceled with the order is canceled at its warehouse too, or has been shipped, which is told then.

What had been shipped before only a person can deal with: then nothing was canceled with it.
"""

CANCELED_TOO_LATE = exception_type(
    "canceled_too_late",
    label=_("Canceled in the shop too late"),
    category="sent_order",
    cure=_("Tell the warehouse to stop it, then mark this as resolved."),
    gone=_GONE,
)
