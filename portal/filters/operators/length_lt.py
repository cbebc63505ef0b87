"""Is shorter than: fewer characters after folding, or fewer different items; nothing at all is not."""

from portal.filters.fields import Type
from portal.filters.mark import gettext_noop as _
from portal.filters.shape import Operand, Operator, Reading, Takes, Truth, each, operators

TEXT = Reading(
    python="len({value}) < {a}",
    sql=lambda cell, args, now: cell.length("<", args[0]),
    words=_("{field} has fewer than {a} characters"),
    javascript="text.length({path}) < {a}",
)
ITEMS = Reading(
    python=TEXT.python,
    sql=TEXT.sql,
    words=_("{field} has fewer than {a} different values"),
    javascript="text.count({path}) < {a}",
)

operators.register(
    "length_lt",
    Operator(
        key="length_lt",
        label=_("is shorter than"),
        takes=Takes.ONE,
        readings={**each((Type.TEXT,), TEXT), Type.LIST: ITEMS},
        operand=Operand.LENGTH,
        truth=(
            Truth(Type.TEXT, "Café", 5, True),
            Truth(Type.TEXT, "Café", 4, False),
            Truth(Type.TEXT, "", 5, False),
            Truth(Type.TEXT, None, 5, False),
            Truth(Type.LIST, ["a", "b"], 3, True),
            Truth(Type.LIST, None, 3, False),
        ),
    ),
)
