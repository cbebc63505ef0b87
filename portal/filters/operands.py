"""Operands: what a condition's value means for its operator, in the normal form of its field.

The one place that turns “5 January”, “3 days” or a list into what the readings compare with, and
that says what is wrong with a value and how to put it right.
"""

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from portal.filters import normal
from portal.filters.fields import Choice, Field, Type
from portal.filters.mark import gettext_noop as _
from portal.filters.shape import Args, Operand, Operator, Takes
from portal.filters.tree import UNITS, Duration, FieldRef, Value
from portal.filters.wildcard import BadPattern, Wildcard

MAX_TEXT = 10_000
MAX_LIST = 1_000
MAX_DAYS = 36_525
FIRST_YEAR, LAST_YEAR = 1970, 9000
MAX_DIGITS = 15
WEEKDAYS = tuple(
    Choice(day.lower(), day)
    for day in (*(_("Monday"), _("Tuesday"), _("Wednesday"), _("Thursday"), _("Friday"), _("Saturday"), _("Sunday")),)
)
CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d", re.ASCII)
DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_NUMBER = re.compile(r"-?\d{1,12}(\.\d{1,6})?", re.ASCII)


class BadValue(ValueError):
    """The value does not fit the operator and the type of the field."""

    def __init__(self, message: str, cure: str) -> None:
        super().__init__(message, cure)
        self.message = message
        self.cure = cure


def args_of(field: Field, operator: Operator, value: Value, zone: dt.tzinfo) -> Args:
    """Return the operands of a condition: what its readings call a and b.

    A day (“2026-01-05”) is the span from its midnight to the next in `zone`. Raises BadValue.
    """
    if isinstance(value, FieldRef):
        raise BadValue(_("The value is another field."), _("Give a value of its own."))
    if operator.operand is not Operand.FIELD:
        return _BY_OPERAND[operator.operand](value, zone)
    return _BY_TAKES[operator.takes](field, value, zone)


@dataclass(frozen=True, slots=True)
class Clock:
    """A span of the day in a timezone, the start included, the end not; it may wrap over midnight."""

    start: dt.time
    end: dt.time
    zone: dt.tzinfo

    def __call__(self, value: dt.datetime) -> bool:
        """Say whether the wall clock of the zone shows a time inside at this instant."""
        clock = value.astimezone(self.zone).time()
        if self.start < self.end:
            return self.start <= clock < self.end
        return clock >= self.start or clock < self.end


@dataclass(frozen=True, slots=True)
class Weekdays:
    """Days of the week in a timezone; Monday is 0."""

    days: frozenset[int]
    zone: dt.tzinfo

    def __call__(self, value: dt.datetime) -> bool:
        """Say whether the instant falls on one of the days."""
        return value.astimezone(self.zone).weekday() in self.days


def zone_name(zone: dt.tzinfo) -> str:
    """Return the name by which PostgreSQL and V8 know a timezone."""
    return getattr(zone, "key", None) or "UTC"


def _weekdays(value: Value, zone: dt.tzinfo) -> Args:
    cure = _("Choose one or more of monday, tuesday, wednesday, thursday, friday, saturday and sunday.")
    names = [choice.value for choice in WEEKDAYS]
    if not isinstance(value, tuple) or not value or not all(day in names for day in value):
        raise BadValue(_("These are not days of the week."), cure)
    return (Weekdays(frozenset(names.index(str(day)) for day in value), zone),)


def _clock(value: Value, zone: dt.tzinfo) -> Args:
    cure = _("Enter two times such as 08:00 and 17:30.")
    if not isinstance(value, tuple) or len(value) != 2 or not all(_is_clock(item) for item in value):
        raise BadValue(_("These are not two times of day."), cure)
    if value[0] == value[1]:
        raise BadValue(_("The two times are the same."), cure)
    start, end = (dt.time.fromisoformat(str(item)) for item in value)
    return (Clock(start, end, zone),)


def _is_clock(item: object) -> bool:
    return isinstance(item, str) and CLOCK.fullmatch(item) is not None


def _length(value: Value, zone: dt.tzinfo) -> Args:
    cure = _("Enter a whole number from 1 to 10,000; for nothing at all use “is empty”.")
    if value.__class__ is not int or not 1 <= value <= MAX_TEXT:
        raise BadValue(_("The length is not a whole number above 0."), cure)
    return (value,)


def _pattern(value: Value, zone: dt.tzinfo) -> Args:
    _checked_text(value)
    try:
        return (Wildcard(str(value)),)
    except BadPattern as error:
        raise BadValue(error.message, error.cure) from None


def _none(field: Field, value: Value, zone: dt.tzinfo) -> Args:
    if value is not None:
        raise BadValue(_("This operator takes no value."), _("Leave the value out."))
    return ()


def _one(field: Field, value: Value, zone: dt.tzinfo) -> Args:
    if field.type is Type.DATETIME:
        return span(value, zone)
    return (_scalar(field, value),)


def _two(field: Field, value: Value, zone: dt.tzinfo) -> Args:
    if not isinstance(value, tuple) or len(value) != 2:
        raise BadValue(_("This operator takes two values."), _("Give the lower and the upper end."))
    if field.type is Type.DATETIME:
        low, high = span(value[0], zone)[0], span(value[1], zone)[1]
    else:
        low, high = _scalar(field, value[0]), _scalar(field, value[1])
    if low > high:
        raise BadValue(_("The lower end is above the upper end."), _("Swap the two values."))
    return low, high


def _many(field: Field, value: Value, zone: dt.tzinfo) -> Args:
    if not isinstance(value, tuple) or not value:
        raise BadValue(_("This operator takes a list of values."), _("Add at least one value."))
    if len(value) > MAX_LIST:
        raise BadValue(_("The list has more than 1,000 values."), _("Split it over several conditions."))
    return (frozenset(_scalar(field, item) for item in value),)


def _duration(field: Field, value: Value, zone: dt.tzinfo) -> Args:
    cure = _("Give a whole number of minutes, hours, days or weeks, at most 100 years.")
    if not isinstance(value, Duration) or value.unit not in UNITS or value.amount.__class__ is not int:
        raise BadValue(_("This operator takes a span of time."), cure)
    if value.amount < 1:
        raise BadValue(_("The span of time is not positive."), cure)
    if value.amount > MAX_DAYS * 24 * 60 or (result := to_timedelta(value)).days > MAX_DAYS:
        raise BadValue(_("The span of time is too long."), cure)
    return (result,)


def to_timedelta(value: Duration) -> dt.timedelta:
    """Return the length of a duration; a day is 24 hours, whatever clocks are changed in it."""
    return dt.timedelta(**{value.unit: value.amount})


def _text(field: Field, value: Any) -> str:
    return _checked_text(value)


def can_be_held(text: str) -> bool:
    """Say whether the database can hold a text: PostgreSQL takes neither NUL nor half a character."""
    return "\x00" not in text and not any("\ud800" <= char <= "\udfff" for char in text)


def _checked_text(value: Any) -> str:
    """Return the folded text. Raises BadValue for what no record can hold, and for nothing."""
    if not isinstance(value, str):
        raise BadValue(_("The value is not a text."), _("Write the value as text."))
    if len(value) > MAX_TEXT:
        raise BadValue(_("The text is longer than 10,000 characters."), _("Shorten it."))
    if not can_be_held(value):
        raise BadValue(_("The text holds a character that no record can hold."), _("Remove it."))
    folded = normal.text(value)
    if folded is None:
        raise BadValue(_("The value is empty."), _("Enter a value, or use “is empty”."))
    return folded


def _number(field: Field, value: Any) -> int | Decimal:
    cure = _("Enter a number such as 12 or 12.50: at most 12 digits before the point, 6 after it and 15 in all.")
    if value.__class__ not in (int, Decimal):
        raise BadValue(_("The value is not a number."), cure)
    if not _NUMBER.fullmatch(plain := _plain(value)) or len(plain.strip("-0").replace(".", "")) > MAX_DIGITS:
        raise BadValue(_("The number has too many digits."), cure)
    return int(value) if value == int(value) else value


def _plain(value: int | Decimal) -> str:
    if isinstance(value, Decimal):
        if not value.is_finite() or not -20 < value.adjusted() < 20 or len(value.as_tuple().digits) > 30:
            return ""
        return format(value, "f")
    return str(value) if -(10**15) < value < 10**15 else ""


def _enum(field: Field, value: Any) -> str:
    if not isinstance(value, str) or not any(choice.value == value for choice in field.choices):
        raise BadValue(_("The value is not one of the choices."), _("Choose one from the list."))
    return value


def span(value: Any, zone: dt.tzinfo) -> tuple[dt.datetime, dt.datetime]:
    """Return start and end (not included) of a day in `zone`, or of one millisecond for an instant."""
    cure = _("Enter a date such as 2026-01-05, or a time with its timezone such as 2026-01-05T10:10:00Z.")
    if not isinstance(value, str):
        raise BadValue(_("The value is not a date."), cure)
    if DAY.fullmatch(value):
        return _day(value, zone, cure)
    instant = normal.moment(value)
    if instant is None or not FIRST_YEAR <= instant.year <= LAST_YEAR:
        raise BadValue(_("The value is not a date between the years 1970 and 9000."), cure)
    return instant, instant + dt.timedelta(milliseconds=1)


def _day(value: str, zone: dt.tzinfo, cure: str) -> tuple[dt.datetime, dt.datetime]:
    try:
        day = dt.date.fromisoformat(value)
    except ValueError:
        day = dt.date.min
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise BadValue(_("The value is not a date between the years 1970 and 9000."), cure)
    start, end = (dt.datetime.combine(at, dt.time(), zone) for at in (day, day + dt.timedelta(days=1)))
    return start.astimezone(dt.UTC), end.astimezone(dt.UTC)


_BY_TAKES: dict[Takes, Callable[[Field, Value, dt.tzinfo], Args]] = {
    Takes.NONE: _none,
    Takes.ONE: _one,
    Takes.TWO: _two,
    Takes.MANY: _many,
    Takes.DURATION: _duration,
}
_BY_OPERAND: dict[Operand, Callable[[Value, dt.tzinfo], Args]] = {
    Operand.WEEKDAY: _weekdays,
    Operand.TIME: _clock,
    Operand.LENGTH: _length,
    Operand.PATTERN: _pattern,
}
_BY_TYPE: dict[Type, Callable[[Field, Any], Any]] = {
    Type.TEXT: _text,
    Type.COUNTRY: _text,
    Type.LIST: _text,
    Type.NUMBER: _number,
    Type.MONEY: _number,
    Type.ENUM: _enum,
}


def _scalar(field: Field, value: Any) -> Any:
    return _BY_TYPE[field.type](field, value)
