"""Is longer than: more characters after folding, or more different items."""

from portal.filters.fields import Type
from portal.filters.mark import gettext_noop as _
from portal.filters.shape import Operand, Operator, Reading, Takes, Truth, each, operators

TEXT = Reading(
    python="len({value}) > {a}",
    sql=lambda cell, args, now: cell.length(">", args[0]),
    words=_("{field} has more than {a} characters"),
    javascript="text.length({path}) > {a}",
)
ITEMS = Reading(
    python=TEXT.python,
    sql=TEXT.sql,
    words=_("{field} has more than {a} different values"),
    javascript="text.count({path}) > {a}",
)

operators.register(
    "length_gt",
    Operator(
        key="length_gt",
        label=_("is longer than"),
        takes=Takes.ONE,
        readings={**each((Type.TEXT,), TEXT), Type.LIST: ITEMS},
        operand=Operand.LENGTH,
        truth=(
            Truth(Type.TEXT, "Café", 3, True),
            Truth(Type.TEXT, "Café", 4, False),
            Truth(Type.TEXT, None, 1, False),
            Truth(Type.LIST, ["a", "b"], 1, True),
            Truth(Type.LIST, ["a", "A"], 1, False),
        ),
    ),
)
