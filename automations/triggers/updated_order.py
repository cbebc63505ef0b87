"""Updated order: runs when an order changes that is not new any more (seed 004).

What rules change does not run it again, with one exception: that an order leaves New is told once
(behaviour.md 12). Changes that come faster than rules look are judged together.
"""

from automations.engine.triggers import Trigger, triggers
from orders.documents.catalogue import ORDER
from portal.filters.mark import gettext_noop as _

UPDATED_ORDER = triggers.register(
    "UPDATED_ORDER",
    Trigger(
        "UPDATED_ORDER",
        _("Updated order"),
        "order",
        frozenset({"order.updated"}),
        ORDER.updated(),
        lambda document: document["status"] != "new",
        explains=_("Runs when an order that is not new any more is changed by its store, a person or a hold that ends."),
        position=20,
    ),
)
