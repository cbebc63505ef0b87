"""Has changed: the value before the change is another one, or there was none and now is, or the other way round.

In the tables of the three operators that look back, the first value is the one before.
"""

from dataclasses import replace

from portal.filters.fields import Type
from portal.filters.mark import gettext_noop as _
from portal.filters.shape import NUMBERS, TEXTS, Operator, Reading, Takes, Truth, each, operators, unknown

_CHANGED = "changed(related.before, entity, (one) => {})"
READING = Reading(
    python="{before} != {value}",
    sql=unknown,
    words=_("{field} has changed"),
)

operators.register(
    "changed",
    Operator(
        key="changed",
        label=_("has changed"),
        takes=Takes.NONE,
        readings={
            **each(TEXTS, replace(READING, javascript=_CHANGED.format("text.fold({of})"))),
            **each(NUMBERS, replace(READING, javascript=_CHANGED.format("number({of})"))),
            Type.DATETIME: replace(READING, javascript=_CHANGED.format("dates.ms({of})")),
            Type.BOOLEAN: replace(READING, javascript=_CHANGED.format("flag({of})")),
            Type.ENUM: replace(READING, javascript=_CHANGED.format("choice({of})")),
            Type.LIST: replace(READING, javascript=_CHANGED.format("text.set({of})")),
        },
        looks_back=True,
        truth=(
            Truth(Type.TEXT, ("old", "new"), None, True),
            Truth(Type.TEXT, ("New ", "new"), None, False),
            Truth(Type.TEXT, (None, "new"), None, True),
            Truth(Type.TEXT, (None, ""), None, False),
            Truth(Type.TEXT, None, None, False),
            Truth(Type.MONEY, (2, 2), None, False),
            Truth(Type.LIST, (["a", "b"], ["b", "A"]), None, False),
            Truth(Type.LIST, (["a"], []), None, True),
        ),
    ),
)
