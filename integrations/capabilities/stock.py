"""What a store can do that shows how much there is: be told what it may promise. Pure."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from integrations.manifest import Client


@dataclass(frozen=True, slots=True)
class StockItem:
    """How many units of one SKU a channel may promise."""

    sku: str
    """As the channel knows it."""
    product_api_id: str
    variant_api_id: str
    units: int
    tracked: bool = True
    """False: its stock is not counted, and the channel sells it without end."""


@runtime_checkable
class TakesStock(Client, Protocol):
    """A selling channel that is told what it may promise."""

    def put_stock(self, item: StockItem) -> int | None:
        """Set the absolute number of units of one SKU. Returns the number it had before, where the channel tells."""

    def stock_of(self, item: StockItem) -> int | None:
        """Return the number of units that the channel shows, None where it does not count."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What a channel shows of some SKUs, and the channel's time at which it said so."""

    at: dt.datetime
    units: Mapping[StockItem, int | None]
    """None: it does not count them. What it does not have is left out."""


@runtime_checkable
class MovesStock(TakesStock, Protocol):
    """A selling channel that lowers its own number with each sale, and raises it when it cancels one.

    It takes changes of a number, so that a sale that is not known here yet is not overwritten.
    """

    def move_stock(self, item: StockItem, change: int) -> bool:
        """Change the number of units of one SKU. Returns False where the channel does not count them."""

    def stocks_of(self, items: Sequence[StockItem]) -> Shown:
        """Return what the channel shows of up to 100 SKUs."""
