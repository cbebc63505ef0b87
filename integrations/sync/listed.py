"""Pulling what an outside list says has changed: page by page, with nothing lost and nothing twice.

Orders and products come the same way; what differs (what is asked, how it is sorted, who takes it) is told by a
subclass.
"""

import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Generic

from django.db import transaction
from django.db.models.functions import Now

from integrations.kit import paging
from integrations.kit.windows import Cursor, Window, read_cursor
from integrations.manifest import Deleted, Item, Page
from integrations.models import FlowState, Integration
from integrations.sync.outcome import Counted, Outcome
from integrations.sync.sift import Digest, R, Sieve, Sifted
from portal.audit.actor import Actor
from portal.kit.clock import database_now
from portal.kit.failpoints import failpoint

SETTLING = 60
"""Seconds after a change during which every poll looks at the list itself: search lags behind."""
RARELY = 600
"""Longest time in seconds between two looks at the list, whatever the gate says."""


class Stopped(Exception):
    """The flow was switched off, deleted, or taken over by another worker; nothing more is to be written."""


@dataclass(slots=True)
class ListPull(ABC, Generic[R]):
    """One run of a flow. `hold_on` says whether the flow is still ours, and keeps it so."""

    integration: Integration
    state: FlowState
    sieve: Sieve[R]
    hold_on: Callable[[], bool]
    outcome: Outcome = field(default_factory=Outcome)

    @abstractmethod
    def gate(self) -> tuple[str, float]:
        """Return a cheap mark that changes when the list did, empty where there is none, and the other side's time."""

    @abstractmethod
    def fetch(self, window: Window, offset: int, limit: int) -> Page:
        """Return one page."""

    @abstractmethod
    def name(self, window: Window, offset: int) -> tuple[Item, int]:
        """Return the one record there without its body, which is too large, and how many the window holds."""

    @abstractmethod
    def gone(self, window: Window) -> Iterator[Deleted]:
        """Return what was deleted within the window."""

    @abstractmethod
    def take(self, sifted: Sifted[R]) -> Counted:
        """Take a page in, in the transaction that saves the cursor."""

    @abstractmethod
    def take_gone(self, ids: Sequence[str]) -> int:
        """Take in that records were deleted there. Returns how many changed."""

    def start(self) -> int:
        """Return the moment from which records are wanted, in seconds."""
        return start_of(self.integration)

    def cursor(self) -> Cursor:
        """Return how far the flow has come."""
        return read_cursor(self.state.cursor, start=self.start())

    def run(self) -> Outcome:
        """Pull what has changed. Raises OutsideFailed, Stopped, paging.Endless."""
        cursor = self.cursor()
        mark, clock = self.gate()
        now = int(clock)
        if mark != cursor.gate:
            cursor = replace(cursor, gate_at=now)
        if not self._must_look(cursor, mark, now):
            return self.outcome
        cursor = self.changes(cursor, now)
        self._save(replace(cursor, gate=mark), looked=True)
        return self.outcome

    def changes(self, cursor: Cursor, now: int) -> Cursor:
        """Take in what has changed and what was deleted, in the order that suits the records."""
        return self.deletions(self.windows(cursor, now), now)

    def windows(self, cursor: Cursor, now: int) -> Cursor:
        """Take in what has changed until `now`; all of the overlap anew where a person asked for it."""
        far = self.state.asked_at is not None or cursor.is_far_due(now)
        for window in paging.slices(self.fetch, cursor.window(now, far=far)):
            cursor = self._window(window, cursor)
        return cursor.looked_at(now, far=far)

    def deletions(self, cursor: Cursor, now: int) -> Cursor:
        """Take in what was deleted until `now`."""
        latest = cursor.deleted
        for page in self.gone(cursor.deleted_window(now)):
            with transaction.atomic():
                self._check()
                count = self.take_gone(page.ids)
            self.outcome = replace(self.outcome, deleted=self.outcome.deleted + count)
            latest = max(filter(None, (latest, page.latest)), default=None)
        return replace(cursor, deleted=latest)

    def actor(self) -> Actor:
        """Return who it is that writes."""
        return Actor.integration(self.integration.public_id, self.integration.name)

    def _must_look(self, cursor: Cursor, mark: str, now: int) -> bool:
        """Say whether the list has to be asked: the gate opened, or it is time to trust it no longer."""
        full_at = self.state.last_full_at
        if not mark or mark != cursor.gate or full_at is None or now - cursor.gate_at < SETTLING:
            return True
        rest = min(RARELY, max(SETTLING, now - cursor.gate_at))
        return (database_now() - full_at).total_seconds() >= rest

    def _window(self, window: Window, cursor: Cursor) -> Cursor:
        latest: int | None = None
        taken: list[Digest] = []
        known = {} if self.state.asked_at else cursor.known()
        for page in paging.walk(self.fetch, self.name, window):
            sifted = self.sieve.sift(page, cursor, known)
            latest = max(filter(None, (latest, sifted.latest)), default=None)
            self._take(sifted)
            taken += sifted.digests
            known.update((name, digest) for name, digest, _at in sifted.digests)
        # Pages come in any order, so the position moves only once all of them are here. Who dies before that reads
        # them again, and finds them taken.
        cursor = cursor.seen(latest, window).remember(taken)
        self._save(cursor)
        return cursor

    def _take(self, sifted: Sifted[R]) -> None:
        failpoint("pull.before_take")
        with transaction.atomic():
            self._check()
            taken = self.take(sifted)
        self.outcome = self.outcome.page(taken, left_out=sifted.left_out, known=sifted.known)
        failpoint("pull.after_take")

    def _save(self, cursor: Cursor, *, looked: bool = False) -> None:
        with transaction.atomic():
            self._check()
            values = {"last_full_at": Now(), "asked_at": None} if looked else {}
            FlowState.objects.filter(pk=self.state.pk).update(cursor=cursor.to_json(), **values)

    def _check(self) -> None:
        if not self.hold_on():
            raise Stopped


def start_of(integration: Integration) -> int:
    """Return the moment from which records are wanted: the *sync from* date, else the moment of enabling."""
    begin = integration.sync_from or integration.enabled_at or database_now()
    return int(begin.timestamp())


def our_time() -> float:
    """Return this machine's time in seconds: where the other side does not tell its own."""
    return time.time()
