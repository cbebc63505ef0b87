"""Starts with: the folded value begins with the folded text."""

from portal.filters.fields import Type
from portal.filters.mark import gettext_noop as _
from portal.filters.shape import Operator, Reading, Takes, Truth, each, operators

READING = Reading(
    python="{value}.startswith({a})",
    sql=lambda cell, args, now: cell.starts(args[0]),
    words=_("{field} starts with {a}"),
    javascript="text.startsWith({path}, {a})",
)

operators.register(
    "starts_with",
    Operator(
        key="starts_with",
        label=_("starts with"),
        takes=Takes.ONE,
        readings=each((Type.TEXT,), READING),
        truth=(
            Truth(Type.TEXT, "Ökostrom", "oko", True),
            Truth(Type.TEXT, "x-oko", "oko", False),
            Truth(Type.TEXT, "", "oko", False),
            Truth(Type.TEXT, None, "oko", False),
        ),
    ),
)
