"""Is in the last: between now minus the span and now, both ends counted. Truth is told at noon of 10 January 2026."""

from portal.filters.fields import Type
from portal.filters.mark import gettext_noop as _
from portal.filters.shape import Operator, Reading, Takes, Truth, each, operators
from portal.filters.tree import Duration

READING = Reading(
    python="{now} - {a} <= {value} <= {now}",
    sql=lambda cell, args, now: cell.both(cell.ge(now - args[0]), cell.le(now)),
    words=_("{field} is in the last {a}"),
    javascript="dates.isInLast({path}, {amount}, {unit})",
)

operators.register(
    "in_last",
    Operator(
        key="in_last",
        label=_("is in the last"),
        takes=Takes.DURATION,
        readings=each((Type.DATETIME,), READING),
        truth=(
            Truth(Type.DATETIME, "2026-01-10T11:00:00.000Z", Duration(1, "hours"), True),
            Truth(Type.DATETIME, "2026-01-10T10:59:59.999Z", Duration(1, "hours"), False),
            Truth(Type.DATETIME, "2026-01-10T12:00:00.001Z", Duration(1, "hours"), False),
            Truth(Type.DATETIME, None, Duration(1, "hours"), False),
        ),
    ),
)
