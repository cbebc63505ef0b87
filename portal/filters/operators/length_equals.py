"""Has the length: so many characters after folding, or so many different items."""

from portal.filters.fields import Type
from portal.filters.mark import gettext_noop as _
from portal.filters.shape import Operand, Operator, Reading, Takes, Truth, each, operators

TEXT = Reading(
    python="len({value}) == {a}",
    sql=lambda cell, args, now: cell.length("=", args[0]),
    words=_("{field} has {a} characters"),
    javascript="text.length({path}) === {a}",
)
ITEMS = Reading(
    python=TEXT.python,
    sql=TEXT.sql,
    words=_("{field} has {a} different values"),
    javascript="text.count({path}) === {a}",
)

operators.register(
    "length_equals",
    Operator(
        key="length_equals",
        label=_("has the length"),
        takes=Takes.ONE,
        readings={**each((Type.TEXT,), TEXT), Type.LIST: ITEMS},
        operand=Operand.LENGTH,
        truth=(
            Truth(Type.TEXT, "Café ", 4, True),
            Truth(Type.TEXT, "😀", 1, True),
            Truth(Type.TEXT, "abc", 4, False),
            Truth(Type.TEXT, "", 1, False),
            Truth(Type.TEXT, None, 1, False),
            Truth(Type.LIST, ["a", "A", "b", ""], 2, True),
            Truth(Type.LIST, [], 1, False),
        ),
    ),
)
