"""Equals: the same text after folding, the same number, the same enum value, within the day."""

from dataclasses import replace

from portal.filters.fields import Type
from portal.filters.mark import gettext_noop as _
from portal.filters.shape import NUMBERS, TEXTS, Operator, Reading, Takes, Truth, each, operators

SAME = Reading(
    python="{value} == {a}",
    sql=lambda cell, args, now: cell.eq(args[0]),
    words=_("{field} is {a}"),
    against="==",
    over_lines="{a} in {values}",
)
WITHIN = Reading(
    python="{a} <= {value} < {b}",
    sql=lambda cell, args, now: cell.both(cell.ge(args[0]), cell.lt(args[1])),
    words=_("{field} is on {a}"),
    against="==",
    javascript="dates.isOn({path}, {a}, {zone})",
)

operators.register(
    "equals",
    Operator(
        key="equals",
        label=_("equals"),
        takes=Takes.ONE,
        readings={
            **each(TEXTS, replace(SAME, javascript="text.equal({path}, {a})")),
            **each(NUMBERS, replace(SAME, javascript="{value} === {a}", javascript_also=("{bare} === {a}",))),
            Type.ENUM: replace(SAME, javascript="{path} === {a}"),
            Type.DATETIME: WITHIN,
        },
        truth=(
            Truth(Type.TEXT, "Café ", "cafe", True),
            Truth(Type.TEXT, "Cafés", "cafe", False),
            Truth(Type.TEXT, "", "cafe", False),
            Truth(Type.TEXT, None, "cafe", False),
            Truth(Type.TEXT, 12, "12", False),
            Truth(Type.COUNTRY, "de", "DE", True),
            Truth(Type.NUMBER, 2, 2, True),
            Truth(Type.NUMBER, "2", 2, False),
            Truth(Type.NUMBER, True, 1, False),
            Truth(Type.ENUM, "new", "new", True),
            Truth(Type.ENUM, "NEW", "new", False),
            Truth(Type.DATETIME, "2026-01-10T00:00:00.000Z", "2026-01-10", True),
            Truth(Type.DATETIME, "2026-01-11T00:00:00.000Z", "2026-01-10", False),
            Truth(Type.DATETIME, "2026-01-10T10:00:00+01:00", "2026-01-10T09:00:00Z", True),
            Truth(Type.DATETIME, None, "2026-01-10", False),
        ),
    ),
)
