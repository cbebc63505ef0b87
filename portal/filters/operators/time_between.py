"""Is between times of day: from the first to just before the second, in the organization's timezone.

When the second is earlier than the first, the span goes over midnight.
"""

from portal.filters.fields import Type
from portal.filters.mark import gettext_noop as _
from portal.filters.shape import Operand, Operator, Reading, Takes, Truth, each, operators

READING = Reading(
    python="{a}({value})",
    sql=lambda cell, args, now: cell.clock(args[0].start, args[0].end, args[0].zone),
    words=_("{field} is between {a} and {b} o’clock"),
    javascript="dates.isBetweenTimes({path}, {a}, {b}, {zone})",
)

operators.register(
    "time_between",
    Operator(
        key="time_between",
        label=_("is between times of day"),
        takes=Takes.TWO,
        readings=each((Type.DATETIME,), READING),
        operand=Operand.TIME,
        truth=(
            Truth(Type.DATETIME, "2026-01-10T08:00:00.000Z", ("08:00", "17:30"), True),
            Truth(Type.DATETIME, "2026-01-10T17:29:59.999Z", ("08:00", "17:30"), True),
            Truth(Type.DATETIME, "2026-01-10T17:30:00.000Z", ("08:00", "17:30"), False),
            Truth(Type.DATETIME, "2026-01-10T05:59:59.999Z", ("22:00", "06:00"), True),
            Truth(Type.DATETIME, "2026-01-10T06:00:00.000Z", ("22:00", "06:00"), False),
            Truth(Type.DATETIME, None, ("08:00", "17:30"), False),
        ),
    ),
)
