"""Is older than: before now minus the span. Truth is told at noon of 10 January 2026."""

from portal.filters.fields import Type
from portal.filters.mark import gettext_noop as _
from portal.filters.shape import Operator, Reading, Takes, Truth, each, operators
from portal.filters.tree import Duration

READING = Reading(
    python="{value} < {now} - {a}",
    sql=lambda cell, args, now: cell.lt(now - args[0]),
    words=_("{field} is more than {a} ago"),
    javascript="dates.isOlderThan({path}, {amount}, {unit})",
)

operators.register(
    "older_than",
    Operator(
        key="older_than",
        label=_("is older than"),
        takes=Takes.DURATION,
        readings=each((Type.DATETIME,), READING),
        truth=(
            Truth(Type.DATETIME, "2026-01-03T11:59:59.999Z", Duration(1, "weeks"), True),
            Truth(Type.DATETIME, "2026-01-03T12:00:00.000Z", Duration(1, "weeks"), False),
            Truth(Type.DATETIME, None, Duration(1, "weeks"), False),
        ),
    ),
)
