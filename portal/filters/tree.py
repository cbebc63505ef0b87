"""The filter tree: frozen values, nothing else. What it means stands in docs/filters.md.

Every search, rule, hold condition and saved view is one of these trees. Readings (Python, SQL,
words) take it as it is; `codec` stores it, `check` judges it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
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


def fields_of(root: Group) -> set[str]:
    """Return the paths of all fields that the tree mentions, also those compared with."""
    found = set()
    for _, node in walk(root):
        if isinstance(node, Group):
            continue
        found.add(node.field)
        if isinstance(node.value, FieldRef):
            found.add(node.value.path)
    return found - {""}


def show_path(path: NodePath) -> str:
    """Return a node's path as text: "" for the root, "0.2" for the third item of its first item."""
    return ".".join(map(str, path))
