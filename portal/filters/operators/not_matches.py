"""Does not match pattern: exactly where `matches` does not hold."""

from portal.filters.fields import Type
from portal.filters.mark import gettext_noop as _
from portal.filters.shape import Operand, Operator, Reading, Takes, Truth, each, operators

READING = Reading(
    python="not {a}({value})",
    sql=lambda cell, args, now: cell.no(cell.like(args[0].like)),
    words=_("{field} does not match {a}"),
    javascript="!text.matches({path}, {a})",
)

operators.register(
    "not_matches",
    Operator(
        key="not_matches",
        label=_("does not match pattern"),
        takes=Takes.ONE,
        readings=each((Type.TEXT,), READING),
        absent=True,
        negative=True,
        operand=Operand.PATTERN,
        truth=(
            Truth(Type.TEXT, "Tea-12", "TEA-*", False),
            Truth(Type.TEXT, "Coffee", "TEA-*", True),
            Truth(Type.TEXT, "", "*a", True),
            Truth(Type.TEXT, None, "*a", True),
        ),
    ),
)
