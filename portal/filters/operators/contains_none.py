"""Contains none of: exactly where `contains_any` does not hold."""

from portal.filters.fields import Type
from portal.filters.mark import gettext_noop as _
from portal.filters.shape import Operator, Reading, Takes, Truth, each, operators

READING = Reading(
    python="{value}.isdisjoint({a})",
    sql=lambda cell, args, now: cell.no(cell.has_any(sorted(args[0]))),
    words=_("no {field} is {values}"),
    javascript="!text.hasAny({path}, {values})",
)

operators.register(
    "contains_none",
    Operator(
        key="contains_none",
        label=_("contains none of"),
        takes=Takes.MANY,
        readings=each((Type.LIST,), READING),
        absent=True,
        negative=True,
        truth=(
            Truth(Type.LIST, ["VIP"], ("vip",), False),
            Truth(Type.LIST, ["x"], ("vip",), True),
            Truth(Type.LIST, [], ("vip",), True),
            Truth(Type.LIST, None, ("vip",), True),
        ),
    ),
)
