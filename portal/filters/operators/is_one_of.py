"""Is one of: equals one of the values."""

from dataclasses import replace

from portal.filters.fields import Type
from portal.filters.mark import gettext_noop as _
from portal.filters.shape import TEXTS, Operator, Reading, Takes, Truth, each, operators

READING = Reading(
    python="{value} in {a}",
    sql=lambda cell, args, now: cell.one_of(sorted(args[0])),
    words=_("{field} is {values}"),
    over_lines="not {a}.isdisjoint({values})",
)

operators.register(
    "is_one_of",
    Operator(
        key="is_one_of",
        label=_("is one of"),
        takes=Takes.MANY,
        readings={
            **each(TEXTS, replace(READING, javascript="text.isOneOf({path}, {values})")),
            Type.ENUM: replace(READING, javascript="{values}.includes({path})"),
        },
        truth=(
            Truth(Type.TEXT, "B", ("a", "b"), True),
            Truth(Type.TEXT, "c", ("a", "b"), False),
            Truth(Type.TEXT, None, ("a", "b"), False),
            Truth(Type.COUNTRY, "at", ("DE", "AT"), True),
            Truth(Type.ENUM, "new", ("new", "onHold"), True),
            Truth(Type.ENUM, None, ("new",), False),
        ),
    ),
)
