"""What a system can do that keeps the orders, too: an ERP, the books. Pure."""

import datetime as dt
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from integrations.manifest import Client
from portal.kit.json import Json


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
