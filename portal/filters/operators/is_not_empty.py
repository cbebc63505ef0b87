"""Is not empty: exactly where `is_empty` does not hold."""

from dataclasses import replace

from portal.filters.fields import Type
from portal.filters.mark import gettext_noop as _
from portal.filters.shape import NUMBERS, TEXTS, Operator, Reading, Takes, Truth, each, operators

READING = Reading(
    python="True",
    sql=lambda cell, args, now: cell.always(),
    words=_("{field} is filled in"),
)
LIST_READING = replace(READING, words=_("some {field} is set"), javascript="text.hasSome({path})")

operators.register(
    "is_not_empty",
    Operator(
        key="is_not_empty",
        label=_("is not empty"),
        takes=Takes.NONE,
        readings={
            **each(TEXTS, replace(READING, javascript="!text.isEmpty({path})")),
            **each(
                NUMBERS, replace(READING, javascript="!number.isEmpty({path})", javascript_also=("{path} != null",))
            ),
            Type.DATETIME: replace(READING, javascript="!dates.isEmpty({path})", javascript_also=("{path} != null",)),
            Type.BOOLEAN: replace(READING, javascript="!flag.isEmpty({path})", javascript_also=("{path} != null",)),
            Type.ENUM: replace(READING, javascript="!choice.isEmpty({path})", javascript_also=("{path} != null",)),
            Type.LIST: LIST_READING,
        },
        truth=(
            Truth(Type.TEXT, None, None, False),
            Truth(Type.TEXT, " ", None, False),
            Truth(Type.TEXT, "a", None, True),
            Truth(Type.NUMBER, 0, None, True),
            Truth(Type.BOOLEAN, False, None, True),
            Truth(Type.LIST, [], None, False),
            Truth(Type.LIST, ["a"], None, True),
        ),
    ),
)
