"""Is between: both ends count; a day as the upper end counts to its last moment."""

from portal.filters.fields import Type
from portal.filters.mark import gettext_noop as _
from portal.filters.shape import NUMBERS, Operator, Reading, Takes, Truth, each, operators

NUMERIC = Reading(
    python="{a} <= {value} <= {b}",
    sql=lambda cell, args, now: cell.both(cell.ge(args[0]), cell.le(args[1])),
    words=_("{field} is between {a} and {b}"),
    javascript="{value} >= {a} && {value} <= {b}",
    javascript_also=("{bare} >= {a} && {bare} <= {b}",),
)
SPAN = Reading(
    python="{a} <= {value} < {b}",
    sql=lambda cell, args, now: cell.both(cell.ge(args[0]), cell.lt(args[1])),
    words=_("{field} is between {a} and {b}"),
    javascript="dates.isBetween({path}, {a}, {b}, {zone})",
)

operators.register(
    "between",
    Operator(
        key="between",
        label=_("is between"),
        takes=Takes.TWO,
        readings={**each(NUMBERS, NUMERIC), Type.DATETIME: SPAN},
        truth=(
            Truth(Type.NUMBER, 5, (5, 10), True),
            Truth(Type.NUMBER, 10, (5, 10), True),
            Truth(Type.NUMBER, 11, (5, 10), False),
            Truth(Type.NUMBER, None, (5, 10), False),
            Truth(Type.DATETIME, "2026-01-11T23:59:59.999Z", ("2026-01-10", "2026-01-11"), True),
            Truth(Type.DATETIME, "2026-01-12T00:00:00.000Z", ("2026-01-10", "2026-01-11"), False),
            Truth(Type.DATETIME, None, ("2026-01-10", "2026-01-11"), False),
        ),
    ),
)
