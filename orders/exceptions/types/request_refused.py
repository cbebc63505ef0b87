"""A warehouse does not take a shipping request."""

from django.utils.translation import gettext_lazy as _

from orders.exceptions.catalogue import Retry, at, exception_type

THERE = ":there"
"""Ends the cause of a request that the warehouse has; without it, the cause is one that it did not take."""
GONE = """
NOT EXISTS (
    SELECT 1 FROM orders_shippingrequest r
    WHERE r.organization_id = x.organization_id AND r.public_id = split_part(x.cause_key, ':', 1)
      AND r.deleted_at IS NULL
      AND CASE WHEN right(x.cause_key, 6) = ':there' THEN r.status NOT IN ('fulfilled', 'canceled', 'canceledRestock')
               ELSE r.status = 'failed' END)
"""
"""The request was sent again, canceled, or has been shipped."""
SEND_AGAIN = Retry(
    _("Send request again"),
    at("orders.requests.retry.send_again"),
    at("orders.requests.retry.foresee_sending"),
    _("The same request is handed to its warehouse once more."),
    fits=at("orders.requests.retry.can_send_again"),
)

REQUEST_REFUSED = exception_type(
    "request_refused",
    label=_("Warehouse refused a request"),
    category="sent_order",
    cure=_(
        "Mend what the warehouse names, then send the request again. What cannot be mended: cancel the request, and "
        "have its items routed to another location."
    ),
    gone=GONE,
    retry=SEND_AGAIN,
)
