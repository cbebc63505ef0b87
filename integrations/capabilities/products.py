"""What a catalogue can do: tell its products, and be told of ours. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol, runtime_checkable

from integrations.kit.windows import Window
from integrations.manifest import Client, Deleted, Page
from portal.kit.json import Json


@runtime_checkable
class TakesProducts(Client, Protocol):
    """It is told of our products."""

    def find_product(self, sku: str) -> tuple[str, Json] | None:
        """Return the API ID and the document of the product with that SKU."""

    def put_product(self, document: Json, ext_product_api_id: str) -> str:
        """Create (empty ID) or update a product from its canonical document. Returns its API ID there."""


@runtime_checkable
class SellsProducts(TakesProducts, Protocol):
    """It has a catalogue of its own as well, which is pulled: products are made and changed here as it says."""

    def products(self, window: Window, offset: int, limit: int) -> Page:
        """Return one page of the products that changed within the window; `Manifest.product` maps them."""

    def deleted_products(self, window: Window) -> Iterator[Deleted]:
        """Return the products deleted within the window, page by page."""


@runtime_checkable
class KnowsSkus(Client, Protocol):
    """It can be asked for many SKUs at once, which costs far less than `TakesProducts.find_product` for each."""

    def ids_of(self, skus: Sequence[str]) -> Mapping[str, str]:
        """Return the API IDs of the products and variations with exactly these SKUs; those it does not have: none."""
