"""Is less than: numbers and money, exact to the last digit; no number, no answer."""

from decimal import Decimal

from portal.filters.fields import Type
from portal.filters.mark import gettext_noop as _
from portal.filters.shape import NUMBERS, Operator, Reading, Takes, Truth, each, operators

READING = Reading(
    python="{value} < {a}",
    sql=lambda cell, args, now: cell.lt(args[0]),
    words=_("{field} is under {a}"),
    against="<",
    javascript="{value} < {a}",
    javascript_also=("{bare} < {a}",),
)

operators.register(
    "lt",
    Operator(
        key="lt",
        label=_("is less than"),
        takes=Takes.ONE,
        readings=each(NUMBERS, READING),
        truth=(
            Truth(Type.MONEY, Decimal("100.00"), 100, False),
            Truth(Type.MONEY, Decimal("100.01"), 100, False),
            Truth(Type.NUMBER, -1, 0, True),
            Truth(Type.NUMBER, None, 0, False),
            Truth(Type.NUMBER, "5", 0, False),
        ),
    ),
)
