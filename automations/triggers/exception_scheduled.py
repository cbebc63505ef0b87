"""Exception scheduled: active exceptions are judged again and again, whatever happens (behaviour.md 7.5).

The sweeps (`automations.sweeps`) take those of the last 24 hours every 3 hours, and older ones once a day.
"""

from automations.definition import ActionSpec, Definition, FilterSpec
from automations.engine.triggers import DefaultRule, Trigger, triggers
from automations.triggers.exception_modified import holds
from orders.documents.exception import catalogue
from portal.filters.codec import encode
from portal.filters.mark import gettext_noop as _
from portal.filters.tree import Condition, Duration, Group

DAYS = 30

DEFAULT = DefaultRule(
    Definition(
        name="Resolve old exceptions",
        description="Exceptions that nobody has dealt with for this long. The days are in the filter.",
        filter=FilterSpec(tree=encode(Group("all", (Condition("createdAt", "older_than", Duration(DAYS, "days")),)))),
        actions=(ActionSpec(key="set_exception_status", settings={"status": "resolved"}),),
    ),
    fixed_filter=False,
    always_on=False,
)
"""Resolve exceptions by days since created: the number of days is edited, and it can be switched off."""

EXCEPTION_SCHEDULED = triggers.register(
    "EXCEPTION_SCHEDULED",
    Trigger(
        "EXCEPTION_SCHEDULED",
        _("Exception scheduled"),
        "exception",
        frozenset(),
        catalogue(),
        holds,
        default=DEFAULT,
        explains=_(
            "Runs over active exceptions: every 3 hours over those of the last 24 hours, once a day over older ones."
        ),
        position=20,
    ),
)
