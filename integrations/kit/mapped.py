"""What a mapping returns, and how it says that something does not fit. Pure."""

from dataclasses import dataclass

from orders.records.order import OrderRecord


class DoesNotFit(ValueError):
    """A field of an outside record holds what it must not."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field} {reason}")
        self.field = field
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a connector makes of one order."""

    record: OrderRecord
    settled: bool = False
    """The channel had finished with it: shipped, delivered, returned. Left out when first seen so."""
