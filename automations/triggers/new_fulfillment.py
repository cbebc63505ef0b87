"""Fulfillment created: runs once for each parcel and each refusal that a warehouse reports (behaviour.md 4.1)."""

from automations.engine.triggers import Trigger, triggers
from orders.documents.fulfillment import FULFILLMENT
from portal.filters.mark import gettext_noop as _

NEW_FULFILLMENT = triggers.register(
    "NEW_FULFILLMENT",
    Trigger(
        "NEW_FULFILLMENT",
        _("Fulfillment created"),
        "fulfillment",
        frozenset({"fulfillment.created"}),
        FULFILLMENT,
        lambda document: True,
        explains=_("Runs when a warehouse, or a person, reports a parcel or says that something cannot be shipped."),
        may_run_once=False,
        position=10,
    ),
)
