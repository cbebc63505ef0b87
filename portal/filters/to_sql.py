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
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from django.db.models import BooleanField, Exists, F, Func, JSONField, Model, OuterRef, Q, TextField, Value
from django.db.models.expressions import Combinable
from django.db.models.fields.json import KeyTextTransform, KeyTransform

from portal.filters.fields import FOLDED_TYPES, Catalogue, Type
from portal.filters.normal import to_micros
from portal.filters.resolve import Bundle, Resolved, Test, resolve
from portal.filters.tree import Group
from portal.kit.json import dumps_text

Expression: TypeAlias = Combinable | Q


@dataclass(frozen=True, slots=True)
class SqlTarget:
    """Where a catalogue's documents lie: the row itself, and the table of its lines.

    `lines` is the line model, `owner` its foreign key to the row. The queryset that is filtered may
    be any queryset of the entity's model.
    """

    catalogue: Catalogue
    lines: type[Model] | None = None
    owner: str = "order"
    facets: str = "facets"


def to_q(root: Group, target: SqlTarget, now: dt.datetime, *, zone: dt.tzinfo = dt.UTC) -> Q:
    """Return the condition for `queryset.filter(...)`; it needs no annotations.

    `now` and `zone` as in `portal.filters.evaluate.compile_tree`. Raises BadFilter when the tree
    does not fit the catalogue.
    """
    return Q(_Printer(target, now).node(resolve(root, target.catalogue, zone)))


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
        if node.lines is None:
            return self.plain(node)
        if node.lines == "all":
            return _NotTrue(self.some_line(_NotTrue(self.plain(node))))
        some = self.some_line(self.plain(node))
        return _NotTrue(some) if node.lines == "none" else some

    def plain(self, node: Resolved) -> Expression:
        return self.test(node) if isinstance(node, Test) else self.group(node)

    def group(self, group: Bundle) -> Expression:
        if not group.items:
            return FALSE if group.match == "any" else TRUE
        connector = Q.AND if group.match == "all" else Q.OR
        joined = Q(*map(self.node, group.items), _connector=connector)
        return _NotTrue(joined) if group.match == "none" else joined

    def test(self, test: Test) -> Expression:
        cell = self.cell(test)
        shape: Expression = test.reading.sql(cell, test.args, self.now)
        return Q(_IsNull(cell.value), shape, _connector=Q.OR) if test.operator.absent else shape

    def cell(self, test: Test) -> Any:
        column = test.field.sql_column
        if column is None:
            return _FacetCell(self.target.facets, test.key)
        if test.field.type is Type.LIST:
            return _ArrayCell(column)
        if test.field.type is Type.DATETIME:
            return _MomentCell(column)
        return _FoldedCell(column) if test.field.type in FOLDED_TYPES else _ColumnCell(column)

    def some_line(self, condition: Expression) -> Expression:
        lines = self.target.lines
        if lines is None:
            return FALSE
        rows = lines._base_manager.filter(**{self.target.owner: OuterRef("pk")})
        return Exists(rows.filter(Q(condition)))


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

    def has_text(self, text: str) -> Expression:
        return _infix(Func(self.text(), Value(text), function="strpos", output_field=TextField()), ">", Value(0))

    def starts(self, text: str) -> Expression:
        return _Sql(self.text(), Value(text), function="starts_with")

    def ends(self, text: str) -> Expression:
        end = Func(self.text(), Value(len(text)), function="right", output_field=TextField())
        return _infix(end, "=", Value(text))

    def compare(self, sign: str, value: Any) -> Expression:
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

    def __init__(self, column: str) -> None:
        self.value = F(column)

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

    def __init__(self, column: str) -> None:
        self.value = Func(F(column), Value(""), function="NULLIF", output_field=TextField())
        self.column = F(column)

    def text(self) -> Any:
        return self.column

    def compare(self, sign: str, value: Any) -> Expression:
        return _infix(self.column, sign, Value(value))


class _ArrayCell(_Cell):
    """A list field with a text[] column of folded texts; an array of nothing but empty texts is absence."""

    def __init__(self, column: str) -> None:
        filled = Func(F(column), Value(""), function="array_remove", output_field=TextField())
        self.value = Func(filled, _array([]), function="NULLIF", output_field=TextField())
        self.column = F(column)

    def has_any(self, values: Sequence[str]) -> Expression:
        return _infix(self.column, "&&", _array(values))

    def has_all(self, values: Sequence[str]) -> Expression:
        return _infix(self.column, "@>", _array(values))


class _FacetCell(_Cell):
    """A field kept in the facets. Equality asks by containment, which a GIN index answers."""

    def __init__(self, facets: str, key: str) -> None:
        self.facets = F(facets)
        self.key = key
        self.value = KeyTransform(key, F(facets))

    def text(self) -> Any:
        return KeyTextTransform(self.key, self.facets)

    def compare(self, sign: str, value: Any) -> Expression:
        if sign == "=":
            return self.has_all_of({self.key: _plain(value)})
        return _infix(self.value, sign, _json(_plain(value)))

    def has_all_of(self, part: dict[str, Any]) -> Expression:
        return _infix(self.facets, "@>", _json(part))

    def has_any(self, values: Sequence[str]) -> Expression:
        return _infix(self.value, "?|", _array(values))

    def has_all(self, values: Sequence[str]) -> Expression:
        return self.has_all_of({self.key: list(values)})


def _plain(value: Any) -> Any:
    return to_micros(value) if isinstance(value, dt.datetime) else value
