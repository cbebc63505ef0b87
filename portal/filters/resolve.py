"""Decide everything a reading needs to know, once, on the tree: readings then only print.

A resolved condition has its field, operator, reading and operands at hand, and says on which lines
it must hold. A resolved tree has passed `check`.
"""

import datetime as dt
from dataclasses import dataclass
from typing import TypeAlias

from portal.filters.check import ensure
from portal.filters.fields import Catalogue, Field
from portal.filters.operands import args_of
from portal.filters.shape import Args, Operator, Reading, operators
from portal.filters.tree import Condition, Group, Lines, Match, NodePath


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


@dataclass(frozen=True, slots=True)
class Bundle:
    """A group whose items are resolved. With `lines`, its tests are asked of one line at a time."""

    path: NodePath
    match: Match
    items: tuple["Bundle | Test", ...]
    lines: Lines | None


Resolved: TypeAlias = Bundle | Test


def resolve(root: Group, catalogue: Catalogue, zone: dt.tzinfo = dt.UTC) -> Bundle:
    """Return the resolved tree. Raises BadFilter when `check` finds a problem."""
    ensure(root, catalogue, zone=zone)
    return _group(root, (), catalogue, zone, bound=False)


def _group(group: Group, path: NodePath, catalogue: Catalogue, zone: dt.tzinfo, *, bound: bool) -> Bundle:
    inside = bound or group.line_bound
    items: list[Resolved] = []
    for index, item in enumerate(group.items):
        here = (*path, index)
        if isinstance(item, Group):
            items.append(_group(item, here, catalogue, zone, bound=inside))
        else:
            items.append(_test(item, here, catalogue, zone, bound=inside))
    return Bundle(path, group.match, tuple(items), group.lines)


def _test(condition: Condition, path: NodePath, catalogue: Catalogue, zone: dt.tzinfo, *, bound: bool) -> Test:
    field = catalogue.get(condition.field)
    assert field is not None
    operator = operators.get(condition.operator)
    lines = condition.lines or operator.default_lines if field.line and not bound else None
    return Test(
        path=path,
        condition=condition,
        field=field,
        key=catalogue.key(field),
        operator=operator,
        reading=operator.readings[field.type],
        args=args_of(field, operator, condition.value, zone),
        lines=lines,
    )
