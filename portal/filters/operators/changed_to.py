"""Changed to: the value now is this, and before the change was not."""

from dataclasses import replace

from portal.filters.fields import Type
from portal.filters.mark import gettext_noop as _
from portal.filters.shape import NUMBERS, TEXTS, Operator, Reading, Takes, Truth, each, operators, unknown

_CHANGED = "changedTo(related.before, entity, (one) => {})"
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
        readings={
            **each(TEXTS, replace(READING, javascript=_CHANGED.format("text.equal({of}, {a})"))),
            **each(NUMBERS, replace(READING, javascript=_CHANGED.format("number({of}) === {a}"))),
            Type.ENUM: replace(READING, javascript=_CHANGED.format("{of} === {a}")),
        },
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
