"""What became of the documents of a file. Pure: no Django."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from orders.imports.format import Cancellation, Parsed
from orders.records.refused import Refused
from portal.kit.json import Json


@dataclass(slots=True)
class Tally:
    """Counts of documents by what they are, and of records by what they did here."""

    orders: int = 0
    cancellations: int = 0
    refused: Counter[tuple[str, str]] = field(default_factory=Counter)
    """By column and reason."""
    created: int = 0
    updated: int = 0
    unchanged: int = 0

    @property
    def documents(self) -> int:
        """All documents that were looked at."""
        return self.orders + self.cancellations + self.refused.total()

    def count(self, documents: Iterable[Parsed]) -> None:
        """Add documents by what they are."""
        for document in documents:
            match document:
                case Refused():
                    self.refused[document.field, document.reason] += 1
                case Cancellation():
                    self.cancellations += 1
                case _:
                    self.orders += 1

    def as_json(self) -> Json:
        """Return the form in which a run keeps it."""
        return {
            "orders": self.orders,
            "cancellations": self.cancellations,
            "refused": [[field, reason, times] for (field, reason), times in sorted(self.refused.items())],
            "created": self.created,
            "updated": self.updated,
            "unchanged": self.unchanged,
        }

    @classmethod
    def from_json(cls, kept: Json) -> "Tally":
        """Read back what `as_json` wrote; an empty document is an empty tally."""
        refused = Counter({(field, reason): times for field, reason, times in kept.get("refused", ())})
        counts = {name: kept.get(name, 0) for name in ("orders", "cancellations", "created", "updated", "unchanged")}
        return cls(refused=refused, **counts)
