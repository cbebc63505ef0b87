"""Decide everything a reading needs to know, once, on the tree: readings then only print.

A resolved condition has its field, operator, reading and operands at hand (or the field that it is
compared with), and says on which lines it must hold. A resolved tree has passed `check`. What is
switched off is not in it; paths are those of the tree that was given.
"""

import datetime as dt
from dataclasses import dataclass, replace
from typing import TypeAlias

from portal.filters.check import ensure, measured
from portal.filters.fields import Catalogue, Field
from portal.filters.operands import args_of
from portal.filters.shape import Args, Operator, Reading, operators
from portal.filters.tree import Condition, FieldRef, Group, Lines, Match, Measure, Node, NodePath, is_left_out, live


@dataclass(frozen=True, slots=True)
class Other:
    """The field that a condition compares with. `outside` when the condition is on a line and it is not."""

    field: Field
    key: str
    outside: bool


@dataclass(frozen=True, slots=True)
class Test:
    """A condition with everything looked up. `lines` is None for a value read from what is at hand."""

    path: NodePath
    condition: Condition
    field: Field
    key: str
    operator: Operator
    reading: Reading
    args: Args
    lines: Lines | None
    other: Other | None = None


@dataclass(frozen=True, slots=True)
class Tally:
    """A measure with everything looked up. `key` is that of the summed field in a line, "" for a count."""

    path: NodePath
    measure: Measure
    field: Field
    key: str
    operator: Operator
    reading: Reading
    args: Args
    where: "Bundle"
    lines: None = None


@dataclass(frozen=True, slots=True)
class Bundle:
    """A group whose items are resolved. With `lines`, its tests are asked of one line at a time."""

    path: NodePath
    match: Match
    items: tuple["Bundle | Test | Tally", ...]
    lines: Lines | None


Resolved: TypeAlias = Bundle | Test | Tally


def resolve(root: Group, catalogue: Catalogue, zone: dt.tzinfo = dt.UTC) -> Bundle:
    """Return the resolved tree. Raises BadFilter when `check` finds a problem."""
    ensure(root, catalogue, zone=zone)
    return _group(root, (), catalogue, zone, bound=False)


def _group(group: Group, path: NodePath, catalogue: Catalogue, zone: dt.tzinfo, *, bound: bool) -> Bundle:
    inside = bound or group.line_bound
    if is_left_out(group):  # only the outermost group, or that of a measure, gets here with nothing left in it
        return Bundle(path, "all", (), None)
    items = [
        _node(item, (*path, index), catalogue, zone, bound=inside)
        for index, item in enumerate(group.items)
        if not is_left_out(item)
    ]
    return Bundle(path, group.match, tuple(items), group.lines)


def _node(node: Node, path: NodePath, catalogue: Catalogue, zone: dt.tzinfo, *, bound: bool) -> Resolved:
    if isinstance(node, Group):
        return _group(node, path, catalogue, zone, bound=bound)
    if isinstance(node, Measure):
        return _tally(node, path, catalogue, zone)
    return _test(node, path, catalogue, zone, bound=bound)


def _tally(measure: Measure, path: NodePath, catalogue: Catalogue, zone: dt.tzinfo) -> Tally:
    field, operator = measured(measure, catalogue), operators.get(measure.operator)
    assert field is not None
    return Tally(
        path=path,
        measure=replace(measure, where=live(measure.where)),
        field=field,
        key=catalogue.key(field),
        operator=operator,
        reading=operator.readings[field.type],
        args=args_of(field, operator, measure.value, zone),
        where=_group(measure.where, (*path, 0), catalogue, zone, bound=True),
    )


def _test(condition: Condition, path: NodePath, catalogue: Catalogue, zone: dt.tzinfo, *, bound: bool) -> Test:
    field = catalogue.get(condition.field)
    assert field is not None
    operator = operators.get(condition.operator)
    lines = condition.lines or operator.default_lines if field.line and not bound else None
    value = condition.value
    return Test(
        path=path,
        condition=condition,
        field=field,
        key=catalogue.key(field),
        operator=operator,
        reading=operator.readings[field.type],
        args=() if isinstance(value, FieldRef) else args_of(field, operator, value, zone),
        lines=lines,
        other=_other(value, field, catalogue) if isinstance(value, FieldRef) else None,
    )


def _other(value: FieldRef, field: Field, catalogue: Catalogue) -> Other:
    other = catalogue.get(value.path)
    assert other is not None
    return Other(other, catalogue.key(other), outside=field.line and not other.line)
