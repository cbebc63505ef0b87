"""Pulling products: what `listed` does, with products, their variants and what was deleted before them."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from integrations.capabilities import KeepsItems, SellsOrders, SellsProducts
from integrations.kit.errors import NOT_UNDERSTOOD, OutsideFailed
from integrations.kit.mapped import DoesNotFit
from integrations.kit.windows import Cursor, Window, read_cursor
from integrations.manifest import Client, Deleted, Item, Page
from integrations.models import FlowState, Integration
from integrations.registry import connectors
from integrations.sync import items
from integrations.sync.flows import Unable, pulls
from integrations.sync.listed import ListPull, our_time, start_of
from integrations.sync.outcome import Outcome
from integrations.sync.sift import Sieve, Sifted
from orders.models import Publication
from orders.products.take import TakenProducts, take_deleted_products, take_products
from orders.records.product import ProductRecord

WHOLE = 1
"""The start of a pull of the whole catalogue: the first second of 1970."""


class ProductSieve(Sieve[ProductRecord]):
    """How the products of one integration are sorted; one product may be several records."""

    what = "product"

    def read(self, item: Item, *, is_here: bool) -> Sequence[ProductRecord]:
        """Map one product to itself and its variants."""
        assert self.manifest.product is not None, f"{self.manifest.key} pulls products, but its manifest maps none"
        if item.value is None:
            raise DoesNotFit("product", item.problem)
        found: Any = self.manifest.product(item.value, self.integration.account, self.settings)
        return tuple(found)

    def here(self, ids: Sequence[str]) -> set[str]:
        """Every product is wanted: none is left out for its age."""
        return set(ids)


@dataclass(slots=True, kw_only=True)
class ProductsPull(ListPull[ProductRecord]):
    """One run of the products flow."""

    client: SellsProducts

    def start(self) -> int:
        """Return when to begin: at the first product where a person wants the whole catalogue."""
        whole = bool(getattr(self.sieve.settings, "whole_catalogue", False))
        return WHOLE if whole else start_of(self.integration)

    def cursor(self) -> Cursor:
        """Return how far it has come; another beginning than that of the cursor begins anew."""
        kept = read_cursor(self.state.cursor, start=self.start())
        return kept if kept.start == self.start() else Cursor(start=self.start())

    def gate(self) -> tuple[str, float]:
        """Ask only for the time: the list itself is asked each time, as seldom as it changes."""
        clock = self.client.gate()[1] if isinstance(self.client, SellsOrders) else None
        return "", clock.timestamp() if clock else our_time()

    def changes(self, cursor: Cursor, now: int) -> Cursor:
        """Take deletions first: a product made anew under a SKU that was given up finds it free."""
        return self.windows(self.deletions(cursor, now), now)

    def fetch(self, window: Window, offset: int, limit: int) -> Page:
        """Return one page of products."""
        return self.client.products(window, offset, limit)

    def name(self, window: Window, offset: int) -> tuple[Item, int]:
        """Refuse: products that are too large to be read have to be made smaller there."""
        raise OutsideFailed(NOT_UNDERSTOOD, message="A product is larger than 10 MB; shorten its description there")

    def gone(self, window: Window) -> Iterator[Deleted]:
        """Return the deleted products."""
        return self.client.deleted_products(window)

    def take(self, sifted: Sifted[ProductRecord]) -> TakenProducts:
        """Take a page in, and first the variants that its products do not have any more."""
        if vanished := _vanished(self.integration, sifted.records):
            self.take_gone(vanished)
        return take_products(self.integration.source, sifted.records, refused=sifted.refused, by=self.actor())

    def take_gone(self, ids: Sequence[str]) -> int:
        """Take in that products were deleted there."""
        return take_deleted_products(self.integration.source, ids, by=self.actor())


def pull(state: FlowState, client: Client, hold_on: Callable[[], bool]) -> Outcome:
    """Pull the products of an integration. Raises OutsideFailed, Stopped."""
    if isinstance(client, KeepsItems):
        return items.pull(state, client, hold_on)
    if not isinstance(client, SellsProducts):
        raise Unable(client, "SellsProducts")
    integration = state.integration
    manifest = connectors.get(integration.connector)
    sieve = ProductSieve(integration, manifest, manifest.settings.model_validate(integration.settings))
    return ProductsPull(integration, state, sieve, hold_on, client=client).run()


pulls.register("products", pull)


def _vanished(integration: Integration, records: Sequence[ProductRecord]) -> list[str]:
    """Return the API IDs of variants that are published below these products and are not among their records.

    A record of a product comes with all of its variants.
    """
    names = {one.ext_product_api_id for one in records}
    above = {one.ext_product_api_id for one in records if one.parent_ext_api_id is None}
    rows = Publication.across.filter(source_id=integration.source_id, parent_api_id__in=above - {""})
    rows = rows.exclude(ext_product_api_id__in=names).exclude(state=Publication.State.UNPUBLISHED)
    return [one for one in rows.values_list("ext_product_api_id", flat=True) if one]
