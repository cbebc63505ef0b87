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
NodePath: TypeAlias = tuple[int, ...]

MATCHES: tuple[Match, ...] = ("all", "any", "none")
LINES: tuple[Lines, ...] = ("any", "all", "none")
UNITS: tuple[Unit, ...] = ("minutes", "hours", "days", "weeks")


@dataclass(frozen=True, slots=True)
class Duration:
    """A span of time as a person gives it: “3 days”."""

    amount: int
    unit: Unit


Scalar: TypeAlias = str | int | Decimal
Value: TypeAlias = Scalar | tuple[Scalar, ...] | Duration | None


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
    items: tuple["Group | Condition", ...] = ()
    lines: Lines | None = None

    @property
    def line_bound(self) -> bool:
        """Say whether the group speaks of one line at a time."""
        return self.lines is not None


Node: TypeAlias = Group | Condition

ALWAYS = Group()
"""The filter that every record passes; what an empty builder means."""
NEVER = Group("any")
"""The filter that no record passes."""


def walk(node: Node, path: NodePath = ()) -> Iterator[tuple[NodePath, Node]]:
    """Yield every node with its path, parents first. The path of the root is empty."""
    yield path, node
    if isinstance(node, Group):
        for index, item in enumerate(node.items):
            yield from walk(item, (*path, index))


def fields_of(root: Group) -> set[str]:
    """Return the paths of all fields that the tree mentions."""
    return {node.field for _, node in walk(root) if isinstance(node, Condition)}


def show_path(path: NodePath) -> str:
    """Return a node's path as text: "" for the root, "0.2" for the third item of its first item."""
    return ".".join(map(str, path))
