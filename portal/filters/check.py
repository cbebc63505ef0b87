"""Every problem of a tree against a catalogue, each with the path of its node and the cure.

What is switched off may be unfinished, and need not fit the catalogue; only what could not be stored
is a problem of it.
"""

import datetime as dt
from collections.abc import Iterator, Sequence

from portal.filters.fields import Catalogue, Field, Type
from portal.filters.mark import gettext_noop as _
from portal.filters.operands import MAX_LIST, MAX_TEXT, BadValue, args_of, can_be_held
from portal.filters.operators import operators_for
from portal.filters.problems import BadFilter, Problem
from portal.filters.shape import NUMBERS, TEXTS, Operator, operators
from portal.filters.tree import KINDS, LINES, MATCHES, Condition, FieldRef, Group, Measure, Node, NodePath, inside

MAX_DEPTH = 20
MAX_NAME = 400
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
        level = [((*p, i), x) for p, node in level for i, x in enumerate(inside(node))]
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
        if item.off:
            yield from _storable(item, here)
        elif isinstance(item, Group):
            yield from _group(item, here, catalogue, zone, bound=bound)
        elif isinstance(item, Measure):
            yield from _measure(item, here, catalogue, zone, bound=bound)
        else:
            yield from _condition(item, here, catalogue, zone, bound=bound)


def _storable(node: Node, path: NodePath) -> Iterator[Problem]:
    """Judge what is switched off: whether `codec` could read it again."""
    if isinstance(node, Group) and node.match not in MATCHES:
        yield Problem(path, "match", _("The group joins its conditions in an unknown way."), _("Use all, any or none."))
    if isinstance(node, Measure) and node.kind not in KINDS:
        yield Problem(path, "node", _("It is not known what is to be measured."), _("Use count or sum."))
    if not isinstance(node, Measure) and node.lines is not None:
        yield from _lines(node.lines, path)
    if not isinstance(node, Group):
        yield from _storable_texts(node, path)
    for index, item in enumerate(inside(node)):
        yield from _storable(item, (*path, index))


def _storable_texts(node: Condition | Measure, path: NodePath) -> Iterator[Problem]:
    values = node.value if isinstance(node.value, tuple) else (node.value,)
    texts = [one for one in values if isinstance(one, str)]
    names = [node.field, node.operator, *([node.value.path] if isinstance(node.value, FieldRef) else [])]
    if any(len(name) > MAX_NAME for name in names):
        yield Problem(path, "field", _("This is not a name."), _("Give a text of at most 400 characters."))
    if len(values) > MAX_LIST or any(len(text) > MAX_TEXT for text in texts):
        yield Problem(path, "value", _("This is too long to be kept."), _("Shorten it."))
    if not all(map(can_be_held, (*names, *texts))):
        message = _("The text holds a character that no record can hold.")
        yield Problem(path, "value", message, _("Remove it."))


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
    if field.is_template:
        yield Problem(path, "field", _("It is not said which one is meant."), _("Enter its name."))
        return
    yield from _place(condition, field, path, bound=bound)
    offered = operators_for(field.type, changes=catalogue.changes and not field.line)
    operator = next((each for each in offered if each.key == condition.operator), None)
    if operator is None:
        yield Problem(path, "operator", *_no_operator(condition, field, offered))
    elif isinstance(condition.value, FieldRef):
        yield from _reference(condition.value, operator, field, path, catalogue)
    else:
        yield from _value(condition, operator, field, path, zone)


def _value(
    node: Condition | Measure, operator: Operator, field: Field, path: NodePath, zone: dt.tzinfo
) -> Iterator[Problem]:
    try:
        args_of(field, operator, node.value, zone)
    except BadValue as error:
        yield Problem(path, "value", error.message, error.cure)


def _no_operator(node: Condition, field: Field, offered: Sequence[Operator]) -> tuple[str, str]:
    cure = "Use " + ", ".join(operator.key for operator in offered) + "."
    if node.operator not in operators:
        return _("There is no such operator."), cure
    if operators.get(node.operator).looks_back:
        return _("It is not known here what the value was before."), _("Ask this only of records that were updated.")
    return _("This field does not have this operator."), cure


def _reference(
    value: FieldRef, operator: Operator, field: Field, path: NodePath, catalogue: Catalogue
) -> Iterator[Problem]:
    """Judge a comparison with another field of the record."""
    other = catalogue.get(value.path)
    if not operator.compares(field.type):
        yield Problem(
            path, "value", _("This operator does not compare with another field."), _("Enter a value, or use “equals”.")
        )
    elif other is None or other.is_template:
        yield Problem(path, "value", _("There is no such field to compare with."), _("Choose a field from the list."))
    elif not comparable(field, other):
        yield Problem(
            path, "value", _("The two fields cannot be compared."), _("Choose a field of the same kind, not of a line.")
        )


def comparable(field: Field, other: Field) -> bool:
    """Say whether a condition on `field` may compare with `other`: the same kind, and not a line from outside."""
    families = ({*TEXTS}, {*NUMBERS}, {Type.DATETIME}, {Type.ENUM})
    alike = any(field.type in family and other.type in family for family in families)
    return alike and field.path != other.path and (field.line or not other.line)


def _measure(
    measure: Measure, path: NodePath, catalogue: Catalogue, zone: dt.tzinfo, *, bound: bool
) -> Iterator[Problem]:
    if measure.kind not in KINDS:
        yield Problem(path, "node", _("It is not known what is to be measured."), _("Use count or sum."))
        return
    if bound:
        message = _("Lines are counted inside a group that is bound to one line.")
        yield Problem(path, "node", message, _("Move it out of the group."))
    field = measured(measure, catalogue)
    if field is None:
        yield Problem(path, "field", _("This cannot be summed."), _("Choose a line field that holds a number."))
        return
    if measure.where != Group():
        yield from _group(measure.where, (*path, 0), catalogue, zone, bound=True)
    if not any(each.key == measure.operator for each in operators_for(field.type)):
        yield Problem(path, "operator", _("A number does not have this operator."), _operator_cure(field))
    elif measure.operator in ("is_empty", "is_not_empty"):
        yield Problem(path, "operator", _("A number of lines is never empty."), _("Compare it with 0."))
    elif isinstance(measure.value, FieldRef):
        message = _("A number of lines does not compare with another field.")
        yield Problem(path, "value", message, _("Enter a number."))
    else:
        yield from _value(measure, operators.get(measure.operator), field, path, zone)


COUNTED = Field("", _("Number of lines"), Type.NUMBER, noun=_("the number of lines"))
"""What a count of lines is compared as."""


def measured(measure: Measure, catalogue: Catalogue) -> Field | None:
    """Return the field whose numbers a measure compares, None where they cannot be summed."""
    if measure.kind == "count":
        return None if measure.field else COUNTED
    field = catalogue.get(measure.field)
    return field if field is not None and field.line and field.type in NUMBERS else None


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
