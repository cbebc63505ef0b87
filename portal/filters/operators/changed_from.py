"""Changed from: the value before the change was this, and now is not."""

from dataclasses import replace

from portal.filters.fields import Type
from portal.filters.mark import gettext_noop as _
from portal.filters.shape import NUMBERS, TEXTS, Operator, Reading, Takes, Truth, each, operators, unknown

_CHANGED = "changedFrom(related.before, entity, (one) => {})"
READING = Reading(
    python="{before} == {a} != {value}",
    sql=unknown,
    words=_("{field} was {a} and has changed"),
)

operators.register(
    "changed_from",
    Operator(
        key="changed_from",
        label=_("changed from"),
        takes=Takes.ONE,
        readings={
            **each(TEXTS, replace(READING, javascript=_CHANGED.format("text.equal({of}, {a})"))),
            **each(NUMBERS, replace(READING, javascript=_CHANGED.format("number({of}) === {a}"))),
            Type.ENUM: replace(READING, javascript=_CHANGED.format("{of} === {a}")),
        },
        looks_back=True,
        truth=(
            Truth(Type.TEXT, ("Old", "new"), "old", True),
            Truth(Type.TEXT, ("old", None), "old", True),
            Truth(Type.TEXT, ("old", "Old"), "old", False),
            Truth(Type.TEXT, (None, "new"), "old", False),
            Truth(Type.TEXT, None, "old", False),
            Truth(Type.ENUM, ("new", "onHold"), "new", True),
        ),
    ),
)
