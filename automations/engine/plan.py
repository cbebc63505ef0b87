"""What an evaluation wants done, as values. Pure: `engine.apply` writes it, a test shows it."""

import datetime as dt
from dataclasses import dataclass

from orders.documents.instants import instant
from orders.lifecycle.order import OrderStatus
from portal.kit.json import Json


@dataclass(frozen=True, slots=True)
class Move:
    """Give an order another status; its open holds end."""

    status: OrderStatus
    verb: str
    summary: str

    def on(self, document: Json) -> Json:
        """Return the document as it is after this."""
        return {key: value for key, value in document.items() if key != "holdUntil"} | {"status": self.status.value}


@dataclass(frozen=True, slots=True)
class PlaceHold:
    """Put an order on hold until an instant."""

    due_at: dt.datetime
    next_status: OrderStatus
    reason: str
    summary: str
    verb: str = "held"

    @property
    def status(self) -> OrderStatus:
        """The status that a hold gives."""
        return OrderStatus.ON_HOLD

    def on(self, document: Json) -> Json:
        """Return the document as it is after this."""
        until = max(instant(self.due_at), document.get("holdUntil", ""))
        return document | {"status": self.status.value, "holdUntil": until}


Write = Move | PlaceHold
