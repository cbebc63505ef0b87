"""Every problem of a tree against a catalogue, each with the path of its node and the cure."""

import datetime as dt
from collections.abc import Iterator

from portal.filters.fields import Catalogue, Field
from portal.filters.mark import gettext_noop as _
from portal.filters.operands import BadValue, args_of
from portal.filters.operators import operators_for
from portal.filters.problems import BadFilter, Problem
from portal.filters.shape import operators
from portal.filters.tree import LINES, MATCHES, Condition, Group, Node, NodePath

MAX_DEPTH = 20
MAX_NODES = 500


def check(root: Group, catalogue: Catalogue, *, zone: dt.tzinfo = dt.UTC) -> list[Problem]:
    """Return every problem of the tree; an empty list means that all readings will take it."""
    too_big = _size(root)
    return [too_big] if too_big else list(_group(root, (), catalogue, zone, bound=False))


def ensure(root: Group, catalogue: Catalogue, *, zone: dt.tzinfo = dt.UTC) -> None:
    """Raise BadFilter with every problem, if there is one."""
    problems = check(root, catalogue, zone=zone)
    if problems:
        raise BadFilter(problems)


def too_deep(path: NodePath) -> Problem:
    """Return the problem of a node that lies too deep."""
    return Problem(path, "node", _("Groups are nested more than 20 deep."), _("Flatten the groups."))


def too_many(path: NodePath) -> Problem:
    """Return the problem of a tree with too many nodes."""
    return Problem(
        path, "node", _("The filter has more than 500 conditions and groups."), _("Split it, or use “is one of”.")
    )


def _size(root: Group) -> Problem | None:
    level: list[tuple[NodePath, Node]] = [((), root)]
    nodes = 1
    while level:
        path = level[0][0]
        if len(path) > MAX_DEPTH:
            return too_deep(path)
        level = [((*p, i), x) for p, node in level if isinstance(node, Group) for i, x in enumerate(node.items)]
        nodes += len(level)
        if nodes > MAX_NODES:
            return too_many(())
    return None


def _group(group: Group, path: NodePath, catalogue: Catalogue, zone: dt.tzinfo, *, bound: bool) -> Iterator[Problem]:
    if group.match not in MATCHES:
        yield Problem(path, "match", _("The group joins its conditions in an unknown way."), _("Use all, any or none."))
    if not group.items and (path or group.match != "all"):
        yield Problem(path, "node", _("The group is empty."), _("Add a condition, or remove the group."))
    if group.lines is not None:
        yield from _lines(group.lines, path)
        if bound:
            message = _("The group is bound to one line inside a group that already is.")
            yield Problem(path, "lines", message, _("Unbind one of the two."))
    bound = bound or group.line_bound
    for index, item in enumerate(group.items):
        here = (*path, index)
        if isinstance(item, Group):
            yield from _group(item, here, catalogue, zone, bound=bound)
        else:
            yield from _condition(item, here, catalogue, zone, bound=bound)


def _lines(lines: str, path: NodePath) -> Iterator[Problem]:
    if lines not in LINES:
        yield Problem(path, "lines", _("Unknown choice of lines."), _("Use any, all or none."))


def _condition(
    condition: Condition, path: NodePath, catalogue: Catalogue, zone: dt.tzinfo, *, bound: bool
) -> Iterator[Problem]:
    field = catalogue.get(condition.field)
    if field is None:
        yield Problem(path, "field", _("There is no such field."), _("Choose a field from the list."))
        return
    yield from _place(condition, field, path, bound=bound)
    if condition.operator not in operators:
        yield Problem(path, "operator", _("There is no such operator."), _operator_cure(field))
        return
    operator = operators.get(condition.operator)
    if field.type not in operator.readings:
        yield Problem(path, "operator", _("This field does not have this operator."), _operator_cure(field))
        return
    try:
        args_of(field, operator, condition.value, zone)
    except BadValue as error:
        yield Problem(path, "value", error.message, error.cure)


def _place(condition: Condition, field: Field, path: NodePath, *, bound: bool) -> Iterator[Problem]:
    if bound and not field.line:
        message = _("The group is bound to one line, but this is not a line field.")
        yield Problem(path, "field", message, _("Move the condition out of the group."))
    if condition.lines is None:
        return
    if bound or not field.line:
        cure = _("Leave the choice of lines out.")
        yield Problem(path, "lines", _("Any, every or no line cannot be chosen here."), cure)
    else:
        yield from _lines(condition.lines, path)


def _operator_cure(field: Field) -> str:
    return "Use " + ", ".join(operator.key for operator in operators_for(field.type)) + "."
