"""Pulling orders: what `listed` does, with orders."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from integrations.capabilities import SellsOrders
from integrations.kit.windows import Window
from integrations.manifest import Deleted, Item, Page
from integrations.outbound import written
from integrations.sync.listed import ListPull, Stopped, our_time, start_of
from integrations.sync.sift import Sifted
from orders.ingest.paid import release_paid
from orders.ingest.take import Taken, take, take_deleted
from orders.records.order import OrderRecord

__all__ = ["OrdersPull", "Stopped", "start_of"]


@dataclass(slots=True, kw_only=True)
class OrdersPull(ListPull[OrderRecord]):
    """One run of the orders flow."""

    client: SellsOrders

    def gate(self) -> tuple[str, float]:
        """Ask the client's gate."""
        mark, clock = self.client.gate()
        return mark, clock.timestamp() if clock else our_time()

    def fetch(self, window: Window, offset: int, limit: int) -> Page:
        """Return one page of orders."""
        return self.client.orders(window, offset, limit)

    def name(self, window: Window, offset: int) -> tuple[Item, int]:
        """Return the numbers of one order."""
        return self.client.order_name(window, offset)

    def gone(self, window: Window) -> Iterator[Deleted]:
        """Return the deleted orders."""
        return self.client.deleted(window)

    def take(self, sifted: Sifted[OrderRecord]) -> Taken:
        """Take a page in, but for what we wrote there ourselves, and let orders go on that were paid meanwhile."""
        own = written.came_back(self.integration, sifted.records)
        taken = take(self.integration.source, sifted.records, refused=sifted.refused, by=self.actor(), own=own)
        release_paid(self.integration.source, sifted.records, by=self.actor())
        return taken

    def take_gone(self, ids: Sequence[str]) -> int:
        """Mark orders as deleted."""
        return take_deleted(self.integration.source, ids, by=self.actor())
