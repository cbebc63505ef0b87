"""What shall be done to an order, as values. Pure.

A `Step` is one act with one history row: a rule's action, a person's click, a channel's report. An
`OrderChange` is the steps of one order that are written together.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field

from orders.lifecycle.order import OrderStatus
from portal.audit.actor import Actor
from portal.entities.patch import Change


@dataclass(frozen=True, slots=True)
class NewHold:
    """A hold to be placed."""

    reason: str
    due_at: dt.datetime
    """When it ends; of a conditional hold its fail-safe."""
    next_status: OrderStatus
    kind: str = "timed"
    """A value of `orders.models.Hold.Kind`."""


@dataclass(frozen=True, slots=True)
class Step:
    """One act on an order."""

    by: Actor
    verb: str
    summary: str
    status: OrderStatus | None = None
    content: Sequence[Change] = ()
    """Changes of the content, as `portal.entities.patch.diff` gives them."""
    gives_back: Sequence[str] = ()
    """Fields, by path, that rules and the channel may set again (`orders.lifecycle.pins`)."""
    hold: NewHold | None = None
    ends_holds: str = ""
    """The outcome (`orders.models.Hold.Outcome`) that every open hold gets; empty: they stay."""
    run_id: int | None = None


@dataclass(slots=True)
class OrderChange:
    """The steps of one order, and whether *Updated order* hears of them."""

    order_id: int
    steps: list[Step] = field(default_factory=list)
    announce: bool = True
    cause: str = ""
