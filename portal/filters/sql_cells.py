"""The cells of the SQL reading: one field of one row, and what can be said of it. See `to_sql.py`.

What each method says stands at `portal.filters.shape.Cell`.

In SQL a comparison with NULL is neither true nor false. Here "not true" is what counts as false:
`AND`, `OR` and `WHERE` treat both alike, and every negation is written `… IS NOT TRUE`.
"""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.db.models import DateTimeField, DecimalField, Func, IntegerField, Q, TextField, TimeField, Value
from django.db.models.fields.json import KeyTextTransform, KeyTransform

from portal.filters.fields import Field, Type
from portal.filters.normal import to_micros
from portal.filters.operands import zone_name
from portal.filters.shape import NUMBERS
from portal.filters.sql_bricks import (
    FALSE,
    Expression,
    IsNull,
    Milliseconds,
    NotTrue,
    Raw,
    Sql,
    There,
    array,
    infix,
    json_value,
)


class SqlCell:
    """What all cells share. `value` is SQL NULL exactly when the field is absent."""

    value: Any

    def both(self, left: Expression, right: Expression) -> Expression:
        return Q(left, right)

    def no(self, shape: Expression) -> Expression:
        return NotTrue(shape)

    def always(self) -> Expression:
        return NotTrue(IsNull(self.value))

    def never(self) -> Expression:
        return FALSE

    def text(self) -> Any:
        return self.value

    def typed(self, field: Field) -> Any:
        """Return the value in a form that fields of one family share: text, number, milliseconds."""
        if field.type is Type.DATETIME:
            return Milliseconds(self.value)
        return self.value

    def like(self, pattern: str) -> Expression:
        return infix(self.text(), "LIKE", Value(pattern))

    def length(self, sign: str, count: int) -> Expression:
        return infix(Func(self.filled(), function="char_length", output_field=IntegerField()), sign, Value(count))

    def filled(self) -> Any:
        """Return the text, SQL NULL where there is none."""
        return self.text()

    def moment(self) -> Any:
        """Return the value as an instant."""
        return self.value

    def weekday(self, days: Sequence[int], zone: dt.tzinfo) -> Expression:
        there = There(Value(zone_name(zone)), self.moment())
        day = Func(there, template="EXTRACT(ISODOW FROM %(expressions)s)::int", output_field=IntegerField())
        numbers = Value([day + 1 for day in days], output_field=Raw())
        return infix(day, "=", Func(numbers, template="ANY(%(expressions)s::int[])", output_field=IntegerField()))

    def clock(self, start: dt.time, end: dt.time, zone: dt.tzinfo) -> Expression:
        there = Func(
            There(Value(zone_name(zone)), self.moment()), template="(%(expressions)s)::time", output_field=TimeField()
        )
        sides = infix(there, ">=", Value(start)), infix(there, "<", Value(end))
        return Q(*sides, _connector=Q.AND if start < end else Q.OR)

    def has_text(self, text: str) -> Expression:
        return infix(Func(self.text(), Value(text), function="strpos", output_field=TextField()), ">", Value(0))

    def starts(self, text: str) -> Expression:
        return Sql(self.text(), Value(text), function="starts_with")

    def ends(self, text: str) -> Expression:
        end = Func(self.text(), Value(len(text)), function="right", output_field=TextField())
        return infix(end, "=", Value(text))

    def compare(self, sign: str, value: Any) -> Expression:
        raise NotImplementedError

    def has_any(self, values: Sequence[str]) -> Expression:
        raise NotImplementedError

    def has_all(self, values: Sequence[str]) -> Expression:
        raise NotImplementedError

    def eq(self, value: Any) -> Expression:
        return self.compare("=", value)

    def ne(self, value: Any) -> Expression:
        return self.compare("<>", value)

    def lt(self, value: Any) -> Expression:
        return self.compare("<", value)

    def le(self, value: Any) -> Expression:
        return self.compare("<=", value)

    def gt(self, value: Any) -> Expression:
        return self.compare(">", value)

    def ge(self, value: Any) -> Expression:
        return self.compare(">=", value)

    def one_of(self, values: Sequence[str]) -> Expression:
        return infix(self.text(), "=", Func(array(values), function="ANY", output_field=TextField()))


class ColumnCell(SqlCell):
    """A field with a column of its own."""

    def __init__(self, column: Any) -> None:
        self.value = column

    def compare(self, sign: str, value: Any) -> Expression:
        return infix(self.value, sign, Value(value))


class MomentCell(ColumnCell):
    """An instant with a column of its own, which may be finer than the milliseconds of documents.

    The document shows the column cut to milliseconds. Instead of cutting the column, which would
    cost its index, the operand is moved to the edge of its millisecond.
    """

    def compare(self, sign: str, value: dt.datetime) -> Expression:
        after = dt.timedelta(microseconds=value.microsecond % 1000)
        if sign in ("<", ">="):
            edge = value - after + (_MILLISECOND if after else dt.timedelta())
            return super().compare(sign, edge)
        return super().compare({"<=": "<", ">": ">="}[sign], value - after + _MILLISECOND)


_MILLISECOND = dt.timedelta(milliseconds=1)


class FoldedCell(SqlCell):
    """A text field with a column of folded text; an empty text is absence."""

    def __init__(self, column: Any) -> None:
        self.value = Func(column, Value(""), function="NULLIF", output_field=TextField())
        self.column = column

    def filled(self) -> Any:
        return self.value

    def text(self) -> Any:
        return self.column

    def compare(self, sign: str, value: Any) -> Expression:
        return infix(self.column, sign, Value(value))


class ArrayCell(SqlCell):
    """A list field with a text[] column of folded texts; an array of nothing but empty texts is absence."""

    def __init__(self, column: Any) -> None:
        filled = Func(column, Value(""), function="array_remove", output_field=TextField())
        self.value = Func(filled, array([]), function="NULLIF", output_field=TextField())
        self.column = column

    def length(self, sign: str, count: int) -> Expression:
        template = "NULLIF((SELECT count(DISTINCT item) FROM unnest(%(expressions)s) AS item), 0)"
        return infix(Func(self.value, template=template, output_field=IntegerField()), sign, Value(count))

    def has_any(self, values: Sequence[str]) -> Expression:
        return infix(self.column, "&&", array(values))

    def has_all(self, values: Sequence[str]) -> Expression:
        return infix(self.column, "@>", array(values))


class FacetCell(SqlCell):
    """A field kept in the facets. Equality asks by containment, which a GIN index answers."""

    def __init__(self, facets: Any, key: str) -> None:
        self.facets = facets
        self.key = key
        self.value = KeyTransform(key, facets)

    def text(self) -> Any:
        return KeyTextTransform(self.key, self.facets)

    def typed(self, field: Field) -> Any:
        if field.type in NUMBERS:
            return Func(self.text(), template="(%(expressions)s)::numeric", output_field=DecimalField())
        if field.type is Type.DATETIME:
            return Func(self.text(), template="((%(expressions)s)::bigint / 1000)", output_field=DecimalField())
        return self.text()

    def moment(self) -> Any:
        template = "('epoch'::timestamptz + ((%(expressions)s)::bigint / 1000) * interval '1 millisecond')"
        return Func(self.text(), template=template, output_field=DateTimeField())

    def compare(self, sign: str, value: Any) -> Expression:
        if sign == "=":
            return self.has_all_of({self.key: _plain(value)})
        return infix(self.value, sign, json_value(_plain(value)))

    def has_all_of(self, part: dict[str, Any]) -> Expression:
        return infix(self.facets, "@>", json_value(part))


class FacetListCell(FacetCell):
    """A list kept in the facets: different folded texts in order."""

    def has_any(self, values: Sequence[str]) -> Expression:
        return infix(self.value, "?|", array(values))

    def has_all(self, values: Sequence[str]) -> Expression:
        return self.has_all_of({self.key: list(values)})

    def length(self, sign: str, count: int) -> Expression:
        items = Func(self.value, function="jsonb_array_length", output_field=IntegerField())
        return infix(items, sign, Value(count))


def _plain(value: Any) -> Any:
    return to_micros(value) if isinstance(value, dt.datetime) else value
