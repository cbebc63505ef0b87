"""Contains any of: at least one item of the list equals one of the values."""

from portal.filters.fields import Type
from portal.filters.mark import gettext_noop as _
from portal.filters.shape import Operator, Reading, Takes, Truth, each, operators

READING = Reading(
    python="not {value}.isdisjoint({a})",
    sql=lambda cell, args, now: cell.has_any(sorted(args[0])),
    words=_("any {field} is {values}"),
    javascript="text.hasAny({path}, {values})",
)

operators.register(
    "contains_any",
    Operator(
        key="contains_any",
        label=_("contains any of"),
        takes=Takes.MANY,
        readings=each((Type.LIST,), READING),
        truth=(
            Truth(Type.LIST, ["VIP", "gift"], ("vip", "test"), True),
            Truth(Type.LIST, ["vip-2"], ("vip",), False),
            Truth(Type.LIST, [], ("vip",), False),
            Truth(Type.LIST, None, ("vip",), False),
            Truth(Type.LIST, "vip", ("vip",), False),
        ),
    ),
)
