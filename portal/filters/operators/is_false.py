"""Is false: the value is there and false; a missing value is neither."""

from portal.filters.fields import Type
from portal.filters.mark import gettext_noop as _
from portal.filters.shape import Operator, Reading, Takes, Truth, each, operators

READING = Reading(
    python="not {value}",
    sql=lambda cell, args, now: cell.eq(False),
    words=_("{field} is false"),
    javascript="{path} === false",
)

operators.register(
    "is_false",
    Operator(
        key="is_false",
        label=_("is false"),
        takes=Takes.NONE,
        readings=each((Type.BOOLEAN,), READING),
        truth=(
            Truth(Type.BOOLEAN, False, None, True),
            Truth(Type.BOOLEAN, True, None, False),
            Truth(Type.BOOLEAN, None, None, False),
            Truth(Type.BOOLEAN, 0, None, False),
        ),
    ),
)
