"""The chips of a list's filter, and the small form in which each is edited in place."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from portal.filters.check import check
from portal.filters.fields import Catalogue, Choice, Field, Type
from portal.filters.operators import operators_for
from portal.filters.problems import Problem
from portal.filters.raw import from_raw, to_raw
from portal.filters.shape import Takes, operators
from portal.filters.to_words import clause, sentence
from portal.filters.tree import ALWAYS, UNITS, Condition, Group, Node
from portal.ui.list_state import State, default_operator


@dataclass(frozen=True)
class Chip:
    """One condition (or one group) of the filter. `index` None stands for the whole tree."""

    index: int | None
    text: str
    editable: bool
    wrong: bool = False


def items(tree: Group) -> Sequence[Node]:
    """Return what gets a chip of its own: the parts of “all”, or the whole of anything else."""
    return tree.items if tree.match == "all" and tree.lines is None else (tree,)


Options = Mapping[str, Sequence[Choice]]
"""Choices of text fields by path: what an ID is called."""
_NONE: Options = {}


def chips(state: State, catalogue: Catalogue, zone: dt.tzinfo, options: Options = _NONE) -> list[Chip]:
    """Return the chips of the state's filter, with those that are wrong marked."""
    wrong = {problem.path[:1] for problem in state.problems}
    nodes = enumerate(items(state.tree))
    return [_chip(index, node, catalogue, zone, (index,) in wrong, options) for index, node in nodes]


def _chip(index: int, node: Node, catalogue: Catalogue, zone: dt.tzinfo, wrong: bool, options: Options) -> Chip:
    if isinstance(node, Group):
        return Chip(index, _capital(sentence(Group("all", (node,)), catalogue, say=_, zone=zone)), False, wrong)
    field = catalogue.get(node.field)
    if field is None or node.operator not in operators:
        return Chip(index, f"{node.field} {node.operator}", False, True)
    field = replace(field, choices=field.choices or tuple(options.get(field.path, ())))
    return Chip(index, _capital(clause(node, field, lines=node.lines, say=_, zone=zone)), node.lines is None, wrong)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def without(tree: Group, index: int) -> Group:
    """Return the filter without one of its chips."""
    kept = tuple(node for place, node in enumerate(items(tree)) if place != index)
    return Group("all", kept) if kept else ALWAYS


def having(tree: Group, index: int | None, condition: Condition) -> Group:
    """Return the filter with a condition put in the place of a chip, or added at the end."""
    parts = list(items(tree)) if tree.items or tree.match != "all" else []
    if index is None or not 0 <= index < len(parts):
        return Group("all", (*parts, condition))
    parts[index] = condition
    return Group("all", tuple(parts))


@dataclass(frozen=True)
class ChipForm:
    """The form of one condition. `kind` names its control: none, choices, span, two, many, date or one."""

    index: int | None
    field: Field
    operator: str
    operator_choices: Sequence[Choice]
    kind: str
    input_type: str
    values: Sequence[str]
    unit: str
    options: Sequence[Choice]
    problem: Problem | None = None

    @property
    def units(self) -> Sequence[str]:
        """Units of a span of time."""
        return UNITS

    @property
    def first(self) -> str:
        """The first value as typed."""
        return self.values[0] if self.values else ""

    @property
    def second(self) -> str:
        """The second value as typed."""
        return self.values[1] if len(self.values) > 1 else ""

    @property
    def lines(self) -> str:
        """The values, one on each line."""
        return "\n".join(self.values)


def form_for(
    get: QueryDict, state: State, catalogue: Catalogue, zone: dt.tzinfo, options: Mapping[str, Sequence[Choice]]
) -> ChipForm | None:
    """Return the form that `?form=` asks for: of a chip by its index, or of a new condition on `field`."""
    index = _index(get.get("form", ""), state)
    field = catalogue.get(get.get("field", ""))
    old = items(state.tree)[index] if index is not None else None
    if isinstance(old, Condition) and (field is None or field.path == old.field):
        field = catalogue.get(old.field)
        raw, unit = to_raw(field, old.value, zone)
        return None if field is None else _form(index, field, get.get("operator") or old.operator, raw, unit, options)
    if field is None:
        return None
    operator = get.get("operator") or default_operator(catalogue, field.path)
    return _form(index, field, operator, get.getlist("value"), get.get("unit", "days"), options)


def _index(text: str, state: State) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and int(text[:4]) < len(items(state.tree)) else None


def _form(
    index: int | None,
    field: Field,
    operator: str,
    values: Sequence[str],
    unit: str,
    options: Mapping[str, Sequence[Choice]],
    problem: Problem | None = None,
) -> ChipForm:
    allowed = operators_for(field.type)
    chosen = next((each for each in allowed if each.key == operator), allowed[0])
    offered = field.choices or options.get(field.path, ())
    choices = [Choice(each.key, each.label) for each in allowed]
    kind = _kind(chosen.takes, field, bool(offered))
    return ChipForm(
        index, field, chosen.key, choices, kind, _input_type(field), values, unit or "days", offered, problem
    )


def _kind(takes: Takes, field: Field, offered: bool) -> str:
    if takes in (Takes.NONE, Takes.DURATION):
        return "none" if takes is Takes.NONE else "span"
    if offered and takes in (Takes.ONE, Takes.MANY):
        return "choices" if takes is Takes.MANY else "choice"
    if takes is Takes.TWO:
        return "two"
    return "many" if takes is Takes.MANY else "one"


def _input_type(field: Field) -> str:
    return "date" if field.type is Type.DATETIME else "text"


def apply(
    get: QueryDict, state: State, catalogue: Catalogue, zone: dt.tzinfo, options: Mapping[str, Sequence[Choice]]
) -> State | ChipForm | None:
    """Carry out `?edit=`: return the new state, the form with what is wrong, or None for an unknown field."""
    field = catalogue.get(get.get("field", ""))
    if field is None:
        return None
    index = _index(get.get("edit", ""), state)
    values = [value for value in get.getlist("value") if value.strip()]
    operator, unit = get.get("operator", ""), get.get("unit", "")
    condition = Condition(field.path, operator, from_raw(field, operator, values, unit, zone))
    problems = check(Group("all", (condition,)), catalogue, zone=zone)
    if problems:
        return _form(index, field, operator, values, unit, options, problems[0])
    return replace(state.with_tree(having(state.tree, index, condition)))


def fields_by_group(catalogue: Catalogue, quick: Sequence[str]) -> list[tuple[str, list[Any]]]:
    """Return the fields to choose from: the quick ones first, then each group."""
    first = [found for path in quick if (found := catalogue.get(path))]
    groups = [(group or _("Other"), list(fields)) for group, fields in catalogue.grouped().items()]
    return [(_("Often used"), first), *groups] if first else groups
