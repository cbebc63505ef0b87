"""Contains all of: each value equals an item of the list."""

from portal.filters.fields import Type
from portal.filters.mark import gettext_noop as _
from portal.filters.shape import Operator, Reading, Takes, Truth, each, operators

READING = Reading(
    python="{a} <= {value}",
    sql=lambda cell, args, now: cell.has_all(sorted(args[0])),
    words=_("the {field} list holds {every}"),
    javascript="text.hasAll({path}, {values})",
)

operators.register(
    "contains_all",
    Operator(
        key="contains_all",
        label=_("contains all of"),
        takes=Takes.MANY,
        readings=each((Type.LIST,), READING),
        truth=(
            Truth(Type.LIST, ["VIP", "gift", "x"], ("vip", "gift"), True),
            Truth(Type.LIST, ["VIP"], ("vip", "gift"), False),
            Truth(Type.LIST, [], ("vip",), False),
            Truth(Type.LIST, None, ("vip",), False),
        ),
    ),
)
