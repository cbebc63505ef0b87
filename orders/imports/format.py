"""What a file format is: a survey of the file first, then its documents in an order that never changes.

Pure: no Django. A format is one module in `orders/imports/formats/`.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from orders.records.order import OrderRecord
from orders.records.refused import Refused
from portal.kit.registry import Registry


class UnreadableFile(ValueError):
    """The file cannot be read as what it is said to be; the message is one sentence with the cure."""


@dataclass(frozen=True, slots=True)
class Cancellation:
    """A document that takes an earlier sale back: an order of its own that is canceled and never ships."""

    record: OrderRecord


Parsed = OrderRecord | Cancellation | Refused


@dataclass(frozen=True, slots=True)
class Reading:
    """A file that was looked through once and can now be read."""

    digest: str
    """SHA-256 of the file as it lies on the disk: the name under which an import is resumed."""
    total: int
    """How many documents the file holds."""
    documents: Callable[[int], Iterator[Parsed]]
    """The documents from position `n` on. Every call gives the same ones in the same order."""


@dataclass(frozen=True, slots=True)
class Format:
    """A way to write orders into a file."""

    key: str
    label: str
    source_name: str
    """The name of the source under which its orders stand."""
    open: Callable[[Path], Reading]
    """Look through the file. Raises UnreadableFile before anything is taken in."""


formats: Registry[Format] = Registry("import format")
