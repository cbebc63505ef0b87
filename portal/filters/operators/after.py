"""Is after: later than the instant, or than the end of the day."""

from portal.filters.fields import Type
from portal.filters.mark import gettext_noop as _
from portal.filters.shape import Operator, Reading, Takes, Truth, each, operators

READING = Reading(
    python="{value} >= {b}",
    sql=lambda cell, args, now: cell.ge(args[1]),
    words=_("{field} is after {a}"),
    against=">",
    javascript="dates.isAfter({path}, {a}, {zone})",
)

operators.register(
    "after",
    Operator(
        key="after",
        label=_("is after"),
        takes=Takes.ONE,
        readings=each((Type.DATETIME,), READING),
        truth=(
            Truth(Type.DATETIME, "2026-01-11T00:00:00.000Z", "2026-01-10", True),
            Truth(Type.DATETIME, "2026-01-10T23:59:59.999Z", "2026-01-10", False),
            Truth(Type.DATETIME, "2026-01-10T09:00:00.001Z", "2026-01-10T09:00:00Z", True),
            Truth(Type.DATETIME, None, "2026-01-10", False),
        ),
    ),
)
