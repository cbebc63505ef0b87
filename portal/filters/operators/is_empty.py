"""Is empty: missing, null, blank text, an empty list, or a value of another type."""

from dataclasses import replace

from portal.filters.fields import Type
from portal.filters.mark import gettext_noop as _
from portal.filters.shape import NUMBERS, TEXTS, Operator, Reading, Takes, Truth, each, operators

READING = Reading(
    python="False",
    sql=lambda cell, args, now: cell.never(),
    words=_("{field} is empty"),
)
LIST_READING = replace(READING, words=_("no {field} is set"), javascript="!text.hasSome({path})")

operators.register(
    "is_empty",
    Operator(
        key="is_empty",
        label=_("is empty"),
        takes=Takes.NONE,
        readings={
            **each(TEXTS, replace(READING, javascript="text.isEmpty({path})")),
            **each(NUMBERS, replace(READING, javascript="number.isEmpty({path})", javascript_also=("{path} == null",))),
            Type.DATETIME: replace(READING, javascript="dates.isEmpty({path})", javascript_also=("{path} == null",)),
            Type.BOOLEAN: replace(READING, javascript="flag.isEmpty({path})", javascript_also=("{path} == null",)),
            Type.ENUM: replace(READING, javascript="choice.isEmpty({path})", javascript_also=("{path} == null",)),
            Type.LIST: LIST_READING,
        },
        absent=True,
        truth=(
            Truth(Type.TEXT, None, None, True),
            Truth(Type.TEXT, " ", None, True),
            Truth(Type.TEXT, "a", None, False),
            Truth(Type.TEXT, 0, None, True),
            Truth(Type.NUMBER, 0, None, False),
            Truth(Type.NUMBER, "0", None, True),
            Truth(Type.BOOLEAN, False, None, False),
            Truth(Type.LIST, [], None, True),
            Truth(Type.LIST, [""], None, True),
            Truth(Type.LIST, ["a"], None, False),
            Truth(Type.DATETIME, "soon", None, True),
        ),
    ),
)
