"""What a template shows of a draft: rows with their controls and the errors that belong to them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from portal.filters.builder import (
    PREFIX,
    Draft,
    DraftCondition,
    DraftGroup,
    DraftMeasure,
    compares_fields,
    may_compare_fields,
)
from portal.filters.check import COUNTED
from portal.filters.fields import Catalogue, Choice, Field, Type
from portal.filters.operands import WEEKDAYS
from portal.filters.operators import operators_for
from portal.filters.problems import Problem
from portal.filters.settle import input_of, offered
from portal.filters.shape import NUMBERS, TEXTS, Operand, Operator, Takes, operators
from portal.filters.tree import NodePath, show_path

Errors: TypeAlias = dict[str, list[Problem]]


@dataclass(frozen=True, slots=True)
class _Row:
    """What every node has: `name` is the prefix of its form names (“f.0.1”), `path` is “0.1”, `id` “f-0-1”."""

    name: str
    path: str
    errors: Errors

    @property
    def id(self) -> str:
        """Return the name as an element's ID."""
        return self.name.replace(".", "-")

    @property
    def faults(self) -> list[Problem]:
        """Return all problems of the node."""
        return [problem for found in self.errors.values() for problem in found]

    @property
    def wrong(self) -> str:
        """Return the parts that are wrong, for the script that marks them."""
        return " ".join(self.errors)


@dataclass(frozen=True, slots=True)
class ConditionView(_Row):
    """A condition's row.

    `input` names the control: none, text, number, money, datetime, country, choice, time, duration;
    `many` and `two` say how often it stands. `scope` says which fields may be chosen: "" for all,
    "only" (line fields) inside a group bound to one line. `offers_lines` says whether to show
    any/every/no line, `default_lines` what empty means. `others` are the types of the fields that it
    may compare with instead of a value, none where it may not; `against_field` says that it does.
    """

    draft: DraftCondition
    field: Field | None
    operator: Operator | None
    operator_choices: tuple[Choice, ...]
    input: str
    many: bool
    two: bool
    choices: tuple[Choice, ...]
    scope: str
    offers_lines: bool
    default_lines: str
    others: str
    against_field: bool
    kind: str = "condition"
    is_group: bool = False

    @property
    def value(self) -> str:
        """Return the first value as typed."""
        return self.draft.values[0] if self.draft.values else ""

    @property
    def value2(self) -> str:
        """Return the second value as typed."""
        return self.draft.values[1] if len(self.draft.values) > 1 else ""

    @property
    def surplus(self) -> tuple[str, ...]:
        """Return the values for which there is no place now; the form keeps them."""
        if self.many or self.against_field or self.input == "none":
            return ()
        return self.draft.values[2 if self.two else 1 :]


@dataclass(frozen=True, slots=True)
class MeasureView(_Row):
    """A measure's row: the same controls for its value as a condition's, and `where`, its group of lines."""

    draft: DraftMeasure
    field: Field | None
    operator: Operator | None
    operator_choices: tuple[Choice, ...]
    many: bool
    two: bool
    where: "GroupView"
    input: str = "number"
    choices: tuple[Choice, ...] = ()
    against_field: bool = False
    kind: str = "measure"
    is_group: bool = False

    @property
    def value(self) -> str:
        """Return the first value as typed."""
        return self.draft.values[0] if self.draft.values else ""

    @property
    def value2(self) -> str:
        """Return the second value as typed."""
        return self.draft.values[1] if len(self.draft.values) > 1 else ""

    @property
    def surplus(self) -> tuple[str, ...]:
        """Return the values for which there is no place now; the form keeps them."""
        return () if self.many else self.draft.values[2 if self.two else 1 :]


@dataclass(frozen=True, slots=True)
class GroupView(_Row):
    """A group's frame and what is in it.

    `may_bind` says whether it may be bound to one line; `fixed` that it belongs to a measure and stays
    where it is. `counts` says whether lines can be counted here.
    """

    draft: DraftGroup
    items: tuple["View", ...]
    may_bind: bool
    fixed: bool
    counts: bool
    kind: str = "group"
    is_group: bool = True


View: TypeAlias = GroupView | ConditionView | MeasureView


def view(draft: DraftGroup, catalogue: Catalogue, problems: Sequence[Problem] = (), prefix: str = PREFIX) -> GroupView:
    """Return what the template walks: the root group's view. `problems` come from `builder.judge`."""
    shown = _Shown(catalogue, problems, prefix)
    return shown.group(draft, (), bound=False)


def walk(node: View) -> list[View]:
    """Return a view and everything in it."""
    inside: Sequence[View] = node.items if isinstance(node, GroupView) else ()
    inside = (node.where,) if isinstance(node, MeasureView) else inside
    return [node, *(found for item in inside for found in walk(item))]


class _Shown:
    def __init__(self, catalogue: Catalogue, problems: Sequence[Problem], prefix: str) -> None:
        self.catalogue = catalogue
        self.prefix = prefix
        self.has_lines = any(field.line for field in catalogue)
        self.problems: dict[NodePath, list[Problem]] = {}
        for problem in problems:
            self.problems.setdefault(problem.path, []).append(problem)

    def group(self, draft: DraftGroup, path: NodePath, *, bound: bool, fixed: bool = False) -> GroupView:
        inside = bound or bool(draft.lines)
        items = tuple(self.node(item, (*path, index), bound=inside) for index, item in enumerate(draft.items))
        return GroupView(
            *self._row(path), draft, items,
            may_bind=self.has_lines and not bound, fixed=fixed, counts=self.has_lines and not inside,
        )  # fmt: skip

    def node(self, draft: Draft, path: NodePath, *, bound: bool) -> View:
        if isinstance(draft, DraftGroup):
            return self.group(draft, path, bound=bound)
        return self.measure(draft, path) if isinstance(draft, DraftMeasure) else self.condition(draft, path, bound)

    def measure(self, draft: DraftMeasure, path: NodePath) -> MeasureView:
        operator = operators.get(draft.operator) if draft.operator in operators else None
        keys = [each for each in operators_for(Type.NUMBER) if each.takes is not Takes.NONE]
        where = self.group(draft.where, (*path, 0), bound=True, fixed=True)
        return MeasureView(
            *self._row(path), draft,
            COUNTED if draft.measure == "count" else self.catalogue.get(draft.field),
            operator,
            tuple(Choice(each.key, each.label) for each in keys),
            many=operator is not None and operator.takes is Takes.MANY,
            two=operator is not None and operator.takes is Takes.TWO,
            where=where,
        )  # fmt: skip

    def condition(self, draft: DraftCondition, path: NodePath, bound: bool) -> ConditionView:
        field = self.catalogue.get(draft.field)
        operator = operators.get(draft.operator) if draft.operator in operators else None
        return ConditionView(
            *self._row(path), draft, field, operator,
            operator_choices=tuple(Choice(each.key, each.label) for each in offered(field, self.catalogue)),
            input=input_of(field, draft.operator),
            many=operator is not None and operator.takes is Takes.MANY,
            two=operator is not None and operator.takes is Takes.TWO,
            choices=_choices(field, operator),
            scope="only" if bound else "",
            offers_lines=field is not None and field.line and not bound,
            default_lines=operator.default_lines if operator else "any",
            others=_others(draft, field),
            against_field=compares_fields(draft, field),
        )  # fmt: skip

    def _row(self, path: NodePath) -> tuple[str, str, Errors]:
        errors: Errors = {}
        for problem in self.problems.get(path, ()):
            errors.setdefault(problem.part, []).append(problem)
        return ".".join([self.prefix, *map(str, path)]), show_path(path), errors


def _choices(field: Field | None, operator: Operator | None) -> tuple[Choice, ...]:
    if operator is not None and operator.operand is Operand.WEEKDAY:
        return WEEKDAYS
    return field.choices if field else ()


def _others(draft: DraftCondition, field: Field | None) -> str:
    if field is None or not may_compare_fields(draft.operator, field):
        return ""
    family = next((family for family in (TEXTS, NUMBERS) if field.type in family), (field.type,))
    return " ".join(family)
