"""An order that no location was found for."""

from django.utils.translation import gettext_lazy as _

from orders.exceptions.catalogue import Retry, at, exception_type

GONE = """
NOT EXISTS (
    SELECT 1 FROM orders_order o
    WHERE o.id = x.entity_id AND o.routing_status = 'failed' AND o.deleted_at IS NULL
      AND o.status IN ('readyForFulfillment', 'sentToFulfillment', 'partialFulfillment'))
"""
"""It was routed after all, or waits for nobody's warehouse any more."""

REROUTE = Retry(
    _("Re-run routing"),
    at("orders.routing.retry.put_back_of"),
    at("orders.routing.foresee.foresee"),
    _("Each order is routed again now, by the cards and the stock as they are now."),
)
"""For every type that says why an order found no location."""

ROUTING_FAILED = exception_type(
    "routing_failed",
    label=_("Order could not be routed"),
    category="routing",
    cure=_(
        "Press “Try routing” on the order to see what each card and location says. Mend the card or the location, "
        "then press “Re-run routing”."
    ),
    gone=GONE,
    retry=REROUTE,
)
