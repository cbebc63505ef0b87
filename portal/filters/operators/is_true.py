"""Is true: the value is there and true."""

from portal.filters.fields import Type
from portal.filters.mark import gettext_noop as _
from portal.filters.shape import Operator, Reading, Takes, Truth, each, operators

READING = Reading(
    python="{value}",
    sql=lambda cell, args, now: cell.eq(True),
    words=_("{field} is true"),
    javascript="{path} === true",
    javascript_also=("{path}",),
)

operators.register(
    "is_true",
    Operator(
        key="is_true",
        label=_("is true"),
        takes=Takes.NONE,
        readings=each((Type.BOOLEAN,), READING),
        truth=(
            Truth(Type.BOOLEAN, True, None, True),
            Truth(Type.BOOLEAN, False, None, False),
            Truth(Type.BOOLEAN, None, None, False),
            Truth(Type.BOOLEAN, 1, None, False),
            Truth(Type.BOOLEAN, "true", None, False),
        ),
    ),
)
