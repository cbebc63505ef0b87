"""Is in the next: between now and now plus the span, both ends counted. Truth is told at noon of 10 January 2026."""

from portal.filters.fields import Type
from portal.filters.mark import gettext_noop as _
from portal.filters.shape import Operator, Reading, Takes, Truth, each, operators
from portal.filters.tree import Duration

READING = Reading(
    python="{now} <= {value} <= {now} + {a}",
    sql=lambda cell, args, now: cell.both(cell.ge(now), cell.le(now + args[0])),
    words=_("{field} is in the next {a}"),
    javascript="dates.isInNext({path}, {amount}, {unit})",
)

operators.register(
    "in_next",
    Operator(
        key="in_next",
        label=_("is in the next"),
        takes=Takes.DURATION,
        readings=each((Type.DATETIME,), READING),
        truth=(
            Truth(Type.DATETIME, "2026-01-10T13:00:00.000Z", Duration(1, "hours"), True),
            Truth(Type.DATETIME, "2026-01-10T13:00:00.001Z", Duration(1, "hours"), False),
            Truth(Type.DATETIME, "2026-01-10T11:59:59.999Z", Duration(1, "hours"), False),
            Truth(Type.DATETIME, None, Duration(1, "hours"), False),
        ),
    ),
)
