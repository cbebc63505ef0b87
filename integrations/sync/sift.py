"""Sorting a page of outside records: what to take, what to refuse by name, what to leave out."""

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar, Generic, TypeVar

from pydantic import BaseModel, ValidationError

from integrations.kit.mapped import DoesNotFit
from integrations.kit.windows import Cursor
from integrations.manifest import Item, Manifest, Page
from integrations.models import Integration
from orders.models import Order
from orders.records.order import OrderRecord
from orders.records.refused import Refused, explain
from portal.kit import json

R = TypeVar("R")
Digest = tuple[str, str, int]
"""What is remembered of a record that is taken: its ID, the digest of its text, its time stamp in seconds."""


@dataclass(slots=True)
class Sifted(Generic[R]):
    """A page, sorted."""

    records: list[R] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    left_out: int = 0
    known: int = 0
    """Taken before, and the same still."""
    digests: list[Digest] = field(default_factory=list)
    """What to remember of this page."""
    latest: int | None = None
    """Latest time stamp of a record on the page."""


@dataclass(frozen=True, slots=True)
class Sieve(ABC, Generic[R]):
    """How the records of one integration are sorted."""

    integration: Integration
    manifest: Manifest
    settings: BaseModel
    what: ClassVar[str]
    """What one record is called where its shape is not understood."""

    @abstractmethod
    def read(self, item: Item, *, is_here: bool) -> Sequence[R] | None:
        """Return what an item holds; None: it is left out. Raises DoesNotFit, ValidationError."""

    @abstractmethod
    def here(self, ids: Sequence[str]) -> set[str]:
        """Return those of the API IDs that are wanted however old they are."""

    def sift(self, page: Page, cursor: Cursor, known: Mapping[str, str]) -> Sifted[R]:
        """Sort a page. `known` are the digests of records that are taken already, by their IDs: they stay aside."""
        sifted: Sifted[R] = Sifted()
        fresh: dict[str, tuple[Item, str]] = {}
        for item in page.items:
            digest = _digest(item)
            sifted.latest = max(filter(None, (sifted.latest, item.updated_at)), default=None)
            if known.get(item.id) == digest:
                sifted.known += 1
            else:
                fresh[item.id] = (item, digest)
        here = self.here(list(fresh))
        for item, digest in fresh.values():
            self._place(item, sifted, cursor.start, is_here=item.id in here)
            sifted.digests.append((item.id, digest, item.updated_at or cursor.position or cursor.start))
        return sifted

    def place(self, item: Item, sifted: Sifted[R]) -> None:
        """Sort one record, however old it is."""
        self._place(item, sifted, 0, is_here=True)

    def _place(self, item: Item, sifted: Sifted[R], start: int, *, is_here: bool) -> None:
        if not is_here and item.created_at is not None and item.created_at < start:
            sifted.left_out += 1
            return
        try:
            found = self._read(item, is_here=is_here)
        except ValidationError as error:
            path, reason = explain(error)
            sifted.refused.append(_refused(item, path, reason))
        except DoesNotFit as error:
            sifted.refused.append(_refused(item, error.field, error.reason))
        else:
            sifted.left_out += found is None
            sifted.records.extend(found or ())

    def _read(self, item: Item, *, is_here: bool) -> Sequence[R] | None:
        try:
            return self.read(item, is_here=is_here)
        except (TypeError, AttributeError, ArithmeticError, KeyError) as error:
            # A shape that no mapping thought of is the record's fault until somebody looks at it.
            raise DoesNotFit(self.what, f"has a shape that is not understood ({type(error).__name__})") from error


class OrderSieve(Sieve[OrderRecord]):
    """How orders are sorted: those that were shipped before they were seen are left out."""

    what = "order"

    def read(self, item: Item, *, is_here: bool) -> Sequence[OrderRecord] | None:
        """Map one order."""
        if item.value is None:
            raise DoesNotFit("order", item.problem)
        assert self.manifest.order is not None, f"{self.manifest.key} pulls orders, but its manifest maps none"
        verdict = self.manifest.order(item.value, self.integration.account, self.settings)
        if verdict.settled and not is_here and getattr(self.settings, "finished", "leave") == "leave":
            return None
        return (verdict.record,)

    def here(self, ids: Sequence[str]) -> set[str]:
        """Return those that are here."""
        rows = Order.across.filter(source_id=self.integration.source_id, ext_order_api_id__in=ids)
        return set(rows.values_list("ext_order_api_id", flat=True))


def _refused(item: Item, path: str, reason: str) -> Refused:
    return Refused(external_id=item.id, field=path, reason=reason, raw=item.raw or json.dumps(item.value))


def _digest(item: Item) -> str:
    return hashlib.blake2b(item.raw or json.dumps(item.value), digest_size=8).hexdigest()
