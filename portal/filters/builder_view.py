"""What a template shows of a draft: rows with their controls and the errors that belong to them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from portal.filters.builder import PREFIX, Draft, DraftCondition, DraftGroup
from portal.filters.fields import Catalogue, Choice, Field, Type
from portal.filters.operators import operators_for
from portal.filters.problems import Problem
from portal.filters.shape import Takes, operators
from portal.filters.tree import NodePath, show_path

_INPUTS = {Type.NUMBER: "number", Type.MONEY: "money", Type.DATETIME: "datetime", Type.COUNTRY: "country"}


@dataclass(frozen=True, slots=True)
class ConditionView:
    """A condition's row.

    `input` names the control: none, text, number, money, datetime, country, choice, duration;
    `many` and `two` say how often it stands. `name` is the prefix of the form names ("f.0.1").
    `offers_lines` says whether to show any/every/no line, `default_lines` what empty means.
    """

    name: str
    path: str
    draft: DraftCondition
    field: Field | None
    operator_choices: tuple[Choice, ...]
    input: str
    many: bool
    two: bool
    choices: tuple[Choice, ...]
    offers_lines: bool
    default_lines: str
    errors: dict[str, list[Problem]]
    is_group: bool = False

    @property
    def value(self) -> str:
        """Return the first value as typed."""
        return self.draft.values[0] if self.draft.values else ""

    @property
    def value2(self) -> str:
        """Return the second value as typed."""
        return self.draft.values[1] if len(self.draft.values) > 1 else ""


@dataclass(frozen=True, slots=True)
class GroupView:
    """A group's frame and what is in it. `may_bind` says whether it may be bound to one line."""

    name: str
    path: str
    draft: DraftGroup
    items: tuple["GroupView | ConditionView", ...]
    may_bind: bool
    errors: dict[str, list[Problem]]
    is_group: bool = True


View: TypeAlias = GroupView | ConditionView


def view(draft: DraftGroup, catalogue: Catalogue, problems: Sequence[Problem] = (), prefix: str = PREFIX) -> GroupView:
    """Return what the template walks: the root group's view. `problems` come from `builder.judge`."""
    shown = _Shown(catalogue, problems, prefix)
    return shown.group(draft, (), bound=False)


class _Shown:
    def __init__(self, catalogue: Catalogue, problems: Sequence[Problem], prefix: str) -> None:
        self.catalogue = catalogue
        self.prefix = prefix
        self.has_lines = any(field.line for field in catalogue)
        self.problems: dict[NodePath, list[Problem]] = {}
        for problem in problems:
            self.problems.setdefault(problem.path, []).append(problem)

    def group(self, draft: DraftGroup, path: NodePath, *, bound: bool) -> GroupView:
        inside = bound or bool(draft.lines)
        items = tuple(self.node(item, (*path, index), bound=inside) for index, item in enumerate(draft.items))
        return GroupView(
            self._name(path), show_path(path), draft, items, self.has_lines and not bound, self._errors(path)
        )

    def node(self, draft: Draft, path: NodePath, *, bound: bool) -> View:
        if isinstance(draft, DraftGroup):
            return self.group(draft, path, bound=bound)
        field = self.catalogue.get(draft.field)
        operator = operators.get(draft.operator) if draft.operator in operators else None
        takes = operator.takes if operator else Takes.ONE
        return ConditionView(
            name=self._name(path),
            path=show_path(path),
            draft=draft,
            field=field,
            operator_choices=tuple(Choice(each.key, each.label) for each in operators_for(field.type)) if field else (),
            input=_input(field, takes),
            many=takes is Takes.MANY,
            two=takes is Takes.TWO,
            choices=field.choices if field else (),
            offers_lines=field is not None and field.line and not bound,
            default_lines=operator.default_lines if operator else "any",
            errors=self._errors(path),
        )

    def _name(self, path: NodePath) -> str:
        return ".".join([self.prefix, *map(str, path)])

    def _errors(self, path: NodePath) -> dict[str, list[Problem]]:
        errors: dict[str, list[Problem]] = {}
        for problem in self.problems.get(path, ()):
            errors.setdefault(problem.part, []).append(problem)
        return errors


def _input(field: Field | None, takes: Takes) -> str:
    if takes in (Takes.NONE, Takes.DURATION):
        return takes.value
    if field is None:
        return "text"
    return "choice" if field.choices else _INPUTS.get(field.type, "text")
