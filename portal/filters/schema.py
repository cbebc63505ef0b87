"""The published shape of a filter: JSON Schema (draft 2020-12) of the stored form, as `codec` reads it.

Without a catalogue it says what any filter looks like; with one it also knows fields, operators and
choices. It never refuses what `codec` and `check` take. What a schema cannot say, or only at great
length, it lets pass: how deep and how large a tree is, calendar days that do not exist, blank text,
the digits of a number, patterns, which end of a span is the lower, a field compared with itself.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from portal.filters import operators as _operators  # brings the operators
from portal.filters.check import MAX_DEPTH, MAX_NAME, MAX_NODES, comparable
from portal.filters.codec import VERSION
from portal.filters.fields import Catalogue, Choice, Field, Type
from portal.filters.operands import MAX_DAYS, MAX_LIST, MAX_TEXT, WEEKDAYS
from portal.filters.schema_pieces import ON, object_of, ref, switched_off
from portal.filters.shape import NUMBERS, Operand, Operator, Takes, operators
from portal.filters.tree import LINES, MATCHES, UNITS
from portal.kit.json import Json

DRAFT = "https://json-schema.org/draft/2020-12/schema"
_NO_LINES: Json = {"type": "null"}
_NEVER: Json = {"not": {}}
_DEFS: Json = {
    "text": {"type": "string", "minLength": 1, "maxLength": MAX_TEXT},
    "number": {
        "type": "number",
        "exclusiveMinimum": -(10**12),
        "exclusiveMaximum": 10**12,
        "description": "At most 12 digits before the point, 6 after it and 15 in all.",
    },
    "moment": {
        "type": "string",
        "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}"
        "(T[0-9]{2}:[0-9]{2}(:[0-9]{2}([.][0-9]{1,9})?)?(Z|[+-][0-9]{2}:[0-9]{2}))?$",
        "description": "A day of the organization's timezone, or an instant with its timezone; 1970 to 9000.",
        "examples": ["2026-01-05", "2026-01-05T10:10:00Z"],
    },
    "weekday": {"enum": [choice.value for choice in WEEKDAYS]},
    "clock": {"type": "string", "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9]$", "examples": ["08:00"]},
    "length": {"type": "integer", "minimum": 1, "maximum": MAX_TEXT},
    "duration": {
        "type": "object",
        "required": ["amount", "unit"],
        "additionalProperties": False,
        "properties": {
            "amount": {"type": "integer", "minimum": 1, "maximum": MAX_DAYS * 24 * 60},
            "unit": {"enum": list(UNITS)},
        },
        "description": "At most 100 years.",
    },
}
_BY_TYPE = {Type.NUMBER: "number", Type.MONEY: "number", Type.DATETIME: "moment"}
_BY_OPERAND = {Operand.WEEKDAY: "weekday", Operand.TIME: "clock", Operand.LENGTH: "length"}


def json_schema(catalogue: Catalogue | None = None, *, identity: str = "") -> Json:
    """Return the schema, for any filter or for those of an entity. `identity` is the address it stands at."""
    writer = _Generic() if catalogue is None else _OfCatalogue(catalogue)
    about = "any entity" if catalogue is None else f"the entity “{catalogue.entity}”"
    head: Json = {"$schema": DRAFT, "$id": identity} if identity else {"$schema": DRAFT}
    return head | {
        "title": "A filter",
        "description": (
            f"A filter of {about}: conditions in groups. At most {MAX_NODES} nodes, {MAX_DEPTH} groups deep, 2 MB."
        ),
        "type": "object",
        "required": ["version", "root"],
        "additionalProperties": False,
        "properties": {"version": {"const": VERSION}, "root": {"anyOf": [ref("outermost"), ref("everything")]}},
        "$defs": {**_DEFS, **_groups(), **writer.defs()},
    }


def _groups() -> Json:
    match: Json = {"enum": list(MATCHES), "description": "Whether all, any or none of the items must hold."}
    lines: Json = {"enum": list(LINES), "description": "Bound to one line: some line, every line or no line."}
    items: Json = {"type": "array", "minItems": 1, "maxItems": MAX_NODES - 1}
    of_lines: Json = {**items, "items": ref("lineNode")}
    plain: Json = {"match": match, "items": {**items, "items": ref("node")}, "lines": _NO_LINES}
    bound: Json = {"match": match, "items": of_lines, "lines": lines}
    inner: Json = {"match": match, "items": of_lines, "lines": _NO_LINES}
    nothing: Json = {"type": "array", "maxItems": 0}
    return {
        "outermost": {
            "title": "The outermost group",
            "anyOf": [object_of(("match", "items"), plain), object_of(("match", "items", "lines"), bound)],
        },
        "group": {
            "title": "A group",
            "anyOf": [
                object_of(("match", "items"), plain | {"off": ON}),
                object_of(("match", "items", "lines"), bound | {"off": ON}),
            ],
        },
        "countedLines": object_of(("match", "items"), inner, title="The group that says which lines count"),
        "lineGroup": object_of(
            ("match", "items"), inner | {"off": ON}, title="A group inside one that speaks of one line"
        ),
        "everything": object_of(
            ("match", "items"),
            {"match": {"const": "all"}, "items": nothing, "lines": {"enum": [*LINES, None]}},
            title="The filter that always holds",
        ),
        "everyLine": object_of(
            ("match", "items"), {"match": {"const": "all"}, "items": nothing, "lines": _NO_LINES}, title="Every line"
        ),
        "node": {"anyOf": [ref("group"), ref("condition"), ref("measure"), ref("switchedOff")]},
        "lineNode": {"anyOf": [ref("lineGroup"), ref("lineCondition"), ref("switchedOff")]},
        **switched_off(),
    }


def _one(operator: Operator, kind: Type, choices: Sequence[Choice]) -> Json:
    """Return the shape of a single value."""
    if operator.operand in _BY_OPERAND:
        return ref(_BY_OPERAND[operator.operand])
    if kind is Type.ENUM and choices and operator.operand is Operand.FIELD:
        return {"enum": [choice.value for choice in choices]}
    return ref(_BY_TYPE.get(kind, "text") if operator.operand is Operand.FIELD else "text")


def _own(operator: Operator, kind: Type, choices: Sequence[Choice] = ()) -> Json:
    """Return the shape of the value that an operator takes for a type of field."""
    if operator.takes is Takes.NONE:
        return {"type": "null"}
    if operator.takes is Takes.DURATION:
        return ref("duration")
    one = _one(operator, kind, choices)
    if operator.takes is Takes.ONE:
        return one
    most = 2 if operator.takes is Takes.TWO else MAX_LIST
    return {"type": "array", "items": one, "minItems": 2 if most == 2 else 1, "maxItems": most}


def _by_value(pairs: Iterable[tuple[Operator, Json]]) -> list[Json]:
    """Return what operators take, those that take the same together."""
    found: list[tuple[Json, bool, list[str]]] = []
    for operator, value in pairs:
        needed = operator.takes is not Takes.NONE
        same = next((keys for shape, need, keys in found if shape == value and need is needed), None)
        if same is None:
            found.append((value, needed, [operator.key]))
        else:
            same.append(operator.key)
    return [
        {
            "properties": {"operator": {"enum": sorted(keys)}, "value": value},
            "required": ["operator", "value"] if needed else ["operator"],
        }
        for value, needed, keys in found
    ]


def _condition(field: Json, values: list[Json], lines: Json, **more: object) -> Json:
    properties = {"field": field, "operator": {"type": "string"}, "value": True, "lines": lines, "off": ON}
    return object_of(("field", "operator"), properties, anyOf=values, **more)


def _measure(summed: Json) -> Json:
    """Return the shape of a measure; `summed` is that of the field it may sum."""
    taken = [
        one
        for one in operators
        if Type.NUMBER in one.readings and not one.looks_back and one.key not in ("is_empty", "is_not_empty")
    ]
    values = _by_value((one, _own(one, Type.NUMBER)) for one in taken)
    where: Json = {"anyOf": [ref("countedLines"), ref("everyLine")], "description": "Which lines count."}
    rest: Json = {"operator": {"type": "string"}, "value": True, "where": where, "off": ON}
    count = object_of(
        ("measure", "operator", "value"), {"measure": {"const": "count"}, "field": {"const": ""}, **rest}, anyOf=values
    )
    total = object_of(
        ("measure", "operator", "value", "field"), {"measure": {"const": "sum"}, "field": summed, **rest}, anyOf=values
    )
    return {"title": "How many lines, or the sum over them, compared with a number", "anyOf": [count, total]}


class _Generic:
    """Writes what is true of every filter, whatever its entity."""

    def defs(self) -> Json:
        """Return the definitions of conditions and measures."""
        name: Json = {"type": "string", "minLength": 1, "maxLength": MAX_NAME}
        values = _by_value((one, self._value(one)) for one in operators)
        return {
            "fieldRef": object_of(("field",), {"field": name}, title="Another field of the record"),
            "condition": _condition(name, values, {"enum": [*LINES, None]}, title="A condition"),
            "lineCondition": _condition(name, values, _NO_LINES, title="A condition on a line"),
            "measure": _measure(name),
        }

    def _value(self, operator: Operator) -> Json:
        shapes: list[Json] = []
        for kind in sorted(operator.readings):
            shape = _own(operator, kind)
            if shape not in shapes:
                shapes.append(shape)
        if any(operator.compares(kind) for kind in operator.readings):
            shapes.append(ref("fieldRef"))
        return shapes[0] if len(shapes) == 1 else {"anyOf": shapes}


@dataclass(frozen=True)
class _Kind:
    """Fields that have the same operators and choices."""

    type: Type
    choices: tuple[Choice, ...]
    line: bool
    fields: tuple[Field, ...]


class _OfCatalogue:
    """Writes what is true of the filters of one entity."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue

    def defs(self) -> Json:
        """Return the definitions of conditions and measures."""
        kinds = list(self._kinds())
        outside = [self._condition(kind, bound=False) for kind in kinds]
        inside = [self._condition(kind, bound=True) for kind in kinds if kind.line]
        summed = [one for one in self.catalogue if one.line and one.type in NUMBERS]
        return {
            "condition": {"title": "A condition", "anyOf": outside} if outside else _NEVER,
            "lineCondition": {"title": "A condition on a line", "anyOf": inside} if inside else _NEVER,
            "measure": _measure(_names(summed)),
        }

    def _kinds(self) -> Iterable[_Kind]:
        found: dict[tuple[Type, tuple[Choice, ...], bool], list[Field]] = {}
        for field in self.catalogue:
            found.setdefault((field.type, field.choices, field.line), []).append(field)
        for (kind, choices, line), fields in found.items():
            yield _Kind(kind, choices, line, tuple(fields))

    def _condition(self, kind: _Kind, *, bound: bool) -> Json:
        changes = self.catalogue.changes and not kind.line
        offered = _operators.operators_for(kind.type, changes=changes)
        values = _by_value((one, self._value(one, kind)) for one in offered)
        lines: Json = {"enum": [*LINES, None]} if kind.line and not bound else _NO_LINES
        title = ", ".join(field.label for field in kind.fields[:3]) + (", …" if len(kind.fields) > 3 else "")
        return _condition(_names(kind.fields), values, lines, title=title)

    def _value(self, operator: Operator, kind: _Kind) -> Json:
        own = _own(operator, kind.type, kind.choices)
        if not operator.compares(kind.type):
            return own
        alike = [one for one in self.catalogue if any(_alike(field, one) for field in kind.fields)]
        return {"anyOf": [own, object_of(("field",), {"field": _names(alike)})]} if alike else own


def _alike(field: Field, other: Field) -> bool:
    """Say whether a condition on the one may compare with the other; two named ones out of the same many may."""
    return comparable(field, other) or (field.is_template and field == other)


def _names(fields: Sequence[Field]) -> Json:
    """Return the shape of the names of these fields; one that stands for many is a pattern."""
    plain = [field.path for field in fields if not field.is_template]
    many = [f'^{re.escape(field.path)}\\["(?:[^"\\\\]|\\\\.)+"\\]$' for field in fields if field.is_template]
    shapes: list[Json] = [{"enum": plain}] if plain else []
    shapes += [{"type": "string", "pattern": pattern, "maxLength": MAX_NAME} for pattern in many]
    if not shapes:
        return _NEVER
    return shapes[0] if len(shapes) == 1 else {"anyOf": shapes}
