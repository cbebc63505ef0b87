"""The builder's server half: what stands in the form, and the tree it means.

A form is flat. With the prefix `f`, the root group sends `f.match` and `f.lines`; its first item is
either a condition (`f.0.field`, `f.0.operator`, `f.0.value`, for a second end `f.0.value2`, for a
span of time `f.0.unit`, for line fields `f.0.lines`) or a group (`f.0.match`, then `f.0.0.field`
and so on). A list of values repeats `f.0.value`. Gaps in the numbers are fine.

    draft = read(request.POST.lists())           # everything as typed
    draft = edits.edit(draft, request.POST["do"])        # "add:0", "add_group:", "remove:0.1", …
    tree = to_tree(draft, ORDER, zone=zone)              # None when something does not fit …
    problems = judge(draft, ORDER, zone=zone)            # … and then these say what, by path and part
    shown = builder_view.view(draft, ORDER, problems)    # what the template walks
    draft = draft_of(tree, ORDER, zone=zone)             # a stored filter back into the form

Nothing typed is lost: a draft holds raw strings, whatever they are worth. `to_tree` of an empty
builder is the filter that always holds.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias, cast

from portal.filters.check import MAX_DEPTH, MAX_NODES, check, too_deep, too_many
from portal.filters.fields import Catalogue
from portal.filters.problems import BadFilter, Problem
from portal.filters.raw import from_raw, to_raw
from portal.filters.tree import Condition, Group, Lines, Match, Node, NodePath

PREFIX = "f"
MAX_NAMES = 20_000
_PARTS = ("field", "operator", "value", "value2", "unit", "lines", "match")


@dataclass(frozen=True, slots=True)
class DraftCondition:
    """A condition as typed; `values` holds one raw text per value."""

    field: str = ""
    operator: str = ""
    values: tuple[str, ...] = ()
    unit: str = ""
    lines: str = ""


@dataclass(frozen=True, slots=True)
class DraftGroup:
    """A group as chosen."""

    match: str = "all"
    items: tuple["DraftGroup | DraftCondition", ...] = ()
    lines: str = ""


Draft: TypeAlias = DraftGroup | DraftCondition


class _Entry:
    """One node while the flat names are gathered into a tree."""

    def __init__(self) -> None:
        self.parts: dict[str, Sequence[str]] = {}
        self.items: dict[int, _Entry] = {}

    def draft(self) -> Draft:
        def one(part: str) -> str:
            return next(iter(self.parts.get(part, ())), "")

        if self.items or "match" in self.parts:
            items = tuple(self.items[index].draft() for index in sorted(self.items))
            return DraftGroup(one("match") or "all", items, one("lines"))
        values = (*self.parts.get("value", ()), *self.parts.get("value2", ()))
        return DraftCondition(one("field"), one("operator"), values, one("unit"), one("lines"))


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
    root.parts.setdefault("match", ("all",))
    return cast(DraftGroup, root.draft())


def _split(name: str, prefix: str) -> tuple[NodePath, str | None]:
    start, *middle, part = name.split(".") if name.startswith(prefix + ".") else ["", ""]
    if start != prefix or part not in _PARTS or not all(n.isdecimal() and n.isascii() and len(n) < 6 for n in middle):
        return (), None
    return tuple(map(int, middle)), part


def names(draft: Draft, prefix: str = PREFIX) -> list[tuple[str, str]]:
    """Return the draft as form names and values, as `read` takes them."""
    if isinstance(draft, DraftGroup):
        pairs = [(f"{prefix}.match", draft.match), (f"{prefix}.lines", draft.lines)]
        return pairs + [pair for i, item in enumerate(draft.items) for pair in names(item, f"{prefix}.{i}")]
    pairs = [(f"{prefix}.field", draft.field), (f"{prefix}.operator", draft.operator)]
    pairs += [(f"{prefix}.value", value) for value in draft.values]
    return [*pairs, (f"{prefix}.unit", draft.unit), (f"{prefix}.lines", draft.lines)]


def draft_of(root: Group, catalogue: Catalogue, *, zone: dt.tzinfo = dt.UTC) -> DraftGroup:
    """Return a tree as it stands in the form."""
    return cast(DraftGroup, _draft_of(root, catalogue, zone))


def _draft_of(node: Node, catalogue: Catalogue, zone: dt.tzinfo) -> Draft:
    if isinstance(node, Group):
        items = tuple(_draft_of(item, catalogue, zone) for item in node.items)
        return DraftGroup(node.match, items, node.lines or "")
    values, unit = to_raw(catalogue.get(node.field), node.value, zone)
    return DraftCondition(node.field, node.operator, values, unit, node.lines or "")


def tree_of(draft: DraftGroup, catalogue: Catalogue, *, zone: dt.tzinfo = dt.UTC) -> Group:
    """Return the tree that a draft means, sound or not. An empty builder means “always”."""
    if not draft.items:
        return Group()
    return cast(Group, _tree_of(draft, catalogue, zone))


def _tree_of(draft: Draft, catalogue: Catalogue, zone: dt.tzinfo) -> Node:
    if isinstance(draft, DraftGroup):
        items = tuple(_tree_of(item, catalogue, zone) for item in draft.items)
        return Group(cast(Match, draft.match), items, cast(Lines | None, draft.lines or None))
    field = catalogue.get(draft.field)
    value = from_raw(field, draft.operator, draft.values, draft.unit, zone)
    lines = draft.lines if field and field.line else None
    return Condition(draft.field, draft.operator, value, cast(Lines | None, lines or None))


def judge(draft: DraftGroup, catalogue: Catalogue, *, zone: dt.tzinfo = dt.UTC) -> list[Problem]:
    """Return the problems of a draft; their paths are those of the draft's nodes."""
    return check(tree_of(draft, catalogue, zone=zone), catalogue, zone=zone)


def to_tree(draft: DraftGroup, catalogue: Catalogue, *, zone: dt.tzinfo = dt.UTC) -> Group | None:
    """Return the tree of a draft, None when it has a problem."""
    tree = tree_of(draft, catalogue, zone=zone)
    return None if check(tree, catalogue, zone=zone) else tree
