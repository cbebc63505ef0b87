"""Who can deliver what: one sender per kind, registered by the app that knows the outside system."""

import datetime as dt
import random
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

from portal.kit.claims import MAX_ATTEMPTS, backoff
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
    approved: bool = False
    """A person has said that it shall be sent although it was held back."""


class Refused(Exception):
    """The other side said no, clearly: nothing has happened there, and asking again will not help.

    `told`: whoever raises it has told people already, in words of its own; no listener is called.
    """

    def __init__(self, message: str, *, told: bool = False) -> None:
        super().__init__(message)
        self.told = told


class Later(Exception):
    """Nothing has happened there; try again, after `delay` where the other side has named one.

    It counts as an attempt, unless the other side only asks everybody for a pause (`counts` false).
    """

    def __init__(self, message: str, delay: dt.timedelta | None = None, *, counts: bool = True) -> None:
        super().__init__(message)
        self.delay = delay
        self.counts = counts


class Unclear(Exception):
    """It may have arrived or not, by no fault of ours: no answer in time, or a broken one."""


class HeldBack(Exception):
    """Nothing was sent: a person has to say first whether it shall be.

    `cause` names the decision, the same for all deliveries that wait for it: people are told once. `told`: they
    know of it already, so no listener is called.
    """

    def __init__(self, message: str, cause: str, *, told: bool = False) -> None:
        super().__init__(message)
        self.cause = cause
        self.told = told


Calls = Mapping[str, Callable[[], Any]]
"""The call that each intent makes, by its key; it returns what the other side answered, in the sender's own form."""


def failing(error: Exception) -> Callable[[], Any]:
    """Return the call of an intent that fails without being made."""

    def call() -> Any:
        raise error

    return call


@dataclass(frozen=True, slots=True)
class BySets:
    """How first tries of one kind and organization go out together: a call for each, but one statement for all.

    `calls` loads what the calls need; a key that it leaves out is sent alone. A call raises what `Sender.send` may.
    `note` writes what the calls have brought, by key, in the transaction that ends their deliveries, and returns the
    answers; what it leaves out, and all of it where it raises, is finished one by one. `finish` does the same alone,
    in transactions of its own, and raises what `Sender.send` may.
    """

    calls: Callable[[Sequence[Intent]], AbstractContextManager[Calls]]
    note: Callable[[Mapping[str, Any]], Mapping[str, Json]]
    finish: Callable[[Intent, Any], Json]

    def send(self, intent: Intent) -> Json:
        """Send one, by the same steps: a `Sender.send`."""
        with self.calls([intent]) as calls:
            brought = calls[intent.key]()
        return self.finish(intent, brought)


@dataclass(frozen=True, slots=True)
class Sender:
    """How deliveries of a kind are sent.

    `send` returns what the other side answered. It raises Refused, Later or HeldBack where it is certain
    that nothing has happened, Unclear where nobody can know; any other exception leaves it open, too.
    `look_up` asks whether the intent has arrived; None: it has not. What it raises says the same of the question:
    the delivery stays as uncertain as it was. Without it an uncertain delivery waits for a person, unless
    `repeats_are_safe` because the other side tells them by the key.
    """

    kind: str
    send: Callable[[Intent], Json]
    look_up: Callable[[Intent], Json | None] | None = None
    repeats_are_safe: bool = False
    settle: dt.timedelta = SETTLE
    pauses: tuple[int, ...] = ()
    """Seconds between one attempt and the next; it ends with them. Without: those of `portal.kit.claims`."""
    by_sets: BySets | None = None
    """How first tries go out together; whatever was tried before goes alone."""

    @property
    def attempts(self) -> int:
        """How often it is tried before a person has to look."""
        return len(self.pauses) + 1 if self.pauses else MAX_ATTEMPTS

    def pause(self, attempt: int) -> dt.timedelta:
        """Return how long to wait after an attempt, with 20 % jitter either way."""
        if not self.pauses:
            return backoff(attempt)
        seconds = self.pauses[min(attempt, len(self.pauses)) - 1]
        return dt.timedelta(seconds=seconds * random.uniform(0.8, 1.2))  # noqa: S311 - spreads load, guards nothing


@dataclass(frozen=True, slots=True)
class Waiting:
    """A delivery that waits for a person, and why."""

    organization_id: int
    kind: str
    key: str
    reason: str
    about: Json
    """What its payload says of the record it is about: `type`, `id` (public) and `title`; each may be missing."""
    held_for: str = ""
    """The cause for which it was held back; empty when it was parked."""


senders: Registry[Sender] = Registry("sender")
on_parked: Registry[Callable[[Waiting], None]] = Registry("listener for parked deliveries")
"""Called, in the transaction that says so, when a delivery waits for a person."""
