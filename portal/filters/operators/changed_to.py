"""Changed to: the value now is this, and before the change was not."""

from portal.filters.fields import Type
from portal.filters.mark import gettext_noop as _
from portal.filters.shape import NUMBERS, TEXTS, Operator, Reading, Takes, Truth, each, operators, unknown

READING = Reading(
    python="{value} == {a} != {before}",
    sql=unknown,
    words=_("{field} has changed to {a}"),
)

operators.register(
    "changed_to",
    Operator(
        key="changed_to",
        label=_("changed to"),
        takes=Takes.ONE,
        readings=each((*TEXTS, *NUMBERS, Type.ENUM), READING),
        looks_back=True,
        truth=(
            Truth(Type.TEXT, ("old", "New"), "new", True),
            Truth(Type.TEXT, (None, "new"), "new", True),
            Truth(Type.TEXT, ("NEW", "new"), "new", False),
            Truth(Type.TEXT, ("old", None), "new", False),
            Truth(Type.TEXT, None, "new", False),
            Truth(Type.NUMBER, (1, 2), 2, True),
        ),
    ),
)
