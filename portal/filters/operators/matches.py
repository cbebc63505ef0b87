"""Matches pattern: the whole folded text fits a pattern with `*` for any characters and `?` for one."""

from portal.filters.fields import Type
from portal.filters.mark import gettext_noop as _
from portal.filters.shape import Operand, Operator, Reading, Takes, Truth, each, operators

READING = Reading(
    python="{a}({value})",
    sql=lambda cell, args, now: cell.like(args[0].like),
    words=_("{field} matches {a}"),
    javascript="text.matches({path}, {a})",
)

operators.register(
    "matches",
    Operator(
        key="matches",
        label=_("matches pattern"),
        takes=Takes.ONE,
        readings=each((Type.TEXT,), READING),
        operand=Operand.PATTERN,
        truth=(
            Truth(Type.TEXT, "Tea-12", "TEA-*", True),
            Truth(Type.TEXT, "Tea-12", "TEA-?", False),
            Truth(Type.TEXT, "Green Tea-12", "TEA-*", False),
            Truth(Type.TEXT, "Green Tea-12", "*tea-??", True),
            Truth(Type.TEXT, "5 * 2", "5 \\* ?", True),
            Truth(Type.TEXT, "100%", "1__%", False),
            Truth(Type.TEXT, "", "*a", False),
            Truth(Type.TEXT, None, "*a", False),
        ),
    ),
)
