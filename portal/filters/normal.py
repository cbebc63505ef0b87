"""Normal forms: what a document's value is before any operator sees it.

Absent is one thing: a missing path, null, empty or blank text, an empty list, and a value that is
not of the field's type (docs/filters.md) all become None here. All readings start from these
forms: Python calls them, SQL finds them stored in columns and facets.
"""

import datetime as dt
import functools
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from portal.filters.fields import BEFORE, KEYED, Field, Type
from portal.kit.text import fold

MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})", re.ASCII)
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_MICROSECOND = dt.timedelta(microseconds=1)


def text(value: Any) -> str | None:
    """Return the folded text, None when nothing is left of it."""
    if value.__class__ is not str:
        return None
    return fold(value) or None


def number(value: Any) -> int | Decimal | None:
    """Return an exact, finite number; a binary float counts as the decimal it prints."""
    kind = value.__class__
    if kind is int:
        return value  # type: ignore[no-any-return]
    if kind is float:
        value = Decimal(repr(value))
    elif kind is not Decimal:
        return None
    return value if value.is_finite() else None


def moment(value: Any) -> dt.datetime | None:
    """Return the instant of an ISO 8601 text with a timezone, in UTC and cut to its millisecond."""
    if value.__class__ is not str:
        return None
    try:
        if len(value) == 24 and value[4:20:3] == "--T::." and value[23] == "Z":  # as our documents write it
            return dt.datetime.fromisoformat(value)
        if not MOMENT.fullmatch(value):
            return None
        return to_millisecond(dt.datetime.fromisoformat(value).astimezone(dt.UTC))
    except (ValueError, OverflowError):
        return None


def to_millisecond(value: dt.datetime) -> dt.datetime:
    """Return the instant without what is finer than milliseconds, which documents and V8 do not have."""
    return value.replace(microsecond=value.microsecond // 1000 * 1000) if value.microsecond else value


def flag(value: Any) -> bool | None:
    """Return true or false; 1 and "true" are neither."""
    return value if value.__class__ is bool else None


def word(value: Any) -> str | None:
    """Return an enum's value as it is; enum values are compared exactly."""
    return value if value.__class__ is str and value else None


def words(value: Any) -> frozenset[str] | None:
    """Return the set of folded, non-empty texts of a list."""
    if value.__class__ is not list:
        return None
    return frozenset(filter(None, map(text, value))) or None


FORMS: dict[Type, Callable[[Any], Any]] = {
    Type.TEXT: text,
    Type.COUNTRY: text,
    Type.NUMBER: number,
    Type.MONEY: number,
    Type.DATETIME: moment,
    Type.BOOLEAN: flag,
    Type.ENUM: word,
    Type.LIST: words,
}


def to_micros(value: dt.datetime) -> int:
    """Return microseconds since 1970, the form in which facets keep instants."""
    return (value - _EPOCH) // _MICROSECOND


def dig(holder: Any, path: str) -> Any:
    """Return the raw value at a dotted path, None when the way is broken.

    `[]` after a name walks through a list of objects and gathers what is behind it.
    """
    return digger(path)(holder)


@functools.lru_cache(maxsize=4_096)
def digger(path: str) -> Callable[[Any], Any]:
    """Return the function that finds the raw value at a dotted path (`dig`)."""
    before, walks, rest = path.partition("[]")
    names = tuple(before.split("."))

    def reach(holder: Any) -> Any:
        for name in names:
            if holder.__class__ is not dict:
                return None
            holder = holder.get(name)
        return holder

    if not walks:
        return reach
    behind = digger(rest.removeprefix("."))

    def gather(holder: Any) -> Any:
        items = reach(holder)
        return [behind(item) for item in items] if items.__class__ is list else None

    return gather


def getter(field: Field, key: str) -> Callable[[Any], Any]:
    """Return the function that finds a field's raw value in its holder (the document, or a line).

    `key` is `Catalogue.key(field)`.
    """
    if field.keyed is None:
        return digger(key) if "." in key or "[]" in key else _member(key)
    match = KEYED.fullmatch(key)
    assert match is not None
    return functools.partial(_by_name, path=match["base"], wanted=fold(field.keyed_name), members=field.keyed)


def _member(key: str) -> Callable[[Any], Any]:
    return lambda holder: holder.get(key) if holder.__class__ is dict else None


def _by_name(holder: Any, path: str, wanted: str, members: tuple[str, str]) -> Any:
    """Return the value of the first item of a list of objects that has the wanted name."""
    items, (name, value) = dig(holder, path), members
    for item in items if items.__class__ is list else ():
        if item.__class__ is dict and (given := item.get(name)).__class__ is str and fold(given) == wanted:
            return item.get(value)
    return None


def before(document: Any) -> Any:
    """Return what a document was before its change; None where it does not say."""
    former = document.get(BEFORE) if document.__class__ is dict else None
    return former if former.__class__ is dict else None


def lines_of(document: Any, lines_path: str) -> list[dict[str, Any]]:
    """Return the document's lines; what is not an object is not a line."""
    lines = document.get(lines_path) if document.__class__ is dict else None
    return [line for line in lines if line.__class__ is dict] if lines.__class__ is list else []


def normal(field: Field, value: Any) -> Any:
    """Return the normal form of a raw value of this field, None when it is absent."""
    return FORMS[field.type](value)
