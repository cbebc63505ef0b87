"""Many exceptions told as a few sentences: those that fare alike for the same reason stand together. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django_stubs_ext import StrOrPromise

from orders.models import OrderException

REASONS = 6
"""So many reasons are told by themselves, those of most exceptions; the others stand together, each with its own."""
NAMED = 5
"""So many exceptions of a reason are named before it is opened."""
LISTED = 200
"""So many are listed when it is."""


@dataclass(frozen=True, slots=True)
class One:
    """An exception, and why it fares as it does."""

    exception: OrderException
    why: str

    @property
    def label(self) -> str:
        """What the record is called that it is about; empty where others of its cause are about the same."""
        return "" if self.exception.entity_type in ("source", "integration") else self.exception.entity_label

    @property
    def name(self) -> str:
        """What tells it from others of its cause: the record it is about, else what it says of itself."""
        return self.label or self.exception.message or self.exception.title


@dataclass(frozen=True, slots=True)
class Reason:
    """Exceptions that fare alike for the same reason; with `own`, each has one of its own."""

    why: str
    some: Sequence[One]
    own: bool = False

    @property
    def names(self) -> str:
        """What the first of their records are called; empty where they cannot be told apart by it."""
        labels = list(dict.fromkeys(one.label for one in self.some if one.label))
        return ", ".join(labels[:NAMED]) + (" …" if len(labels) > NAMED else "")

    @property
    def listed(self) -> Sequence[One]:
        """Those that are listed."""
        return self.some[:LISTED]

    @property
    def more(self) -> int:
        """How many are not."""
        return len(self.some) - len(self.listed)


@dataclass(frozen=True, slots=True)
class Alike:
    """Exceptions that fare alike: under which status, in which words, and for which reasons."""

    status: str
    words: StrOrPromise
    reasons: Sequence[Reason]


def reasons(some: Iterable[One]) -> list[Reason]:
    """Return exceptions by their reasons, the most frequent first."""
    found: dict[str, list[One]] = {}
    for one in some:
        found.setdefault(one.why, []).append(one)
    largest = sorted(found.items(), key=lambda item: -len(item[1]))
    apart = REASONS if len(largest) <= REASONS else REASONS - 1
    rest = [one for _why, ones in largest[apart:] for one in ones]
    return [Reason(why, ones) for why, ones in largest[:apart]] + ([Reason("", rest, own=True)] if rest else [])
