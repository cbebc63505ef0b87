"""The SQL reading: filter tree to Django `Q`.

This file, `sql_cells.py` and `sql_bricks.py` are the part of the language that knows Django.

Note for whoever declares a table that is filtered: text is compared folded, and folded once, in
Python. So the row of the entity, and the row of each of its lines, has a jsonb column `facets`
(NOT NULL, default {}), written together with the row by `portal.filters.facets.Facets`; a field
that declares `column` (numbers, money, datetimes, booleans, enums) or `folded`
(text, country: folded text; list: text[] of folded texts) is read from that column instead and is
left out of the facets. See the docstrings of `facets.py` and `fields.py`.

Django's own `~Q` is never used, nor an empty `Q()`, which Django drops inside `|` and `~`.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import DecimalField, Exists, F, Func, Model, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from portal.filters.fields import FOLDED_TYPES, Catalogue, Field, Type
from portal.filters.normal import to_millisecond
from portal.filters.resolve import Bundle, Other, Resolved, Tally, Test, resolve
from portal.filters.sql_bricks import FALSE, TRUE, Expression, IsNull, NotTrue, infix
from portal.filters.sql_cells import ArrayCell, ColumnCell, FacetCell, FacetListCell, FoldedCell, MomentCell, SqlCell
from portal.filters.tree import Group


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
            return NotTrue(self.some_line(NotTrue(self.plain(node))))
        some = self.some_line(self.plain(node))
        return NotTrue(some) if node.lines == "none" else some

    def plain(self, node: Bundle | Test) -> Expression:
        return self.test(node) if isinstance(node, Test) else self.group(node)

    def group(self, group: Bundle) -> Expression:
        if not group.items:
            return FALSE if group.match == "any" else TRUE
        connector = Q.AND if group.match == "all" else Q.OR
        joined = Q(*map(self.node, group.items), _connector=connector)
        return NotTrue(joined) if group.match == "none" else joined

    def test(self, test: Test) -> Expression:
        cell = self.cell(test.field, test.key)
        if test.other is not None:
            return self.against(cell, test, test.other)
        shape: Expression = test.reading.sql(cell, test.args, self.now)
        return Q(IsNull(cell.value), shape, _connector=Q.OR) if test.operator.absent else shape

    def against(self, cell: "SqlCell", test: Test, other: Other) -> Expression:
        """Compare with another field; where one of the two is absent, only a negation holds."""
        left, right = cell.typed(test.field), self.cell(other.field, other.key, other.outside).typed(other.field)
        if test.reading.against == "!=":
            return NotTrue(infix(left, "=", right))
        return infix(left, (test.reading.against or "==").replace("==", "="), right)

    def cell(self, field: Field, key: str, outside: bool = False) -> "SqlCell":
        """Return a field's cell; `outside` when it is the row's and the question is about a line."""
        column, ref = field.sql_column, OuterRef if outside else F
        if column is None:
            kind = FacetListCell if field.type is Type.LIST else FacetCell
            return kind(ref(self.target.facets), key)
        if field.type is Type.LIST:
            return ArrayCell(ref(column))
        if field.type is Type.DATETIME:
            return MomentCell(ref(column))
        return FoldedCell(ref(column)) if field.type in FOLDED_TYPES else ColumnCell(ref(column))

    def some_line(self, condition: Expression) -> Expression:
        rows = self.lines()
        return FALSE if rows is None else Exists(rows.filter(Q(condition)))

    def lines(self) -> "QuerySet[Model] | None":
        lines = self.target.lines
        return None if lines is None else lines._base_manager.filter(**{self.target.owner: OuterRef("pk")})

    def tally(self, tally: Tally) -> Expression:
        shape: Expression = tally.reading.sql(ColumnCell(self.number(tally)), tally.args, self.now)
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
