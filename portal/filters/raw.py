"""A condition's value as people type it, and back: forms and chips speak in strings.

What cannot be read stays the string it was, so that `check` names the problem and the form keeps
what was typed.
"""

import datetime as dt
import re
from collections.abc import Sequence
from decimal import Decimal

from portal.filters.fields import Field, Type
from portal.filters.normal import moment
from portal.filters.operands import DAY
from portal.filters.shape import NUMBERS, Operand, Takes, operators
from portal.filters.tree import UNITS, Duration, FieldRef, Scalar, Value

_NUMBER = re.compile(r"[-+]?\d{1,30}(\.\d{1,30})?", re.ASCII)
_LOCAL = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2})?", re.ASCII)


def from_raw(field: Field | None, operator: str, values: Sequence[str], unit: str, zone: dt.tzinfo) -> Value:
    """Return the value that raw texts mean for this field and operator.

    The unit “field” says that the text is the path of another field to compare with.

    A local time such as “2026-01-05T10:10” (what a browser's date control sends) is one of `zone`. A list
    takes one value a line, so that a column of a spreadsheet can be pasted.
    """
    takes = operators.get(operator).takes if operator in operators else Takes.ONE
    if takes is Takes.NONE or not values:
        return None
    if unit == FIELD_UNIT and takes is Takes.ONE:
        return FieldRef(values[0])
    operand = operators.get(operator).operand if operator in operators else Operand.FIELD
    if operand is Operand.LENGTH:
        return _length(values[0])
    if operand is not Operand.FIELD:
        field = None
    if takes is Takes.DURATION:
        return _duration(values[0], unit)
    if takes is Takes.MANY:
        return tuple(_scalar(field, line, zone) for value in values for line in value.splitlines() if line.strip())
    if takes is Takes.TWO:
        return tuple(_scalar(field, value, zone) for value in values[:2])
    return _scalar(field, values[0], zone)


def to_raw(field: Field | None, value: Value, zone: dt.tzinfo) -> tuple[tuple[str, ...], str]:
    """Return a value as raw texts, and the unit of a span of time."""
    if isinstance(value, Duration):
        return (str(value.amount),), value.unit
    if isinstance(value, FieldRef):
        return (value.path,), FIELD_UNIT
    if value is None:
        return (), ""
    items = value if isinstance(value, tuple) else (value,)
    return tuple(_raw(field, item, zone) for item in items), ""


FIELD_UNIT = "field"


def _length(text: str) -> Value:
    return int(text) if text.strip().isdecimal() and text.isascii() and len(text) < 10 else text


def _duration(amount: str, unit: str) -> Value:
    text = amount.strip()
    if unit in UNITS and text.isdecimal() and text.isascii() and len(text) < 10:
        return Duration(int(text), unit)
    return amount


def _scalar(field: Field | None, value: str, zone: dt.tzinfo) -> Scalar:
    if field is not None and field.type in NUMBERS:
        text = value.strip()
        number = Decimal(text) if _NUMBER.fullmatch(text) else None
        return value if number is None else _whole(number)
    if field is not None and field.type is Type.DATETIME:
        return _moment(value.strip(), zone)
    return value


def _whole(number: Decimal) -> int | Decimal:
    return int(number) if number == number.to_integral_value() else number


def _moment(text: str, zone: dt.tzinfo) -> str:
    if not _LOCAL.fullmatch(text):
        return text
    try:
        local = dt.datetime.fromisoformat(text).replace(tzinfo=zone)
        return local.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    except (ValueError, OverflowError):
        return text


def _raw(field: Field | None, item: Scalar, zone: dt.tzinfo) -> str:
    if isinstance(item, Decimal):
        return format(item, "f") if item.is_finite() and -40 < item.adjusted() < 40 else str(item)
    if isinstance(item, str) and field is not None and field.type is Type.DATETIME and not DAY.fullmatch(item):
        return _local(item, zone)
    return str(item)


def _local(item: str, zone: dt.tzinfo) -> str:
    """Show an instant as local time when nothing is lost by it, as it is otherwise."""
    instant = moment(item)
    if instant is None or instant.microsecond or not 1970 <= instant.year <= 9000:
        return item
    text = instant.astimezone(zone).replace(tzinfo=None).isoformat(timespec="seconds")
    return text if moment(_moment(text, zone)) == instant else item
