"""The chips of a list's filter, and the small form in which each is edited in place."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from portal.filters.check import check
from portal.filters.fields import Catalogue, Choice, Field, keyed_path
from portal.filters.mark import gettext_noop
from portal.filters.operators import operators_for
from portal.filters.problems import Problem
from portal.filters.raw import from_raw, to_raw
from portal.filters.shape import operators
from portal.filters.to_words import clause, sentence
from portal.filters.tree import ALWAYS, LINES, Condition, FieldRef, Group, Lines, Node
from portal.ui.list_state import State, default_operator


@dataclass(frozen=True)
class Chip:
    """One part of the filter. What is no single condition on a field that exists is edited in the advanced filter."""

    index: int
    text: str
    editable: bool
    wrong: bool = False
    field: str = ""


def items(tree: Group) -> Sequence[Node]:
    """Return what gets a chip of its own: the parts of “all”, or the whole of anything else."""
    return tree.items if tree.match == "all" and tree.lines is None else (tree,)


_LINES: Mapping[Lines, str] = {
    "any": gettext_noop("any line"),
    "all": gettext_noop("every line"),
    "none": gettext_noop("no line"),
}
Options = Mapping[str, Sequence[Choice]]
"""Choices of text fields by path: what an ID is called."""
_NONE: Options = {}


def chips(state: State, catalogue: Catalogue, zone: dt.tzinfo, options: Options = _NONE) -> list[Chip]:
    """Return the chips of the state's filter, with those that are wrong marked."""
    nodes = items(state.tree)
    whole = nodes == (state.tree,)  # then a problem's path begins inside the only chip
    wrong = {0 if whole else problem.path[0] for problem in state.problems if problem.path or whole}
    return [_chip(index, node, catalogue, zone, index in wrong, options) for index, node in enumerate(nodes)]


def _chip(index: int, node: Node, catalogue: Catalogue, zone: dt.tzinfo, wrong: bool, options: Options) -> Chip:
    if node.off:
        text = sentence(Group("all", (replace(node, off=False),)), catalogue, say=_, zone=zone)
        return Chip(index, _("Switched off: {condition}").format(condition=text), False, wrong)
    if not isinstance(node, Condition):
        return Chip(index, _capital(sentence(Group("all", (node,)), catalogue, say=_, zone=zone)), False, wrong)
    field = catalogue.get(node.field)
    if field is None or node.operator not in {operator.key for operator in operators_for(field.type)}:
        return Chip(index, f"{node.field} {node.operator}", False, True)
    named = replace(field, choices=field.choices or tuple(options.get(field.path, ())))
    text = clause(node, named, catalogue, lines=effective_lines(field, node.operator, node.lines), say=_, zone=zone)
    return Chip(index, _capital(text), not isinstance(node.value, FieldRef), wrong, field.path)


def effective_lines(field: Field, operator: str, lines: str | None) -> Lines | None:
    """Return of which lines a condition speaks: left out, a negative operator means every line, others any."""
    if not field.line:
        return None
    usual: Lines = "all" if operators.get(operator).negative else "any"
    return next((one for one in LINES if one == lines), usual)


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
    """The form of one condition; its control is drawn from field, operator and values (`portal.ui.inputs`)."""

    index: int | None
    field: Field
    operator: str
    operator_choices: Sequence[Choice]
    values: Sequence[str]
    unit: str
    options: Sequence[Choice]
    problem: Problem | None = None
    of_lines: Lines | None = None
    """Of which lines it speaks; None for a field that is not one of lines."""

    @property
    def line_choices(self) -> list[tuple[str, str, bool]]:
        """(value, label, chosen) of which lines it speaks of; what is usual for the operator is sent as nothing."""
        usual = effective_lines(self.field, self.operator, None)
        return [("" if one == usual else one, _(_LINES[one]), one == self.of_lines) for one in LINES if usual]


def form_for(
    get: QueryDict, state: State, catalogue: Catalogue, zone: dt.tzinfo, options: Mapping[str, Sequence[Choice]]
) -> ChipForm | None:
    """Return the form that `?form=` asks for: of a chip by its index, or of a new condition on `field`."""
    index = _index(get.get("form", ""), state)
    field = _field(get, catalogue)
    old = items(state.tree)[index] if index is not None else None
    if isinstance(old, Condition) and (field is None or field.path == old.field):
        field = catalogue.get(old.field)
        raw, unit = to_raw(field, old.value, zone)
        operator = get.get("operator") or old.operator
        if "lines" in get:
            old = replace(old, lines=_lines(get))
        return None if field is None else _form(index, field, operator, raw, unit, options, lines=old.lines)
    if field is None:
        return None
    usual = "is_one_of" if options.get(field.path) else default_operator(catalogue, field.path)
    operator = get.get("operator") or usual
    return _form(index, field, operator, get.getlist("value"), get.get("unit", "days"), options, lines=_lines(get))


def _field(get: QueryDict, catalogue: Catalogue) -> Field | None:
    """Return the field that a form is about; one of those that users named has its name beside it."""
    found, name = catalogue.get(get.get("field", "")), get.get("named", "").strip()
    if found is None or not name or not (found.is_template or found.base):
        return found
    return catalogue.get(keyed_path(found.base or found.path, name)) or found


def _lines(get: QueryDict) -> Lines | None:
    return next((one for one in LINES if one == get.get("lines")), None)


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
    lines: Lines | None = None,
) -> ChipForm:
    allowed = operators_for(field.type)
    chosen = next((each for each in allowed if each.key == operator), allowed[0])
    offered = field.choices or options.get(field.path, ())
    choices = [Choice(each.key, each.label) for each in allowed]
    of_lines = effective_lines(field, chosen.key, lines)
    return ChipForm(index, field, chosen.key, choices, values, unit or "days", offered, problem, of_lines)


def apply(
    get: QueryDict, state: State, catalogue: Catalogue, zone: dt.tzinfo, options: Mapping[str, Sequence[Choice]]
) -> State | ChipForm | None:
    """Carry out `?edit=`: return the new state, the form with what is wrong, or None for an unknown field."""
    field = _field(get, catalogue)
    if field is None:
        return None
    index = _index(get.get("edit", ""), state)
    values = [value for value in get.getlist("value") if value.strip()]
    operator, unit = get.get("operator", ""), get.get("unit", "")
    lines = _lines(get) if field.line else None
    if operator in operators and lines == effective_lines(field, operator, None):
        lines = None
    condition = Condition(field.path, operator, from_raw(field, operator, values, unit, zone), lines)
    problems = check(Group("all", (condition,)), catalogue, zone=zone)
    if problems:
        return _form(index, field, operator, values, unit, options, problems[0], _lines(get))
    return _with(state, having(state.tree, index, condition), catalogue, zone)


def _with(state: State, tree: Group, catalogue: Catalogue, zone: dt.tzinfo) -> State:
    """Return the state with this filter, and with what else was wrong in it: an edit hides no other fault."""
    return replace(state.with_tree(tree), problems=tuple(check(tree, catalogue, zone=zone)))


def fields_by_group(catalogue: Catalogue, quick: Sequence[str]) -> list[tuple[str, list[Any]]]:
    """Return the fields to choose from: the quick ones first, then each group."""
    first = [found for path in quick if (found := catalogue.get(path))]
    groups = [(group or _("Other"), list(fields)) for group, fields in catalogue.grouped().items()]
    return [(_("Often used"), first), *groups] if first else groups
