"""What a store can do that sells: tell its orders, and be told of what was shipped of them. Pure."""

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol, runtime_checkable

from integrations.kit.windows import Window
from integrations.manifest import Client, Deleted, Item, Page
from portal.kit.json import Json


@runtime_checkable
class SellsOrders(Client, Protocol):
    """A selling channel: its orders are pulled."""

    def gate(self) -> tuple[str, dt.datetime | None]:
        """Return a cheap mark that changes when orders did, and the other side's time."""

    def orders(self, window: Window, offset: int, limit: int) -> Page:
        """Return one page of the orders that changed within the window."""

    def order_name(self, window: Window, offset: int) -> tuple[Item, int]:
        """Return the one order there by its numbers alone, and how many the window holds.

        Asked for when the order itself is too large to be read.
        """

    def deleted(self, window: Window) -> Iterator[Deleted]:
        """Return the orders deleted within the window, page by page."""


@dataclass(frozen=True, slots=True)
class OutgoingParcel:
    """A fulfillment on its way to the channel where its order was placed."""

    reference: str
    """The fulfillment's public ID: the same over every attempt."""
    order_api_id: str
    """The channel's API ID of the order."""
    order_number: str
    tracking_numbers: tuple[str, ...]
    tracking_urls: tuple[str, ...]
    carrier: str
    service: str
    shipped_at: dt.datetime | None
    lines: tuple[tuple[str, str, Decimal], ...]
    """(unique ID of the order's line, SKU of the order's line, units of this parcel)"""
    complete: bool
    """With it everything of the order has been shipped."""
    order_updated_at: dt.datetime | None = None
    """When the channel last changed the order, by its own clock, as far as is known here."""
    others: tuple[Json, ...] = ()
    """Canonical documents of the order's earlier fulfillments, oldest first."""
    later: tuple[Json, ...] = ()
    """The same of those that were made after it, as far as they are known by now."""
    announce: Callable[[Json], None] = lambda _values: None
    """To be called right before a call that sets fields of the order that we pull from there as well: with their new
    values by path in our document (`{"/fulfillmentStatus": "shipped"}`). When they come back, they are no news."""


@runtime_checkable
class TakesParcels(Client, Protocol):
    """A selling channel that shows tracking to its customers."""

    def find_parcel(self, parcel: OutgoingParcel) -> Json | None:
        """Return the channel's answer when it has this parcel already, None when it has not."""

    def put_parcel(self, parcel: OutgoingParcel) -> Json:
        """Tell the channel of a parcel. Returns what it answered, without secrets."""


@runtime_checkable
class LooksAhead(TakesParcels, Protocol):
    """A channel whose orders can be read many at a time before it is told of their parcels one by one."""

    def look_ahead(self, parcels: Sequence[OutgoingParcel]) -> None:
        """Read what the orders show, in few calls, and announce what is to be written.

        `put_parcel` goes by it, once for each parcel; what was not found, or may be old, it reads itself.
        """
