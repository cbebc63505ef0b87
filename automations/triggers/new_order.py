"""New order: runs when an order is ingested, for as long as it is still new (seed 004)."""

from automations.definition import ActionSpec, Definition
from automations.engine.triggers import DefaultRule, Trigger, triggers
from automations.hold_engine.run import acts_instead
from orders.documents.catalogue import ORDER
from portal.filters.mark import gettext_noop as _

DEFAULT = DefaultRule(
    Definition(
        name="Default rule",
        description="Every order that no rule above has moved on.",
        actions=(ActionSpec(key="hold", settings={"minutes": 10}),),
    )
)
"""Hold 10 minutes, then ready for fulfillment (seed 002)."""

NEW_ORDER = triggers.register(
    "NEW_ORDER",
    Trigger(
        "NEW_ORDER",
        _("New order"),
        "order",
        frozenset({"order.created"}),
        ORDER,
        lambda document: document["status"] == "new",
        default=DEFAULT,
        explains=_("Runs when an order is ingested, from top to bottom, until a rule moves it on from New."),
        may_run_once=False,
        announces=True,
        instead=acts_instead,
        position=10,
    ),
)
