"""New order: runs when an order is ingested, for as long as it is still new (seed 004)."""

from automations.engine.triggers import Trigger, triggers
from orders.documents.catalogue import ORDER
from portal.filters.mark import gettext_noop as _

NEW_ORDER = triggers.register(
    "NEW_ORDER",
    Trigger(
        "NEW_ORDER",
        _("New order"),
        "order",
        frozenset({"order.created"}),
        ORDER,
        lambda document: document["status"] == "new",
        has_default=True,
        explains=_("Runs when an order is ingested, from top to bottom, until a rule moves it on from New."),
    ),
)
