"""What a warehouse can do: take shipping requests, report parcels, count stock. Pure."""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Protocol, runtime_checkable

from integrations.manifest import Client, Item
from orders.records.fulfillment import FulfillmentRecord
from orders.records.level import LevelRecord
from portal.kit.json import Json


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
class Trouble:
    """A request that hangs at the warehouse: on hold there, or with a problem that people have to solve."""

    request: str
    """What the warehouse calls the request, or our reference."""
    kind: str
    """An exception type that is registered: `address_refused`, `sku_unknown`, `warehouse_trouble`."""
    reason: str
    over: bool = False
    """It is solved: its exception closes."""


@dataclass(frozen=True, slots=True)
class ItemRecord:
    """One thing that a warehouse keeps by a SKU of its own."""

    id: str
    """The same for ever, whatever it is called there."""
    sku: str
    """Empty where it has none: people are told, no product is it."""
    name: str
    number: str = ""
    """What people call it there."""
    parent: str = ""
    """What the record is called in which it stands."""
    active: bool = True
    """It can be ordered there."""


@dataclass(frozen=True, slots=True)
class Reports:
    """A page of what a warehouse reports, and how far that is."""

    parcels: tuple[FulfillmentRecord, ...] = ()
    levels: tuple[LevelRecord, ...] = ()
    refused: tuple[Item, ...] = ()
    """What could not be read; each becomes an exception with its raw bytes."""
    troubles: tuple[Trouble, ...] = ()
    cursor: Json = field(default_factory=dict)
    """Saved in the transaction that takes the page in; handed to the next run."""
    taken: tuple[str, ...] = ()
    """What the other side may be told afterwards to have arrived."""
    items: tuple[ItemRecord, ...] = ()


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


@runtime_checkable
class KeepsItems(Client, Protocol):
    """It tells which things it keeps, by what SKUs: they are matched with our products."""

    def items(self, since: dt.datetime | None) -> Iterator[Reports]:
        """Return the items that changed since a moment by its clock, or all, page by page.

        The cursor of each page holds its own time (`clock`, in seconds).
        """
