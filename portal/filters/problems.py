"""What is wrong with a filter, where, and what helps."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, TypeAlias

from portal.filters.tree import NodePath, show_path

Part: TypeAlias = Literal["node", "match", "lines", "field", "operator", "value"]


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault of one node: its path, the part of it, what is wrong, and the cure."""

    path: NodePath
    part: Part
    message: str
    cure: str

    def __str__(self) -> str:
        where = show_path(self.path) or "root"
        return f"{where}: {self.message} {self.cure}"


class BadFilter(ValueError):
    """The filter cannot be read or does not fit its catalogue; it is neither true nor false."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__(" ".join(map(str, self.problems)))
