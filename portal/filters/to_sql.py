"""The SQL reading: filter tree to Django `Q`. The one file of the language that knows Django.

Note for whoever declares a table that is filtered: text is compared folded, and folded once, in
Python. So the row of the entity, and the row of each of its lines, has a jsonb column `facets`
(NOT NULL, default {}), written together with the row by `portal.filters.facets.Facets`; a field
that declares `column` (numbers, money, datetimes, booleans, enums) or `folded`
(text, country: folded text; list: text[] of folded texts) is read from that column instead and is
left out of the facets. See the docstrings of `facets.py` and `fields.py`.

In SQL a comparison with NULL is neither true nor false. Here "not true" is what counts as false:
`AND`, `OR` and `WHERE` treat both alike, and every negation is written `… IS NOT TRUE`. Django's
own `~Q` is never used, nor an empty `Q()`, which Django drops inside `|` and `~`.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from django.db.models import (
    BooleanField,
    DateTimeField,
    DecimalField,
    Exists,
    F,
    Func,
    IntegerField,
    JSONField,
    Model,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    TextField,
    TimeField,
    Value,
)
from django.db.models.expressions import Combinable
from django.db.models.fields.json import KeyTextTransform, KeyTransform
from django.db.models.functions import Coalesce

from portal.filters.fields import FOLDED_TYPES, Catalogue, Field, Type
from portal.filters.normal import to_micros, to_millisecond
from portal.filters.operands import zone_name
from portal.filters.resolve import Bundle, Other, Resolved, Tally, Test, resolve
from portal.filters.shape import NUMBERS
from portal.filters.tree import Group
from portal.kit.json import dumps_text

Expression: TypeAlias = Combinable | Q


@dataclass(frozen=True, slots=True)
class SqlTarget:
    """Where a catalogue's documents lie: the row itself, and the table of its lines.

    `lines` is the line model, `owner` its foreign key to the row. The queryset that is filtered may
    be any queryset of the entity's model. `measured` names columns of the row that repeat a measure
    of all its lines: "" for their number, else the path of the line field that is summed.
    """

    catalogue: Catalogue
    lines: type[Model] | None = None
    owner: str = "order"
    facets: str = "facets"
    measured: Mapping[str, str] = field(default_factory=dict)


def to_q(root: Group, target: SqlTarget, now: dt.datetime, *, zone: dt.tzinfo = dt.UTC) -> Q:
    """Return the condition for `queryset.filter(...)`; it needs no annotations.

    `now` and `zone` as in `portal.filters.evaluate.compile_tree`; `now` counts in milliseconds. Raises
    BadFilter when the tree does not fit the catalogue, or asks what a value was before: rows do not know.
    """
    return Q(_Printer(target, to_millisecond(now)).node(resolve(root, target.catalogue.plain(), zone)))


class _Sql(Func):
    """A piece of SQL that is true, false or NULL."""

    output_field = BooleanField()
    arity = None


class _NotTrue(_Sql):
    template = "((%(expressions)s) IS NOT TRUE)"


class _IsNull(_Sql):
    template = "((%(expressions)s) IS NULL)"


class _Infix(_Sql):
    template = "(%(expressions)s)"


class _Milliseconds(Func):
    """An instant as whole milliseconds since 1970."""

    template = "floor(EXTRACT(EPOCH FROM %(expressions)s) * 1000)"
    output_field = DecimalField()


class _There(Func):
    """What the wall clock of a timezone shows at an instant."""

    function = "timezone"
    output_field = DateTimeField()


def _infix(left: Any, sign: str, right: Any) -> Expression:
    return _Infix(left, right, arg_joiner=f" {sign} ")


class _Array(Func):
    """An array of texts as one parameter."""

    template = "%(expressions)s::text[]"
    output_field = TextField()


class _Json(Func):
    """A value as one jsonb parameter."""

    template = "%(expressions)s::jsonb"
    output_field = JSONField()


def _array(values: Sequence[str]) -> Expression:
    return _Array(Value(list(values), output_field=_Raw()))


def _json(value: Any) -> Expression:
    return _Json(Value(dumps_text(value), output_field=TextField()))


class _Raw(TextField[Any, Any]):
    """Hands a parameter to the driver as it is."""

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        return value


TRUE, FALSE = Value(True, output_field=BooleanField()), Value(False, output_field=BooleanField())


class _Printer:
    """Prints resolved nodes; every choice was made when the tree was resolved."""

    def __init__(self, target: SqlTarget, now: dt.datetime) -> None:
        self.target = target
        self.now = now

    def node(self, node: Resolved) -> Expression:
        if isinstance(node, Tally):
            return self.tally(node)
        if node.lines is None:
            return self.plain(node)
        if node.lines == "all":
            return _NotTrue(self.some_line(_NotTrue(self.plain(node))))
        some = self.some_line(self.plain(node))
        return _NotTrue(some) if node.lines == "none" else some

    def plain(self, node: Bundle | Test) -> Expression:
        return self.test(node) if isinstance(node, Test) else self.group(node)

    def group(self, group: Bundle) -> Expression:
        if not group.items:
            return FALSE if group.match == "any" else TRUE
        connector = Q.AND if group.match == "all" else Q.OR
        joined = Q(*map(self.node, group.items), _connector=connector)
        return _NotTrue(joined) if group.match == "none" else joined

    def test(self, test: Test) -> Expression:
        cell = self.cell(test.field, test.key)
        if test.other is not None:
            return self.against(cell, test, test.other)
        shape: Expression = test.reading.sql(cell, test.args, self.now)
        return Q(_IsNull(cell.value), shape, _connector=Q.OR) if test.operator.absent else shape

    def against(self, cell: "_Cell", test: Test, other: Other) -> Expression:
        """Compare with another field; where one of the two is absent, only a negation holds."""
        left, right = cell.typed(test.field), self.cell(other.field, other.key, other.outside).typed(other.field)
        if test.reading.against == "!=":
            return _NotTrue(_infix(left, "=", right))
        return _infix(left, (test.reading.against or "==").replace("==", "="), right)

    def cell(self, field: Field, key: str, outside: bool = False) -> "_Cell":
        """Return a field's cell; `outside` when it is the row's and the question is about a line."""
        column, ref = field.sql_column, OuterRef if outside else F
        if column is None:
            kind = _FacetListCell if field.type is Type.LIST else _FacetCell
            return kind(ref(self.target.facets), key)
        if field.type is Type.LIST:
            return _ArrayCell(ref(column))
        if field.type is Type.DATETIME:
            return _MomentCell(ref(column))
        return _FoldedCell(ref(column)) if field.type in FOLDED_TYPES else _ColumnCell(ref(column))

    def some_line(self, condition: Expression) -> Expression:
        rows = self.lines()
        return FALSE if rows is None else Exists(rows.filter(Q(condition)))

    def lines(self) -> "QuerySet[Model] | None":
        lines = self.target.lines
        return None if lines is None else lines._base_manager.filter(**{self.target.owner: OuterRef("pk")})

    def tally(self, tally: Tally) -> Expression:
        shape: Expression = tally.reading.sql(_ColumnCell(self.number(tally)), tally.args, self.now)
        return shape

    def number(self, tally: Tally) -> Any:
        """Return how many lines there are, or the sum of one of their fields, where the measure's group holds."""
        column = self.target.measured.get(tally.measure.field) if not tally.where.items else None
        if column is not None:
            return F(column)
        rows = self.lines()
        if rows is None:
            return Value(0)
        summed = self.cell(tally.field, tally.key).typed(tally.field) if tally.key else Value(1)
        number = Func(summed, function="SUM", output_field=DecimalField())
        counted = rows.filter(Q(self.plain(tally.where))).order_by().annotate(number=number).values("number")
        return Coalesce(Subquery(counted), Value(0), output_field=DecimalField())


class _Cell:
    """What all cells share. `value` is SQL NULL exactly when the field is absent."""

    value: Any

    def both(self, left: Expression, right: Expression) -> Expression:
        return Q(left, right)

    def no(self, shape: Expression) -> Expression:
        return _NotTrue(shape)

    def always(self) -> Expression:
        return _NotTrue(_IsNull(self.value))

    def never(self) -> Expression:
        return FALSE

    def text(self) -> Any:
        return self.value

    def typed(self, field: Field) -> Any:
        """Return the value in a form that fields of one family share: text, number, milliseconds."""
        if field.type is Type.DATETIME:
            return _Milliseconds(self.value)
        return self.value

    def like(self, pattern: str) -> Expression:
        return _infix(self.text(), "LIKE", Value(pattern))

    def length(self, sign: str, count: int) -> Expression:
        return _infix(Func(self.filled(), function="char_length", output_field=IntegerField()), sign, Value(count))

    def filled(self) -> Any:
        """Return the text, SQL NULL where there is none."""
        return self.text()

    def moment(self) -> Any:
        """Return the value as an instant."""
        return self.value

    def weekday(self, days: Sequence[int], zone: dt.tzinfo) -> Expression:
        there = _There(Value(zone_name(zone)), self.moment())
        day = Func(there, template="EXTRACT(ISODOW FROM %(expressions)s)::int", output_field=IntegerField())
        numbers = Value([day + 1 for day in days], output_field=_Raw())
        return _infix(day, "=", Func(numbers, template="ANY(%(expressions)s::int[])", output_field=IntegerField()))

    def clock(self, start: dt.time, end: dt.time, zone: dt.tzinfo) -> Expression:
        there = Func(
            _There(Value(zone_name(zone)), self.moment()), template="(%(expressions)s)::time", output_field=TimeField()
        )
        sides = _infix(there, ">=", Value(start)), _infix(there, "<", Value(end))
        return Q(*sides, _connector=Q.AND if start < end else Q.OR)

    def has_text(self, text: str) -> Expression:
        return _infix(Func(self.text(), Value(text), function="strpos", output_field=TextField()), ">", Value(0))

    def starts(self, text: str) -> Expression:
        return _Sql(self.text(), Value(text), function="starts_with")

    def ends(self, text: str) -> Expression:
        end = Func(self.text(), Value(len(text)), function="right", output_field=TextField())
        return _infix(end, "=", Value(text))

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
        return _infix(self.text(), "=", Func(_array(values), function="ANY", output_field=TextField()))


class _ColumnCell(_Cell):
    """A field with a column of its own."""

    def __init__(self, column: Any) -> None:
        self.value = column

    def compare(self, sign: str, value: Any) -> Expression:
        return _infix(self.value, sign, Value(value))


class _MomentCell(_ColumnCell):
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


class _FoldedCell(_Cell):
    """A text field with a column of folded text; an empty text is absence."""

    def __init__(self, column: Any) -> None:
        self.value = Func(column, Value(""), function="NULLIF", output_field=TextField())
        self.column = column

    def filled(self) -> Any:
        return self.value

    def text(self) -> Any:
        return self.column

    def compare(self, sign: str, value: Any) -> Expression:
        return _infix(self.column, sign, Value(value))


class _ArrayCell(_Cell):
    """A list field with a text[] column of folded texts; an array of nothing but empty texts is absence."""

    def __init__(self, column: Any) -> None:
        filled = Func(column, Value(""), function="array_remove", output_field=TextField())
        self.value = Func(filled, _array([]), function="NULLIF", output_field=TextField())
        self.column = column

    def length(self, sign: str, count: int) -> Expression:
        template = "NULLIF((SELECT count(DISTINCT item) FROM unnest(%(expressions)s) AS item), 0)"
        return _infix(Func(self.value, template=template, output_field=IntegerField()), sign, Value(count))

    def has_any(self, values: Sequence[str]) -> Expression:
        return _infix(self.column, "&&", _array(values))

    def has_all(self, values: Sequence[str]) -> Expression:
        return _infix(self.column, "@>", _array(values))


class _FacetCell(_Cell):
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
        return _infix(self.value, sign, _json(_plain(value)))

    def has_all_of(self, part: dict[str, Any]) -> Expression:
        return _infix(self.facets, "@>", _json(part))


class _FacetListCell(_FacetCell):
    """A list kept in the facets: different folded texts in order."""

    def has_any(self, values: Sequence[str]) -> Expression:
        return _infix(self.value, "?|", _array(values))

    def has_all(self, values: Sequence[str]) -> Expression:
        return self.has_all_of({self.key: list(values)})

    def length(self, sign: str, count: int) -> Expression:
        items = Func(self.value, function="jsonb_array_length", output_field=IntegerField())
        return _infix(items, sign, Value(count))


def _plain(value: Any) -> Any:
    return to_micros(value) if isinstance(value, dt.datetime) else value
