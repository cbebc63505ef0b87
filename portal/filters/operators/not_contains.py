"""Does not contain: exactly where `contains` does not hold."""

from portal.filters.fields import Type
from portal.filters.mark import gettext_noop as _
from portal.filters.shape import Operator, Reading, Takes, Truth, each, operators

READING = Reading(
    python="{a} not in {value}",
    sql=lambda cell, args, now: cell.no(cell.has_text(args[0])),
    words=_("{field} does not contain {a}"),
    javascript="!text.contains({path}, {a})",
)

operators.register(
    "not_contains",
    Operator(
        key="not_contains",
        label=_("does not contain"),
        takes=Takes.ONE,
        readings=each((Type.TEXT,), READING),
        absent=True,
        negative=True,
        truth=(
            Truth(Type.TEXT, "Grüner TEE", "tee", False),
            Truth(Type.TEXT, "Coffee", "tea", True),
            Truth(Type.TEXT, "  ", "tea", True),
            Truth(Type.TEXT, None, "tea", True),
        ),
    ),
)
