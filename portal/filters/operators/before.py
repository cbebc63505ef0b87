"""Is before: earlier than the instant, or than the start of the day."""

from portal.filters.fields import Type
from portal.filters.mark import gettext_noop as _
from portal.filters.shape import Operator, Reading, Takes, Truth, each, operators

READING = Reading(
    python="{value} < {a}",
    sql=lambda cell, args, now: cell.lt(args[0]),
    words=_("{field} is before {a}"),
    against="<",
    javascript="dates.isBefore({path}, {a}, {zone})",
)

operators.register(
    "before",
    Operator(
        key="before",
        label=_("is before"),
        takes=Takes.ONE,
        readings=each((Type.DATETIME,), READING),
        truth=(
            Truth(Type.DATETIME, "2026-01-09T23:59:59.999Z", "2026-01-10", True),
            Truth(Type.DATETIME, "2026-01-10T00:00:00.000Z", "2026-01-10", False),
            Truth(Type.DATETIME, "2026-01-10T09:00:00.000Z", "2026-01-10T09:00:00Z", False),
            Truth(Type.DATETIME, None, "2026-01-10", False),
            Truth(Type.DATETIME, "soon", "2026-01-10", False),
        ),
    ),
)
