"""Is on a weekday: the day of the week at that instant in the organization's timezone."""

from portal.filters.fields import Type
from portal.filters.mark import gettext_noop as _
from portal.filters.shape import Operand, Operator, Reading, Takes, Truth, each, operators

READING = Reading(
    python="{a}({value})",
    sql=lambda cell, args, now: cell.weekday(sorted(args[0].days), args[0].zone),
    words=_("{field} is on a {values}"),
    javascript="dates.isOnWeekday({path}, {values}, {zone})",
)

operators.register(
    "on_weekday",
    Operator(
        key="on_weekday",
        label=_("is on a weekday"),
        takes=Takes.MANY,
        readings=each((Type.DATETIME,), READING),
        operand=Operand.WEEKDAY,
        truth=(
            Truth(Type.DATETIME, "2026-01-10T23:59:59.999Z", ("saturday", "sunday"), True),
            Truth(Type.DATETIME, "2026-01-12T00:00:00.000Z", ("saturday", "sunday"), False),
            Truth(Type.DATETIME, "2026-01-12T00:30:00.000+01:00", ("sunday",), True),
            Truth(Type.DATETIME, None, ("monday",), False),
        ),
    ),
)
