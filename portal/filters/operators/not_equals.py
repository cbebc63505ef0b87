"""Does not equal: exactly where `equals` does not hold, so a missing value passes."""

from dataclasses import replace

from portal.filters.fields import Type
from portal.filters.mark import gettext_noop as _
from portal.filters.shape import NUMBERS, TEXTS, Operator, Reading, Takes, Truth, each, operators

OTHER = Reading(
    python="{value} != {a}",
    sql=lambda cell, args, now: cell.ne(args[0]),
    words=_("{field} is not {a}"),
    against="!=",
    over_lines="{a} not in {values}",
)
OUTSIDE = Reading(
    python="not {a} <= {value} < {b}",
    sql=lambda cell, args, now: cell.no(cell.both(cell.ge(args[0]), cell.lt(args[1]))),
    words=_("{field} is not on {a}"),
    against="!=",
    javascript="!dates.isOn({path}, {a}, {zone})",
)

operators.register(
    "not_equals",
    Operator(
        key="not_equals",
        label=_("does not equal"),
        takes=Takes.ONE,
        readings={
            **each(TEXTS, replace(OTHER, javascript="!text.equal({path}, {a})")),
            **each(NUMBERS, replace(OTHER, javascript="{value} !== {a}", javascript_also=("{bare} !== {a}",))),
            Type.ENUM: replace(OTHER, javascript="{path} !== {a}"),
            Type.DATETIME: OUTSIDE,
        },
        absent=True,
        negative=True,
        truth=(
            Truth(Type.TEXT, "Café", "cafe", False),
            Truth(Type.TEXT, "tea", "cafe", True),
            Truth(Type.TEXT, "", "cafe", True),
            Truth(Type.TEXT, None, "cafe", True),
            Truth(Type.NUMBER, 2, 3, True),
            Truth(Type.NUMBER, None, 3, True),
            Truth(Type.ENUM, "new", "new", False),
            Truth(Type.DATETIME, "2026-01-10T23:59:59.999Z", "2026-01-10", False),
            Truth(Type.DATETIME, None, "2026-01-10", True),
        ),
    ),
)
