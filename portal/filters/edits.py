"""Edits of a builder's draft: add, remove, duplicate, negate, move, group. Pure; each returns a new draft.

An edit is a text, as a button sends it: a verb, a colon, the path of a node ("" for the root), and
for a move ">" and the path of the node before which it is to stand: `add:0`, `add_group:`, `add_measure:`,
`remove:0.1`, `duplicate:0.1`, `negate:0`, `compare:0.1` (with a field instead of a value, and back),
`off:0.1` (switch it off, and on again), `up:0.1`, `down:0.1`, `into:0.1` (into the group above it, else
the one below), `out:0.1` (behind the group that it is in), `wrap:0.1` (put it into a group of its own),
`unwrap:0` (put its items into the place of the group), `move:0.1>2`, `clear:`.

`carry_out` also says where the person's focus belongs afterwards.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from portal.filters.builder import Draft, DraftCondition, DraftGroup, DraftMeasure, items_of
from portal.filters.tree import NodePath

_OPPOSITE = {"all": "none", "any": "none", "none": "any"}


class UnknownEdit(ValueError):
    """The edit is not one of the verbs, or its path leads nowhere."""


@dataclass(frozen=True, slots=True)
class Edited:
    """A draft after an edit, the node that the person is at now, and the part of it."""

    draft: DraftGroup
    verb: str
    path: NodePath
    part: str


def edit(draft: DraftGroup, what: str) -> DraftGroup:
    """Return the draft after one edit. Raises UnknownEdit."""
    return carry_out(draft, what).draft


def carry_out(draft: DraftGroup, what: str) -> Edited:
    """Return the draft after one edit, and where the focus belongs. Raises UnknownEdit."""
    verb, _, where = what.partition(":")
    source, _, target = where.partition(">")
    if verb == "clear":
        return Edited(DraftGroup(), verb, (), "add")
    path = _path(source)
    if verb in _MOVES:
        place = _path(target) if verb == "move" else _MOVES[verb](draft, path)
        if place is None:
            return Edited(draft, verb, path, "handle")
        return Edited(_move(draft, path, place), verb, _landed(path, place), "handle")
    if verb == "off" and not _has_switch(draft, path):
        raise UnknownEdit("This group has no switch; what is in it has.")
    try:
        change = _CHANGES[verb]
    except KeyError:
        raise UnknownEdit(f"There is no edit “{verb[:40]}”.") from None
    changed = _at(draft, path, change)
    return Edited(changed, verb, *_focus(verb, path, draft, changed))


def _path(text: str) -> NodePath:
    if not text:
        return ()
    parts = text.split(".")
    if len(parts) > 30 or not all(part.isdecimal() and part.isascii() and len(part) < 6 for part in parts):
        raise UnknownEdit(f"“{text[:40]}” is not the path of a node.")
    return tuple(map(int, parts))


_Change = Callable[[Draft], tuple[Draft, ...]]


def _at(draft: DraftGroup, path: NodePath, change: _Change) -> DraftGroup:
    """Put what `change` makes of the node at `path` into its place."""
    made = _inside(draft, path, change)
    if len(made) == 1 and isinstance(made[0], DraftGroup):
        return made[0]
    raise UnknownEdit("The outermost group cannot be changed in this way.")


def _inside(node: Draft, path: NodePath, change: _Change) -> tuple[Draft, ...]:
    if not path:
        return change(node)
    index, items = path[0], items_of(node)
    made = _inside(child(node, index), path[1:], change)
    if isinstance(node, DraftMeasure):
        if len(made) == 1 and isinstance(made[0], DraftGroup):
            return (replace(node, where=made[0]),)
        raise UnknownEdit("The group that says which lines count cannot be changed in this way.")
    assert isinstance(node, DraftGroup)
    return (replace(node, items=(*items[:index], *made, *items[index + 1 :])),)


def child(node: Draft, index: int) -> Draft:
    """Return an item of a node. Raises UnknownEdit when there is none."""
    items = items_of(node)
    if index >= len(items):
        raise UnknownEdit("There is nothing at this path.")
    return items[index]


def node_at(draft: Draft, path: NodePath) -> Draft:
    """Return the node at a path. Raises UnknownEdit when there is none."""
    for index in path:
        draft = child(draft, index)
    return draft


def _append(item: Draft) -> _Change:
    def change(node: Draft) -> tuple[Draft, ...]:
        if not isinstance(node, DraftGroup):
            return node, item
        return (replace(node, items=(*node.items, item)),)

    return change


def _has_switch(draft: DraftGroup, path: NodePath) -> bool:
    """Say whether a node can be switched off: the outermost group cannot, nor that of a measure."""
    return bool(path) and not isinstance(node_at(draft, path[:-1]), DraftMeasure)


def _switch(node: Draft) -> tuple[Draft, ...]:
    return (replace(node, off=not node.off),)


def _freed(group: DraftGroup) -> tuple[Draft, ...]:
    """Return the items of a group that is taken away; switched off with it, they stay so."""
    return tuple(replace(item, off=True) for item in group.items) if group.off else group.items


def _negate(node: Draft) -> tuple[Draft, ...]:
    if not isinstance(node, DraftGroup):
        return (DraftGroup("none", (node,)),)
    only = node.items[0] if len(node.items) == 1 else None
    if node.match == "none" and not node.lines and only is not None and not isinstance(only, DraftGroup):
        return _freed(node)
    if node.match == "all" and len(node.items) > 1:
        return (DraftGroup("none", (node,)),)
    return (replace(node, match=_OPPOSITE.get(node.match, "none")),)


def _unwrap(node: Draft) -> tuple[Draft, ...]:
    return _freed(node) if isinstance(node, DraftGroup) else (node,)


def _compare(node: Draft) -> tuple[Draft, ...]:
    if not isinstance(node, DraftCondition):
        raise UnknownEdit("Only a condition compares with another field.")
    return (replace(node, against="" if node.against else "field"),)


def _move(draft: DraftGroup, source: NodePath, target: NodePath) -> DraftGroup:
    """Put the node at `source` before what stands at `target`, both as they are shown now."""
    if not source or not target or (target[: len(source)] == source and target != source):
        raise UnknownEdit("A group cannot be moved into itself.")
    moved = node_at(draft, source)
    if isinstance(node_at(draft, source[:-1]), DraftMeasure):
        raise UnknownEdit("The group that says which lines count stays where it is.")
    parent, index = target[:-1], target[-1]

    def put(node: Draft) -> tuple[Draft, ...]:
        if not isinstance(node, DraftGroup):
            raise UnknownEdit("Only a group takes conditions.")
        return (replace(node, items=(*node.items[:index], moved, *node.items[index:])),)

    depth = len(parent)
    if source[:depth] == parent and source[depth] >= index:
        source = (*parent, source[depth] + 1, *source[depth + 1 :])
    return _at(_at(draft, parent, put), source, lambda node: ())


def _landed(source: NodePath, target: NodePath) -> NodePath:
    """Return where a node is after its move: taking it away has shifted what came after it."""
    parent, depth = source[:-1], len(source) - 1
    if target[:depth] == parent and len(target) > depth and target[depth] > source[-1]:
        return (*parent, target[depth] - 1, *target[depth + 1 :])
    return target


_Place = Callable[[DraftGroup, NodePath], NodePath | None]


def _up(draft: DraftGroup, path: NodePath) -> NodePath | None:
    return (*path[:-1], path[-1] - 1) if path and path[-1] else None


def _down(draft: DraftGroup, path: NodePath) -> NodePath | None:
    last = len(items_of(node_at(draft, path[:-1]))) - 1 if path else 0
    return (*path[:-1], path[-1] + 2) if path and path[-1] < last else None


def _into(draft: DraftGroup, path: NodePath) -> NodePath | None:
    """Return the end of the group above, else the start of the one below."""
    if not path:
        return None
    beside = items_of(node_at(draft, path[:-1]))
    above = (*path[:-1], path[-1] - 1)
    found = _open_group(beside[path[-1] - 1], above) if path[-1] else None
    if found is not None:
        group, where = found
        return (*where, len(group.items))
    found = _open_group(beside[path[-1] + 1], (*path[:-1], path[-1] + 1)) if path[-1] + 1 < len(beside) else None
    return (*found[1], 0) if found else None


def _open_group(node: Draft, path: NodePath) -> tuple[DraftGroup, NodePath] | None:
    if isinstance(node, DraftMeasure):
        return node.where, (*path, 0)
    return (node, path) if isinstance(node, DraftGroup) else None


def _out(draft: DraftGroup, path: NodePath) -> NodePath | None:
    outer = path[:-1]
    if outer and isinstance(node_at(draft, outer[:-1]), DraftMeasure):
        outer = outer[:-1]
    return (*outer[:-1], outer[-1] + 1) if outer else None


_MOVES: dict[str, _Place] = {
    "move": lambda draft, path: None,
    "up": _up,
    "down": _down,
    "into": _into,
    "out": _out,
}
_CHANGES: dict[str, _Change] = {
    "add": _append(DraftCondition()),
    "add_group": _append(DraftGroup("all", (DraftCondition(),))),
    "add_measure": _append(DraftMeasure()),
    "remove": lambda node: (),
    "duplicate": lambda node: (node, node),
    "negate": _negate,
    "compare": _compare,
    "off": _switch,
    "wrap": lambda node: (DraftGroup("all", (node,)),),
    "unwrap": _unwrap,
}


def _focus(verb: str, path: NodePath, before: DraftGroup, after: DraftGroup) -> tuple[NodePath, str]:
    """Return the node and its part where the person goes on."""
    if verb.startswith("add"):
        node = node_at(before, path)
        place = (*path, len(node.items)) if isinstance(node, DraftGroup) else (*path[:-1], path[-1] + 1)
        return ((*place, 0), "field") if verb == "add_group" else (place, "measure" if "measure" in verb else "field")
    if verb == "remove":
        left = len(items_of(node_at(after, path[:-1])))
        return ((*path[:-1], min(path[-1], left - 1)), "handle") if left else (path[:-1], "add")
    if verb == "duplicate":
        return (*path[:-1], path[-1] + 1), "field"
    if verb in ("compare", "off"):
        return path, "value" if verb == "compare" else "off"
    try:
        return path, "match" if isinstance(node_at(after, path), DraftGroup) else "handle"
    except UnknownEdit:  # an empty group was taken apart, and it was the last
        return path[:-1], "add"
