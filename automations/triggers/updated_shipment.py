"""Updated shipping request: runs when one is made, and whenever it changes (behaviour.md 4.1).

What rules note does not run it again.
"""

from automations.engine.triggers import Trigger, triggers
from orders.documents.shipping_request import ENTITY, SHIPPING_REQUEST
from portal.filters.mark import gettext_noop as _

UPDATED_SHIPMENT = triggers.register(
    "UPDATED_SHIPMENT",
    Trigger(
        "UPDATED_SHIPMENT",
        _("Updated shipping request"),
        ENTITY,
        frozenset({"shippingRequest.created", "shippingRequest.updated"}),
        SHIPPING_REQUEST.updated(),
        lambda document: True,
        explains=_("Runs when a shipping request is made, sent, shipped, canceled or changed in any other way."),
        position=10,
    ),
)
