"""The builder's server half: what stands in the form, and the tree it means.

A form is flat. With the prefix `f`, the root group sends `f.match` and `f.lines`; its first item is
one of these, and `f.0.…` names its parts. Gaps in the numbers are fine.

- a condition: `field`, `operator`, `value` (repeated for a list, `value2` for a second end), `unit`
  of a span of time, `lines` of a line field, `against` (“field” when it compares with the field in
  `other` instead of a value), and what `settle` keeps;
- a group: `match`, `lines`, then its items `f.0.0.field` and so on;
- a measure: `measure` (count or sum), `field`, `operator`, `value`; its group of lines is item 0.

Each of them but the group of a measure may be switched off: `off` is then “1”.

Where a form has several builders, each has a prefix of its own: that of the builder in the setting
`condition` of the first action is `a.0.condition.f`, and its names are `a.0.condition.f.0.field` and so on.

    draft = settle(read(request.POST.lists()), ORDER)    # everything as typed
    draft = edit(draft, request.POST["do"])              # "add:0", "add_group:", "remove:0.1", …
    tree = to_tree(draft, ORDER, zone=zone)              # None when something does not fit …
    problems = judge(draft, ORDER, zone=zone)            # … and then these say what, by path and part
    shown = builder_view.view(draft, ORDER, problems)    # what the template walks
    draft = draft_of(tree, ORDER, zone=zone)             # a stored filter back into the form

Nothing typed is lost: a draft holds raw strings, whatever they are worth, and `portal.filters.settle`
keeps what was typed for a field that is not chosen any more. `to_tree` of an empty builder is the
filter that always holds.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias, cast

from portal.filters.check import MAX_DEPTH, MAX_NODES, check, too_deep, too_many
from portal.filters.fields import Catalogue, Field, Type
from portal.filters.problems import BadFilter, Problem
from portal.filters.raw import from_raw, to_raw
from portal.filters.shape import operators
from portal.filters.tree import Condition, FieldRef, Group, Kind, Lines, Match, Measure, Node, NodePath, Value

PREFIX = "f"
_PARTS = frozenset((
    "field", "operator", "value", "value2", "unit", "lines", "match", "measure", "against", "other", "off", "was",
    "kept",
))  # fmt: skip
_COUNTED = Field("", "", Type.NUMBER)
"""What a measure compares: a number."""


@dataclass(frozen=True, slots=True)
class DraftCondition:
    """A condition as typed; `values` holds one raw text per value.

    `was` and `kept` belong to `portal.filters.settle`: for what the values were typed, and what was
    typed for other fields before.
    """

    field: str = ""
    operator: str = ""
    values: tuple[str, ...] = ()
    unit: str = ""
    lines: str = ""
    against: str = ""
    other: str = ""
    was: str = ""
    kept: str = ""
    off: bool = False

    @property
    def blank(self) -> bool:
        """Say whether nothing was chosen or typed yet."""
        return not (self.field or any(value.strip() for value in self.values))


@dataclass(frozen=True, slots=True)
class DraftGroup:
    """A group as chosen."""

    match: str = "all"
    items: tuple["Draft", ...] = ()
    lines: str = ""
    off: bool = False


@dataclass(frozen=True, slots=True)
class DraftMeasure:
    """A number of lines, or a sum over them, as typed; `where` says which lines."""

    measure: str = "count"
    operator: str = ""
    values: tuple[str, ...] = ()
    field: str = ""
    where: DraftGroup = DraftGroup()
    off: bool = False


Draft: TypeAlias = DraftGroup | DraftCondition | DraftMeasure


def items_of(draft: Draft) -> tuple[Draft, ...]:
    """Return what stands directly inside a node, as paths count it."""
    if isinstance(draft, DraftMeasure):
        return (draft.where,)
    return draft.items if isinstance(draft, DraftGroup) else ()


class _Entry:
    """One node while the flat names are gathered into a tree."""

    def __init__(self) -> None:
        self.parts: dict[str, Sequence[str]] = {}
        self.items: dict[int, _Entry] = {}

    def one(self, part: str) -> str:
        return next(iter(self.parts.get(part, ())), "")

    def draft(self) -> Draft:
        one, values = self.one, (*self.parts.get("value", ()), *self.parts.get("value2", ()))
        off = one("off") == "1"
        if "measure" in self.parts:
            where = self.items[0].draft() if 0 in self.items else DraftGroup()
            where = replace(where, off=False) if isinstance(where, DraftGroup) else DraftGroup("all", (where,))
            return DraftMeasure(one("measure"), one("operator"), values, one("field"), where, off)
        if self.items or "match" in self.parts:
            return replace(self.group(), off=off)
        return DraftCondition(
            one("field"), one("operator"), values, one("unit"), one("lines"),
            one("against"), one("other"), one("was"), one("kept"), off,
        )  # fmt: skip

    def group(self) -> DraftGroup:
        items = tuple(self.items[index].draft() for index in sorted(self.items))
        return DraftGroup(self.one("match") or "all", items, self.one("lines"))


def read(data: Mapping[str, Sequence[str]] | Iterable[tuple[str, Sequence[str]]], prefix: str = PREFIX) -> DraftGroup:
    """Read the form's names and values into a draft. Names that do not belong to it are passed over.

    Raises BadFilter when the form holds more nodes, or deeper ones, than a filter may have.
    """
    root = _Entry()
    nodes = 1
    for name, values in data.items() if isinstance(data, Mapping) else data:
        path, part = _split(name, prefix)
        if part is None:
            continue
        if len(path) > MAX_DEPTH:
            raise BadFilter([too_deep(path[:MAX_DEPTH])])
        entry = root
        for index in path:
            nodes += index not in entry.items
            entry = entry.items.setdefault(index, _Entry())
        if nodes > MAX_NODES:
            raise BadFilter([too_many(())])
        entry.parts[part] = values
    return root.group()


def _split(name: str, prefix: str) -> tuple[NodePath, str | None]:
    if not name.startswith(prefix + "."):
        return (), None
    *middle, part = name[len(prefix) + 1 :].split(".")
    if part not in _PARTS or not all(n.isdecimal() and n.isascii() and len(n) < 6 for n in middle):
        return (), None
    return tuple(map(int, middle)), part


def names(draft: Draft, prefix: str = PREFIX) -> list[tuple[str, str]]:
    """Return the draft as form names and values, as `read` takes them; what undo goes back to."""
    off = [(f"{prefix}.off", "1")] * draft.off
    if isinstance(draft, DraftGroup):
        pairs = [(f"{prefix}.match", draft.match), (f"{prefix}.lines", draft.lines), *off]
        return pairs + [pair for i, item in enumerate(draft.items) for pair in names(item, f"{prefix}.{i}")]
    pairs = [(f"{prefix}.field", draft.field), (f"{prefix}.operator", draft.operator), *off]
    pairs += [(f"{prefix}.value", value) for value in draft.values]
    if isinstance(draft, DraftMeasure):
        return [(f"{prefix}.measure", draft.measure), *pairs, *names(draft.where, f"{prefix}.0")]
    rest = ("unit", "lines", "against", "other", "was", "kept")
    return pairs + [(f"{prefix}.{part}", text) for part in rest if (text := getattr(draft, part))]


def draft_of(root: Group, catalogue: Catalogue, *, zone: dt.tzinfo = dt.UTC) -> DraftGroup:
    """Return a tree as it stands in the form."""
    return cast(DraftGroup, _draft_of(root, catalogue, zone))


def _draft_of(node: Node, catalogue: Catalogue, zone: dt.tzinfo) -> Draft:
    if isinstance(node, Group):
        items = tuple(_draft_of(item, catalogue, zone) for item in node.items)
        return DraftGroup(node.match, items, node.lines or "", node.off)
    if isinstance(node, Measure):
        values, _unit = to_raw(_COUNTED, node.value, zone)
        where = draft_of(node.where, catalogue, zone=zone)
        return DraftMeasure(node.kind, node.operator, values, node.field, where, node.off)
    found = catalogue.get(node.field)
    draft = DraftCondition(node.field, node.operator, lines=node.lines or "", off=node.off)
    if isinstance(node.value, FieldRef):
        return replace(draft, against="field", other=node.value.path)
    values, unit = to_raw(found, node.value, zone)
    return replace(draft, values=values, unit=unit)


def tree_of(draft: DraftGroup, catalogue: Catalogue, *, zone: dt.tzinfo = dt.UTC) -> Group:
    """Return the tree that a draft means, sound or not, with what is switched off. An empty builder means “always”."""
    return _group_of(draft, catalogue, zone) if draft.items else Group()


def _group_of(draft: DraftGroup, catalogue: Catalogue, zone: dt.tzinfo) -> Group:
    items = tuple(_tree_of(item, catalogue, zone) for item in draft.items)
    return Group(cast(Match, draft.match), items, cast(Lines | None, draft.lines or None), draft.off)


def _tree_of(draft: Draft, catalogue: Catalogue, zone: dt.tzinfo) -> Node:
    if isinstance(draft, DraftGroup):
        return _group_of(draft, catalogue, zone)
    if isinstance(draft, DraftMeasure):
        value = from_raw(_COUNTED, draft.operator, draft.values, "", zone)
        summed = draft.field if draft.measure == "sum" else ""
        where = tree_of(draft.where, catalogue, zone=zone)
        return Measure(cast(Kind, draft.measure), draft.operator, value, summed, where, draft.off)
    found = catalogue.get(draft.field)
    lines = draft.lines if found and found.line else None
    value = _value(draft, found, zone)
    return Condition(draft.field, draft.operator, value, cast(Lines | None, lines or None), draft.off)


def _value(draft: DraftCondition, found: Field | None, zone: dt.tzinfo) -> Value:
    if compares_fields(draft, found):
        return FieldRef(draft.other) if draft.other else None
    return from_raw(found, draft.operator, draft.values, draft.unit, zone)


def compares_fields(draft: DraftCondition, found: Field | None) -> bool:
    """Say whether a condition compares with another field: chosen, and possible with this operator."""
    return draft.against == "field" and may_compare_fields(draft.operator, found)


def may_compare_fields(operator: str, found: Field | None) -> bool:
    """Say whether the operator can compare a field with another field."""
    return found is not None and operator in operators and operators.get(operator).compares(found.type)


def pruned(draft: DraftGroup) -> DraftGroup:
    """Return a draft without conditions in which nothing was chosen yet, and without groups of only such."""
    return cast(DraftGroup, _pruned(draft)) if draft.items else draft


def _pruned(draft: Draft) -> Draft:
    if isinstance(draft, DraftMeasure):
        return replace(draft, where=pruned(draft.where))
    if not isinstance(draft, DraftGroup):
        return draft
    inner = [_pruned(item) for item in draft.items]
    return replace(draft, items=tuple(item for item in inner if not _is_blank(item)))


def _is_blank(draft: Draft) -> bool:
    return draft.blank if isinstance(draft, DraftCondition) else isinstance(draft, DraftGroup) and not draft.items


def judge(draft: DraftGroup, catalogue: Catalogue, *, zone: dt.tzinfo = dt.UTC) -> list[Problem]:
    """Return the problems of a draft; their paths are those of the draft's nodes."""
    return check(tree_of(draft, catalogue, zone=zone), catalogue, zone=zone)


def to_tree(draft: DraftGroup, catalogue: Catalogue, *, zone: dt.tzinfo = dt.UTC) -> Group | None:
    """Return the tree of a draft, None when it has a problem."""
    tree = tree_of(draft, catalogue, zone=zone)
    return None if check(tree, catalogue, zone=zone) else tree
