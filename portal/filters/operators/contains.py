"""Contains: the folded text stands somewhere in the folded value."""

from portal.filters.fields import Type
from portal.filters.mark import gettext_noop as _
from portal.filters.shape import Operator, Reading, Takes, Truth, each, operators

READING = Reading(
    python="{a} in {value}",
    sql=lambda cell, args, now: cell.has_text(args[0]),
    words=_("{field} contains {a}"),
    javascript="text.contains({path}, {a})",
)

operators.register(
    "contains",
    Operator(
        key="contains",
        label=_("contains"),
        takes=Takes.ONE,
        readings=each((Type.TEXT,), READING),
        truth=(
            Truth(Type.TEXT, "Grüner TEE", "gruner t", True),
            Truth(Type.TEXT, "100%", "%", True),
            Truth(Type.TEXT, "100", "%", False),
            Truth(Type.TEXT, "a_b", "_", True),
            Truth(Type.TEXT, "", "a", False),
            Truth(Type.TEXT, None, "a", False),
        ),
    ),
)
