"""Tree to JSON and back: versioned, strict, and safe with whatever it is given.

The stored form is `{"version": 1, "root": {...}}`. A group is `{"match", "items"}` and, when it is
bound to one line, `"lines"`; a condition is `{"field", "operator"}` with `"value"` and `"lines"`
where it has them; a measure is `{"measure", "operator", "value"}` with `"field"` and `"where"` where it
has them. Any of the three may say `"off": true`: it is kept, and left out of what is read. Numbers
are exact, a list is an array, a span of time `{"amount", "unit"}`, another field `{"field"}`.
"""

from collections.abc import Callable
from decimal import Decimal
from typing import Any, cast

from portal.filters.check import MAX_DEPTH, MAX_NAME, MAX_NODES, too_deep, too_many
from portal.filters.mark import gettext_noop as _
from portal.filters.operands import MAX_LIST, MAX_TEXT
from portal.filters.problems import BadFilter, Part, Problem
from portal.filters.tree import (
    KINDS,
    LINES,
    MATCHES,
    UNITS,
    Condition,
    Duration,
    FieldRef,
    Group,
    Lines,
    Measure,
    Node,
    NodePath,
    Value,
    live,
)
from portal.kit import json
from portal.kit.json import Json

VERSION = 1
MAX_CHARACTERS = 2_000_000
UPGRADES: dict[int, Callable[[Json], Json]] = {}
"""From each old version, the step to the next; applied in turn when a stored filter is read."""


def encode(root: Group) -> Json:
    """Return the stored form of a tree."""
    return {"version": VERSION, "root": _encode(root)}


def decode(data: Any, *, whole: bool = False) -> Group:
    """Read the stored form. Raises BadFilter with the path of the node at fault.

    What is switched off is left out, so that no reading sees it; `whole` keeps it, for whoever edits.
    """
    if data.__class__ is not dict or not data.keys() <= {"version", "root"}:
        raise _bad((), "node", _("This is not a filter."), _("Give an object with version and root."))
    root = _Decoder().group(_upgrade(data).get("root"), ())
    return root if whole else live(root)


def dumps(root: Group) -> str:
    """Return the stored form as JSON text."""
    return json.dumps_text(encode(root))


def loads(text: str | bytes, *, whole: bool = False) -> Group:
    """Read JSON text, as `decode` does. Raises BadFilter for everything that is not a filter."""
    if len(text) > MAX_CHARACTERS:
        raise _bad((), "node", _("The filter is larger than 2 MB."), _("Shorten its lists."))
    try:
        data = json.loads(text)
    except json.NotJson:
        raise _bad((), "node", _("The filter is not valid JSON."), _("Check brackets, quotes and commas.")) from None
    return decode(data, whole=whole)


def _upgrade(data: Json) -> Json:
    version = data.get("version")
    if version.__class__ is not int or not 1 <= version <= VERSION:
        message = _("The version of the filter is unknown.")
        raise _bad((), "node", message, _("Use version 1, or update Switchyard if a newer one wrote it."))
    for step in range(version, VERSION):
        data = UPGRADES[step](data)
    return data


def _encode(node: Node) -> Json:
    if isinstance(node, Group):
        data: Json = {"match": node.match, "items": [_encode(item) for item in node.items]}
    elif isinstance(node, Measure):
        return _encode_measure(node)
    else:
        data = {"field": node.field, "operator": node.operator}
        if node.value is not None:
            data["value"] = value_to_json(node.value)
    if node.lines is not None:
        data["lines"] = node.lines
    if node.off:
        data["off"] = True
    return data


def _encode_measure(node: Measure) -> Json:
    data: Json = {"measure": node.kind, "operator": node.operator, "value": value_to_json(node.value)}
    if node.field:
        data["field"] = node.field
    if node.where != Group():
        data["where"] = _encode(node.where)
    if node.off:
        data["off"] = True
    return data


def value_to_json(value: Value) -> Any:
    """Return a condition's value as JSON."""
    if isinstance(value, Duration):
        return {"amount": value.amount, "unit": value.unit}
    if isinstance(value, FieldRef):
        return {"field": value.path}
    return list(value) if isinstance(value, tuple) else value


def value_from_json(value: Any, path: NodePath = ()) -> Value:
    """Read a condition's value. Raises BadFilter."""
    if value.__class__ is dict:
        return FieldRef(_name(value, "field", path)) if value.keys() == {"field"} else _duration(value, path)
    if value.__class__ is list:
        if len(value) > MAX_LIST:
            raise _bad(path, "value", _("The list has more than 1,000 values."), _("Split it over several conditions."))
        return tuple(_scalar(item, path) for item in value)
    return None if value is None else _scalar(value, path)


def _scalar(value: Any, path: NodePath) -> str | int | Decimal:
    if value.__class__ is str and len(value) > MAX_TEXT:
        raise _bad(path, "value", _("The text is longer than 10,000 characters."), _("Shorten it."))
    if value.__class__ in (str, int, Decimal):
        return value
    raise _bad(
        path, "value", _("This value cannot be compared."), _("Give a text, a number, a list or a span of time.")
    )


def _duration(value: Json, path: NodePath) -> Duration:
    amount, unit = value.get("amount"), value.get("unit")
    if value.keys() != {"amount", "unit"} or amount.__class__ is not int or unit not in UNITS:
        cure = _("Give amount as a whole number and unit as minutes, hours, days or weeks.")
        raise _bad(path, "value", _("This is not a span of time."), cure)
    return Duration(amount, unit)


def _name(data: Json, part: Part, path: NodePath) -> str:
    name = data[part]
    if name.__class__ is not str or len(name) > MAX_NAME:
        raise _bad(path, part, _("This is not a name."), _("Give a text of at most 400 characters."))
    return str(name)


def _bad(path: NodePath, part: Part, message: str, cure: str) -> BadFilter:
    return BadFilter([Problem(path, part, message, cure)])


class _Decoder:
    """Reads nodes and counts them, so that a bomb is refused before it is built."""

    def __init__(self) -> None:
        self.nodes = 0

    def node(self, data: Any, path: NodePath) -> Node:
        if data.__class__ is dict and "measure" in data:
            return self.measure(data, path)
        if data.__class__ is dict and "field" in data:
            return self.condition(data, path)
        return self.group(data, path, fixed=False)

    def group(self, data: Any, path: NodePath, *, fixed: bool = True) -> Group:
        """Read a group. One that is fixed is not an item of another, and cannot be switched off."""
        self._count(path)
        if fixed and data.__class__ is dict and "off" in data:
            raise _bad(path, "node", _("This group cannot be switched off."), _("Switch off what is in it."))
        self._keys(data, {"match", "items"}, {"lines", "off"}, path)
        if data["match"] not in MATCHES:
            raise _bad(
                path, "match", _("The group joins its conditions in an unknown way."), _("Use all, any or none.")
            )
        if data["items"].__class__ is not list:
            raise _bad(path, "node", _("The items of the group are not a list."), _("Give items as an array."))
        if self.nodes + len(data["items"]) > MAX_NODES:
            raise BadFilter([too_many(path)])
        items = tuple(self.node(item, (*path, index)) for index, item in enumerate(data["items"]))
        return Group(data["match"], items, self._lines(data, path), self._off(data, path))

    def condition(self, data: Json, path: NodePath) -> Condition:
        self._count(path)
        self._keys(data, {"field", "operator"}, {"value", "lines", "off"}, path)
        field, operator = _name(data, "field", path), _name(data, "operator", path)
        value = value_from_json(data.get("value"), path)
        return Condition(field, operator, value, self._lines(data, path), self._off(data, path))

    def measure(self, data: Json, path: NodePath) -> Measure:
        self._count(path)
        self._keys(data, {"measure", "operator", "value"}, {"field", "where", "off"}, path)
        if data["measure"] not in KINDS:
            raise _bad(path, "node", _("It is not known what is to be measured."), _("Use count or sum."))
        field = _name(data, "field", path) if "field" in data else ""
        where = self.group(data["where"], (*path, 0)) if "where" in data else Group()
        value = value_from_json(data["value"], path)
        operator = _name(data, "operator", path)
        return Measure(data["measure"], operator, value, field, where, self._off(data, path))

    def _count(self, path: NodePath) -> None:
        self.nodes += 1
        if len(path) > MAX_DEPTH:
            raise BadFilter([too_deep(path)])
        if self.nodes > MAX_NODES:
            raise BadFilter([too_many(path)])

    def _keys(self, data: Any, needed: set[str], allowed: set[str], path: NodePath) -> None:
        if data.__class__ is not dict or not needed <= data.keys() <= needed | allowed:
            message = _("This is neither a condition nor a group.")
            cure = _("Give match and items for a group, or field, operator and value for a condition.")
            raise _bad(path, "node", message, cure)

    def _lines(self, data: Json, path: NodePath) -> Lines | None:
        lines = data.get("lines")
        if lines is not None and lines not in LINES:
            raise _bad(path, "lines", _("Unknown choice of lines."), _("Use any, all or none."))
        return cast(Lines | None, lines)

    def _off(self, data: Json, path: NodePath) -> bool:
        off = data.get("off", False)
        if off.__class__ is not bool:
            message = _("It is not clear whether this is switched off.")
            raise _bad(path, "node", message, _("Give off as true, or leave it out."))
        return bool(off)
