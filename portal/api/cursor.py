"""A place in a sorted list, so that the next page begins after the last record, whatever came in meanwhile.

The cursor holds the values that the last record was sorted by, and its number. It is not signed: it
is read as strictly as any parameter, and rows are those of the organization whatever it says.
"""

import base64
import binascii
import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db.models import Field, Model, Q

from portal.kit import json

MOST = 2_000


class BadCursor(ValueError):
    """The text is no cursor of this list in this order."""


def write(sort: str, names: Sequence[str], record: Any) -> str:
    """Return the place of a record in a list sorted by these fields."""
    values = [_plain(_read(record, name)) for name in names]
    return base64.urlsafe_b64encode(json.dumps([sort, values, record.pk])).decode().rstrip("=")


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a list: the fields that sort it, the values of the last record in them, its number."""

    fields: Sequence[tuple[str, Field[Any, Any]]]
    values: Sequence[Any]
    number: int

    def behind(self, *, back: bool) -> Q:
        """Return the rows behind it, in the order of `ListPage.ordered`: absent values last, then by number."""
        sign = "lt" if back else "gt"
        found = Q(**{f"pk__{sign}": self.number})
        for (name, field), value in zip(reversed(self.fields), reversed(self.values), strict=True):
            found = _behind(name, value, found, sign, nullable=field.null or "__" in name)
        return found


def _behind(name: str, value: Any, ties: Q, sign: str, *, nullable: bool) -> Q:
    """Return the rows behind a value in one field; among equal ones `ties` decides."""
    if value is None:
        return Q(**{f"{name}__isnull": True}) & ties
    behind = Q(**{f"{name}__{sign}": value}) | (Q(**{name: value}) & ties)
    if nullable:
        return behind | Q(**{f"{name}__isnull": True})
    return Q(**{f"{name}__{sign}e": value}) & behind  # said twice, so that an index can begin there


def read(text: str, sort: str, names: Sequence[str], model: type[Model]) -> Place:
    """Return the place that a cursor holds. Raises BadCursor."""
    try:
        data = json.loads(base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True))
        kept, values, number = data
        fields = [(name, _field(model, name)) for name in names]
        if len(text) > MOST or kept != sort or number.__class__ is not int or not 0 < number < 2**63:
            raise BadCursor
        typed = [_typed(field, value) for (_, field), value in zip(fields, values, strict=True)]
    except (binascii.Error, ValueError, TypeError, ValidationError, ArithmeticError):
        raise BadCursor(BadCursor.__doc__) from None
    return Place(fields, typed, number)


def _read(record: Any, name: str) -> Any:
    for part in name.split("__"):
        record = None if record is None else getattr(record, part)
    return record


def _plain(value: Any) -> Any:
    if isinstance(value, dt.datetime):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value


def _field(model: type[Model], name: str) -> Field[Any, Any]:
    found: Any = None
    try:
        for part in name.split("__"):
            found = model._meta.get_field(part)
            model = found.related_model or model
    except FieldDoesNotExist:
        raise BadCursor(BadCursor.__doc__) from None
    return found  # type: ignore[no-any-return]


def _typed(field: Field[Any, Any], value: Any) -> Any:
    if value is None:
        return None
    if value.__class__ not in (str, int, bool) or (isinstance(value, str) and "\x00" in value):
        raise BadCursor(BadCursor.__doc__)
    typed = field.to_python(value)
    if isinstance(typed, dt.datetime) and typed.tzinfo is None:
        raise BadCursor(BadCursor.__doc__)
    if isinstance(typed, int) and not -(2**63) < typed < 2**63:
        raise BadCursor(BadCursor.__doc__)
    if isinstance(typed, Decimal) and not (typed.is_finite() and abs(typed.adjusted()) < 40):
        raise BadCursor(BadCursor.__doc__)
    return typed
