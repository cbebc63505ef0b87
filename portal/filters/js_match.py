"""The operators' templates as patterns: which operator a piece of code is, and what stands at its holes. Pure."""

import functools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

import portal.filters.operators  # noqa: F401 - registers them
from portal.filters.fields import Type
from portal.filters.js_syntax import Expr, Reader, named, parse
from portal.filters.shape import Operator, operators
from portal.filters.to_js import HELPERS

_HOLE = re.compile(r"\{(\w+)\}")
Holes: TypeAlias = dict[str, Expr]
BASE: dict[str, Expr] = {name: Expr("name", name) for name in ("entity", "related", "helpers")}


@dataclass(frozen=True, slots=True)
class Pattern:
    """One way to write an operator, for some types."""

    operator: Operator
    types: frozenset[Type]
    expr: Expr = field(repr=False)

    def match(self, code: Expr) -> Holes | None:
        """Return what stands at the holes, None where the code is not written in this way."""
        holes: Holes = {}
        return holes if _unify(self.expr, code, holes) else None


def helper(name: str) -> Expr:
    """Return a helper as all code names it."""
    return Expr("member", name, (BASE["helpers"],))


def _unify(pattern: Expr, code: Expr, holes: Holes) -> bool:
    if pattern.kind == "hole":
        return holes.setdefault(pattern.value, code) == code
    if pattern.kind != code.kind or pattern.value != code.value or len(pattern.parts) != len(code.parts):
        return False
    if pattern.value.__class__ is not code.value.__class__:
        return False  # 1 is not true
    return all(_unify(one, other, holes) for one, other in zip(pattern.parts, code.parts, strict=True))


def _read(template: str) -> Expr:
    scope: Mapping[str, Expr] = BASE | {name: helper(name) for name in HELPERS}
    holes = {f"${name}": Expr("hole", name) for name in _HOLE.findall(template)}
    statement = named(parse(_HOLE.sub(r"$\1", template)))[0]
    return Reader({**scope, **holes}).read(named(statement)[0])


def _written(operator: Operator) -> Iterator[tuple[str, Type, int]]:
    """Yield every template with its type and rank: what is printed goes before what is only read."""
    for kind, reading in operator.readings.items():
        for rank, template in enumerate(filter(None, (reading.javascript, *reading.javascript_also))):
            yield template, kind, rank
            if ", {zone}" in template:
                yield template.replace(", {zone}", ""), kind, rank


@functools.cache
def patterns() -> tuple[Pattern, ...]:
    """Return the patterns of all operators, the closest ones first."""
    found: dict[tuple[str, str], tuple[int, set[Type]]] = {}
    for operator in operators:
        for template, kind, rank in _written(operator):
            found.setdefault((operator.key, template), (rank, set()))[1].add(kind)
    ranked = sorted(found.items(), key=lambda item: (item[1][0], item[0][1] in ("{path}", "!{path}")))
    return tuple(Pattern(operators.get(key), frozenset(types), _read(text)) for (key, text), (_, types) in ranked)
