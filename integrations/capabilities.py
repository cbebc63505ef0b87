"""What a connector's client can do beyond telling whose account it is: one protocol for each thing that travels. Pure.

A client implements those that its flows need; the kit asks `isinstance` and does everything else: when to ask, what
to remember, what to repeat. Methods make calls and decide nothing. Each raises `integrations.kit.errors.OutsideFailed`.
"""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Protocol, runtime_checkable

from integrations.kit.windows import Window
from integrations.manifest import Client, Deleted, Item, Page
from orders.records.fulfillment import FulfillmentRecord
from orders.records.level import LevelRecord
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
class OutgoingLine:
    """One line of a shipping request as the warehouse gets it."""

    position: int
    """0 for the first; stays the same over every attempt."""
    unique_id: str
    """Of the order's line."""
    sku: str
    """As the warehouse knows it."""
    our_sku: str
    name: str
    quantity: int
    unit_price: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A shipping request on its way to a warehouse."""

    reference: str
    """The same over every attempt, unique for ever: the warehouse knows a repeat by it."""
    number: str
    """For people (`extShipmentId`)."""
    order_number: str
    location: str
    """What the warehouse calls the location; empty where it has only one."""
    method: str
    """The warehouse's shipping method."""
    document: Json
    """The shipping request's canonical document: addresses, notes, dates."""
    lines: tuple[OutgoingLine, ...]
    currency: str = ""
    ordered_at: dt.datetime | None = None
    previous: str = ""
    """The reference of the request of the same order that this one replaces."""


@dataclass(frozen=True, slots=True)
class Placed:
    """What the warehouse calls a request that it has taken."""

    id: str
    url: str = ""
    canceled: bool = False
    """It is there, and canceled there."""


@dataclass(frozen=True, slots=True)
class CancelAnswer:
    """What became of a cancellation that the warehouse was asked for."""

    agreed: bool
    reason: str = ""
    pending: bool = False
    """It answers later, with a parcel or a refusal among the reports."""


@dataclass(frozen=True, slots=True)
class Reports:
    """A page of what a warehouse reports, and how far that is."""

    parcels: tuple[FulfillmentRecord, ...] = ()
    levels: tuple[LevelRecord, ...] = ()
    refused: tuple[Item, ...] = ()
    """What could not be read; each becomes an exception with its raw bytes."""
    troubles: tuple["Trouble", ...] = ()
    cursor: Json = field(default_factory=dict)
    """Saved in the transaction that takes the page in; handed to the next run."""
    taken: tuple[str, ...] = ()
    """What the other side may be told afterwards to have arrived."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """A request that hangs at the warehouse: on hold there, or with a problem that people have to solve."""

    request: str
    """What the warehouse calls the request, or our reference."""
    kind: str
    """An exception type that is registered: `address_refused`, `sku_unknown`, `warehouse_trouble`."""
    reason: str
    over: bool = False
    """It is solved: its exception closes."""


@runtime_checkable
class ShipsRequests(Client, Protocol):
    """A fulfillment channel: it takes shipping requests and reports parcels."""

    def find_request(self, reference: str) -> Placed | None:
        """Return the request of that reference when the warehouse has it."""

    def place_request(self, request: Outgoing) -> Placed:
        """Hand a request over. A second time with the same reference must not make a second parcel."""

    def cancel_request(self, reference: str, request_id: str) -> CancelAnswer:
        """Ask the warehouse to cancel a request."""

    def parcels(self, cursor: Json) -> Iterator[Reports]:
        """Return what was shipped or refused since the cursor, page by page, oldest first."""

    def parcels_taken(self, ids: Sequence[str]) -> None:
        """Tell that reports have been taken in, where the other side keeps count of that."""


@runtime_checkable
class OffersMethods(Client, Protocol):
    """It tells the shipping methods that people may choose from; asked together with its locations."""

    def methods(self) -> Sequence[tuple[str, str]]:
        """Return code and name of each method."""


@runtime_checkable
class CountsStock(Client, Protocol):
    """It tells how much of what lies where."""

    def levels(self, cursor: Json) -> Iterator[Reports]:
        """Return the stock since the cursor, or all of it, page by page."""


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


@dataclass(frozen=True, slots=True)
class OutgoingOrder:
    """An order on its way to a system that keeps orders, too: an ERP, the books."""

    reference: str
    """The same over every push, so that the system brings up to date what it has."""
    key: str
    """Of this push: the same over every attempt, and another when it is pushed again."""
    version: int
    number: str
    store: str
    placed_at: dt.datetime | None
    document: Json
    """What is told (`orders.pushes.told`): canonical names, `status` is `open` or `canceled`."""
    known_as: str = ""
    """What the system called it the last time."""


@dataclass(frozen=True, slots=True)
class Booked:
    """What a system calls an order that it has taken."""

    number: str = ""
    url: str = ""
    pending: bool = False
    """It has it, and says later whether it takes it."""


@runtime_checkable
class TakesOrders(Client, Protocol):
    """An outside system that orders are pushed to (behaviour.md 3.5, *Push*)."""

    def find_order(self, order: OutgoingOrder) -> Booked | None:
        """Return the order when the system has this version of it, None when it has not."""

    def put_order(self, order: OutgoingOrder) -> Booked:
        """Make the order there, or bring it up to date. A repeat under the same reference makes no second one."""


@runtime_checkable
class SellsProducts(Client, Protocol):
    """It has a catalogue: products are pulled, pushed or both."""

    def products(self, window: Window, offset: int, limit: int) -> Page:
        """Return one page of the products that changed within the window; `Manifest.product` maps them."""

    def deleted_products(self, window: Window) -> Iterator[Deleted]:
        """Return the products deleted within the window, page by page."""

    def find_product(self, sku: str) -> tuple[str, Json] | None:
        """Return the API ID and the document of the product with that SKU."""

    def put_product(self, document: Json, ext_product_api_id: str) -> str:
        """Create (empty ID) or update a product from its canonical document. Returns its API ID there."""


@runtime_checkable
class KnowsSkus(Client, Protocol):
    """It can be asked for many SKUs at once, which costs far less than `SellsProducts.find_product` for each."""

    def ids_of(self, skus: Sequence[str]) -> Mapping[str, str]:
        """Return the API IDs of the products and variations with exactly these SKUs; those it does not have: none."""


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
