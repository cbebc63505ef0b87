"""Is not one of: exactly where `is_one_of` does not hold."""

from dataclasses import replace

from portal.filters.fields import Type
from portal.filters.mark import gettext_noop as _
from portal.filters.shape import TEXTS, Operator, Reading, Takes, Truth, each, operators

READING = Reading(
    python="{value} not in {a}",
    sql=lambda cell, args, now: cell.no(cell.one_of(sorted(args[0]))),
    words=_("{field} is not {values}"),
    over_lines="{a}.isdisjoint({values})",
)

operators.register(
    "is_not_one_of",
    Operator(
        key="is_not_one_of",
        label=_("is not one of"),
        takes=Takes.MANY,
        readings={
            **each(TEXTS, replace(READING, javascript="!text.isOneOf({path}, {values})")),
            Type.ENUM: replace(READING, javascript="!{values}.includes({path})"),
        },
        absent=True,
        negative=True,
        truth=(
            Truth(Type.TEXT, "B", ("a", "b"), False),
            Truth(Type.TEXT, "c", ("a", "b"), True),
            Truth(Type.TEXT, None, ("a", "b"), True),
            Truth(Type.ENUM, "new", ("onHold",), True),
        ),
    ),
)
