"""An order line that stock cannot be counted for."""

from django.utils.translation import gettext_lazy as _

from orders.exceptions.catalogue import exception_type
from orders.exceptions.types.routing_failed import GONE, REROUTE

INVALID_QUANTITY = exception_type(
    "invalid_quantity",
    label=_("Quantity is not whole"),
    category="routing",
    cure=_(
        "Stock is counted in whole units. Correct the quantity of the line in the store, or let a card that does not "
        "check inventory route such orders; then press “Re-run routing”."
    ),
    gone=GONE,
    retry=REROUTE,
)
