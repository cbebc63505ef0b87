"""Who can deliver what: one sender per kind, registered by the app that knows the outside system."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from portal.kit.json import Json
from portal.kit.registry import Registry

SETTLE = dt.timedelta(seconds=90)
"""Our longest call (60 s) and the other side's latency: before that, asking proves nothing."""


@dataclass(frozen=True, slots=True)
class Intent:
    """What a sender gets: never more than it needs."""

    organization_id: int
    key: str
    payload: Json
    attempt: int


class Refused(Exception):
    """The other side said no, clearly: nothing has happened there, and asking again will not help."""


class Later(Exception):
    """Nothing has happened there; try again, after `delay` where the other side has named one."""

    def __init__(self, message: str, delay: dt.timedelta | None = None) -> None:
        super().__init__(message)
        self.delay = delay


@dataclass(frozen=True, slots=True)
class Sender:
    """How deliveries of a kind are sent.

    `send` returns what the other side answered. It raises Refused or Later where it is certain that
    nothing has happened; any other exception (a time-out, a cut answer) leaves that open.
    `look_up` asks whether the intent has arrived; None: it has not. Without it an uncertain delivery
    waits for a person, unless `repeats_are_safe` because the other side tells them by the key.
    """

    kind: str
    send: Callable[[Intent], Json]
    look_up: Callable[[Intent], Json | None] | None = None
    repeats_are_safe: bool = False
    settle: dt.timedelta = SETTLE


senders: Registry[Sender] = Registry("sender")
Listener = Callable[[int, str, str, str], None]
on_parked: Registry[Listener] = Registry("listener for parked deliveries")
"""Called with organization id, kind, key and reason when a delivery waits for a person."""
