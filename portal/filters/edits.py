"""Edits of a builder's draft: add, remove, duplicate, negate, move, group. Pure; each returns a new draft.

An edit is a text, as a button sends it: a verb, a colon, the path of a node ("" for the root), and
for a move ">" and the path of the node before which it is to stand: `add:0`, `add_group:`, `remove:0.1`,
`duplicate:0.1`, `negate:0`, `up:0.1`, `down:0.1`, `wrap:0.1` (put it into a group of its own),
`unwrap:0` (put its items into the place of the group), `move:0.1>2`, `clear:`.
"""

from collections.abc import Callable
from dataclasses import replace

from portal.filters.builder import Draft, DraftCondition, DraftGroup
from portal.filters.tree import NodePath

_OPPOSITE = {"all": "none", "any": "none", "none": "any"}


class UnknownEdit(ValueError):
    """The edit is not one of the verbs, or its path leads nowhere."""


def edit(draft: DraftGroup, what: str) -> DraftGroup:
    """Return the draft after one edit. Raises UnknownEdit."""
    verb, _, where = what.partition(":")
    if verb == "clear":
        return DraftGroup()
    source, _, target = where.partition(">")
    if verb == "move":
        return _move(draft, _path(source), _path(target))
    if verb in _STEPS:
        path = _path(source)
        return _move(draft, path, (*path[:-1], max(path[-1] + _STEPS[verb], 0))) if path else draft
    try:
        change = _CHANGES[verb]
    except KeyError:
        raise UnknownEdit(f"There is no edit “{verb}”.") from None
    return _at(draft, _path(source), change)


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
    if not path:
        made = change(draft)
        if len(made) == 1 and isinstance(made[0], DraftGroup):
            return made[0]
        raise UnknownEdit("The outermost group cannot be changed in this way.")
    item = _child(draft, path[0])
    if len(path) == 1:
        made = change(item)
    elif isinstance(item, DraftGroup):
        made = (_at(item, path[1:], change),)
    else:
        raise UnknownEdit("There is nothing at this path.")
    return replace(draft, items=(*draft.items[: path[0]], *made, *draft.items[path[0] + 1 :]))


def _child(group: DraftGroup, index: int) -> Draft:
    if index >= len(group.items):
        raise UnknownEdit("There is nothing at this path.")
    return group.items[index]


def _append(item: Draft) -> _Change:
    def change(node: Draft) -> tuple[Draft, ...]:
        if not isinstance(node, DraftGroup):
            return node, item
        return (replace(node, items=(*node.items, item)),)

    return change


def _negate(node: Draft) -> tuple[Draft, ...]:
    if isinstance(node, DraftCondition):
        return (DraftGroup("none", (node,)),)
    if node.match == "none" and len(node.items) == 1 and not node.lines and isinstance(node.items[0], DraftCondition):
        return node.items
    if node.match == "all" and len(node.items) > 1:
        return (DraftGroup("none", (node,)),)
    return (replace(node, match=_OPPOSITE.get(node.match, "none")),)


def _unwrap(node: Draft) -> tuple[Draft, ...]:
    return node.items if isinstance(node, DraftGroup) else (node,)


def _move(draft: DraftGroup, source: NodePath, target: NodePath) -> DraftGroup:
    """Put the node at `source` before what stands at `target`, both as they are shown now."""
    if not source or not target or (target[: len(source)] == source and target != source):
        raise UnknownEdit("A group cannot be moved into itself.")
    moved = _get(draft, source)
    parent, index = target[:-1], target[-1]

    def put(node: Draft) -> tuple[Draft, ...]:
        if not isinstance(node, DraftGroup):
            raise UnknownEdit("Only a group takes conditions.")
        return (replace(node, items=(*node.items[:index], moved, *node.items[index:])),)

    depth = len(parent)
    if source[:depth] == parent and source[depth] >= index:
        source = (*parent, source[depth] + 1, *source[depth + 1 :])
    return _at(_at(draft, parent, put), source, lambda node: ())


def _get(draft: Draft, path: NodePath) -> Draft:
    for index in path:
        if not isinstance(draft, DraftGroup):
            raise UnknownEdit("There is nothing at this path.")
        draft = _child(draft, index)
    return draft


_STEPS = {"up": -1, "down": 2}
"""How far from a node is the place before which it goes."""
_CHANGES: dict[str, _Change] = {
    "add": _append(DraftCondition()),
    "add_group": _append(DraftGroup("all", (DraftCondition(),))),
    "remove": lambda node: (),
    "duplicate": lambda node: (node, node),
    "negate": _negate,
    "wrap": lambda node: (DraftGroup("all", (node,)),),
    "unwrap": _unwrap,
}
