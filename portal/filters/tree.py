"""The filter tree: frozen values, nothing else. What it means stands in docs/filters.md.

Every search, rule, hold condition and saved view is one of these trees. Readings (Python, SQL,
words) take it as it is; `codec` stores it, `check` judges it.

A node may be switched off (`off`): it stays where it is and means nothing until it is switched on
again. Readings pass it over; so they do with a group in which everything is switched off, because an
empty group would say something of its own. The outermost group and that of a measure have no switch.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Literal, TypeAlias

Match: TypeAlias = Literal["all", "any", "none"]
Lines: TypeAlias = Literal["any", "all", "none"]
Unit: TypeAlias = Literal["minutes", "hours", "days", "weeks"]
Kind: TypeAlias = Literal["count", "sum"]
NodePath: TypeAlias = tuple[int, ...]

MATCHES: tuple[Match, ...] = ("all", "any", "none")
LINES: tuple[Lines, ...] = ("any", "all", "none")
UNITS: tuple[Unit, ...] = ("minutes", "hours", "days", "weeks")
KINDS: tuple[Kind, ...] = ("count", "sum")


@dataclass(frozen=True, slots=True)
class Duration:
    """A span of time as a person gives it: “3 days”."""

    amount: int
    unit: Unit


@dataclass(frozen=True, slots=True)
class FieldRef:
    """Another field of the same record, to compare with: “shipping country is the billing country”."""

    path: str


Scalar: TypeAlias = str | int | Decimal
Value: TypeAlias = Scalar | tuple[Scalar, ...] | Duration | FieldRef | None


@dataclass(frozen=True, slots=True)
class Condition:
    """One field, one operator, and the value that the operator takes.

    `lines` belongs to conditions on line fields that stand outside a line-bound group: any line,
    every line ("all"), no line ("none"). Left out, a positive operator asks for some line and a
    negative one for every line (behaviour.md 4.9): “SKU is not X” means that no line has X.
    """

    field: str
    operator: str
    value: Value = None
    lines: Lines | None = None
    off: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """Conditions and groups joined by all, any or none.

    With `lines` the group is bound to one line at a time: "any" asks for one line on which the
    whole group holds (“some line has SKU X and quantity over 5”), "all" for every line, "none" for
    no line. An empty group of all or none always holds, an empty group of any never.
    """

    match: Match = "all"
    items: tuple["Group | Condition | Measure", ...] = ()
    lines: Lines | None = None
    off: bool = False

    @property
    def line_bound(self) -> bool:
        """Say whether the group speaks of one line at a time."""
        return self.lines is not None


@dataclass(frozen=True, slots=True)
class Measure:
    """A number taken from the lines and compared: how many there are, or the sum of one of their fields.

    `field` is the line field that is summed, "" for a count. `where` says which lines count; its
    conditions speak of one line, all lines count when it is empty. Without such lines the number is
    0, never absent. `operator` is one of those that numbers have. In paths `where` is item 0.
    """

    kind: Kind
    operator: str
    value: Value = None
    field: str = ""
    where: Group = Group()
    off: bool = False


Node: TypeAlias = Group | Condition | Measure

ALWAYS = Group()
"""The filter that every record passes; what an empty builder means."""
NEVER = Group("any")
"""The filter that no record passes."""


def inside(node: Node) -> tuple[Node, ...]:
    """Return the nodes directly inside a node: a group's items, what a measure counts by."""
    if isinstance(node, Group):
        return node.items
    return (node.where,) if isinstance(node, Measure) else ()


def walk(node: Node, path: NodePath = ()) -> Iterator[tuple[NodePath, Node]]:
    """Yield every node with its path, parents first. The path of the root is empty."""
    yield path, node
    for index, item in enumerate(inside(node)):
        yield from walk(item, (*path, index))


def is_left_out(node: Node) -> bool:
    """Say whether readings pass a node over: it is switched off, or a group of nothing but such nodes."""
    return node.off or (isinstance(node, Group) and bool(node.items) and all(map(is_left_out, node.items)))


def live(root: Group) -> Group:
    """Return the tree without what is switched off; the same tree when nothing is.

    Where everything is switched off, no condition is left: that always holds, as an empty filter does.
    """
    if not any(node.off for _, node in walk(root)):
        return root
    return ALWAYS if is_left_out(root) else _live(root)


def _live(group: Group) -> Group:
    return replace(group, items=tuple(_live_item(item) for item in group.items if not is_left_out(item)))


def _live_item(node: Node) -> Node:
    if isinstance(node, Measure):
        return replace(node, where=live(node.where))
    return _live(node) if isinstance(node, Group) else node


def live_paths(root: Group) -> dict[NodePath, NodePath]:
    """Return for each path in `live(root)` the path of the same node in `root`.

    For whoever puts what a reading says (`why`, the problems of `check`) at the conditions of a form
    that also shows what is switched off.
    """
    found: dict[NodePath, NodePath] = {}

    def note(node: Node, there: NodePath, here: NodePath) -> None:
        found[there] = here
        kept = [index for index, item in enumerate(inside(node)) if isinstance(node, Measure) or not is_left_out(item)]
        for place, index in enumerate(kept):
            note(inside(node)[index], (*there, place), (*here, index))

    note(root, (), ())
    return found


def fields_of(root: Group) -> set[str]:
    """Return the paths of all fields that the tree asks for, also those compared with."""
    found = set()
    for _, node in walk(live(root)):
        if isinstance(node, Group):
            continue
        found.add(node.field)
        if isinstance(node.value, FieldRef):
            found.add(node.value.path)
    return found - {""}


def show_path(path: NodePath) -> str:
    """Return a node's path as text: "" for the root, "0.2" for the third item of its first item."""
    return ".".join(map(str, path))
