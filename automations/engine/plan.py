"""What an evaluation wants done, as values. Pure: `engine.apply` writes it, a test shows it.

Every write says what the record's document is afterwards (`on`), and why it cannot be done to this
record (`against`: a sentence, or nothing). `verb` and `summary` are its line in the record's history.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from orders.documents.instants import instant
from orders.lifecycle import pins
from orders.lifecycle.order import OrderStatus, can_move, refusal
from portal.entities import patch
from portal.entities.patch import Change
from portal.kit.json import Json

FINAL = {OrderStatus.CANCELED: "canceled", OrderStatus.READY_FOR_FULFILLMENT: "sent for fulfillment"}
"""Moves whose effects outside cannot be taken back: two rules of one evaluation cannot ask for both."""


@dataclass(frozen=True, slots=True)
class Left:
    """A field that a rule would have changed, left as it is because a person has set it."""

    path: str
    name: str
    """Who has set it."""


@dataclass(frozen=True, slots=True)
class Move:
    """Give an order another status; its open holds end."""

    status: OrderStatus
    verb: str
    summary: str

    def on(self, document: Json) -> Json:
        """Return the document as it is after this."""
        return {key: value for key, value in document.items() if key != "holdUntil"} | {"status": self.status.value}

    def against(self, document: Json) -> str:
        """Return why the order's status does not allow it."""
        return _no_move(document["status"], self.status)


@dataclass(frozen=True, slots=True)
class PlaceHold:
    """Put an order on hold until an instant; of a conditional hold that is its fail-safe."""

    due_at: dt.datetime
    next_status: OrderStatus
    reason: str
    summary: str
    verb: str = "held"
    kind: Literal["timed", "conditional"] = "timed"

    @property
    def status(self) -> OrderStatus:
        """The status that a hold gives."""
        return OrderStatus.ON_HOLD

    def on(self, document: Json) -> Json:
        """Return the document as it is after this."""
        until = max(instant(self.due_at), document.get("holdUntil", ""))
        return document | {"status": self.status.value, "holdUntil": until}

    def against(self, document: Json) -> str:
        """Return why the order cannot be put on hold."""
        return _no_move(document["status"], self.status)


@dataclass(frozen=True, slots=True)
class SetFields:
    """Change fields of an order's content; what a person has set stays (`left`)."""

    changes: Sequence[Change]
    summary: str
    verb: str = "changed"
    left: tuple[Left, ...] = ()

    def on(self, document: Json) -> Json:
        """Return the document as it is after this."""
        return patch.apply(document, self.changes)

    def against(self, document: Json) -> str:
        """Nothing stands against it: actions plan only what may be written."""
        return ""


@dataclass(frozen=True, slots=True)
class Remark:
    """Write a line into the activity of a record, which itself stays as it is."""

    text: str
    verb: str = "noted"

    @property
    def summary(self) -> str:
        """The line itself."""
        return self.text

    def on(self, document: Json) -> Json:
        """Return the document, unchanged."""
        return document

    def against(self, document: Json) -> str:
        """Nothing stands against it."""
        return ""


@dataclass(frozen=True, slots=True)
class SetState:
    """Close an exception as resolved or dismissed."""

    state: Literal["resolved", "dismissed"]
    summary: str
    verb: str

    def on(self, document: Json) -> Json:
        """Return the document as it is after this."""
        return document | {"state": self.state}

    def against(self, document: Json) -> str:
        """Return why it cannot be closed."""
        return "" if document["state"] == "active" else f"The exception is {document['state']} already."


@dataclass(frozen=True, slots=True)
class Send:
    """Have something delivered outside: one row in `portal.deliveries`, sent once."""

    kind: str
    payload: Json = field(hash=False)
    summary: str
    """What is sent to whom, in a sentence without secrets."""

    def on(self, document: Json) -> Json:
        """Return the document, unchanged."""
        return document

    def against(self, document: Json) -> str:
        """Nothing stands against it."""
        return ""


Write = Move | PlaceHold | SetFields | Remark | SetState | Send


def _no_move(old: str, new: OrderStatus) -> str:
    return "" if old == new or can_move(old, new) else refusal(old, new)


def without_pinned(write: Write, pinned: Mapping[str, str]) -> Write:
    """Return a write without the fields that a person has set; `pinned` is who, by path."""
    if not pinned or not isinstance(write, SetFields):
        return write
    changes, left = pins.left_alone(write.changes, pinned)
    if not left:
        return write
    return SetFields(changes, write.summary, write.verb, (*write.left, *(Left(path, name) for path, name in left)))
