"""Ends with: the folded value ends in the folded text."""

from portal.filters.fields import Type
from portal.filters.mark import gettext_noop as _
from portal.filters.shape import Operator, Reading, Takes, Truth, each, operators

READING = Reading(
    python="{value}.endswith({a})",
    sql=lambda cell, args, now: cell.ends(args[0]),
    words=_("{field} ends with {a}"),
    javascript="text.endsWith({path}, {a})",
)

operators.register(
    "ends_with",
    Operator(
        key="ends_with",
        label=_("ends with"),
        takes=Takes.ONE,
        readings=each((Type.TEXT,), READING),
        truth=(
            Truth(Type.TEXT, "ann@Example.com", "@example.COM", True),
            Truth(Type.TEXT, "ann@example.com.au", "@example.com", False),
            Truth(Type.TEXT, "", "m", False),
            Truth(Type.TEXT, None, "m", False),
        ),
    ),
)
