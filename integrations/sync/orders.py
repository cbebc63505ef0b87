"""Pulling orders: what changed since the last pull, page by page, with nothing lost and nothing twice."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

from django.db import transaction
from django.db.models.functions import Now

from integrations.capabilities import SellsOrders
from integrations.kit import paging
from integrations.kit.windows import Cursor, Window, read_cursor
from integrations.manifest import Page
from integrations.models import FlowState, Integration
from integrations.outbound import written
from integrations.sync.outcome import Outcome
from integrations.sync.sift import Sieve, Sifted
from orders.ingest.paid import release_paid
from orders.ingest.take import take, take_deleted
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
class OrdersPull:
    """One run of the orders flow. `hold_on` says whether the flow is still ours, and keeps it so."""

    integration: Integration
    state: FlowState
    client: SellsOrders
    sieve: Sieve
    hold_on: Callable[[], bool]
    outcome: Outcome = field(default_factory=Outcome)

    def run(self) -> Outcome:
        """Pull what has changed. Raises OutsideFailed, Stopped, paging.Endless."""
        cursor = read_cursor(self.state.cursor, start=start_of(self.integration))
        mark, clock = self.client.gate()
        now = int(clock.timestamp() if clock else time.time())
        if mark != cursor.gate:
            cursor = replace(cursor, gate_at=now)
        if not self._must_look(cursor, mark, now):
            return self.outcome
        for window in paging.slices(self.client.orders, cursor.window(now)):
            cursor = self._window(window, cursor)
        cursor = self._deletions(cursor, cursor.deleted_window(now))
        self._save(replace(cursor, gate=mark), looked=True)
        return self.outcome

    def _must_look(self, cursor: Cursor, mark: str, now: int) -> bool:
        """Say whether the list has to be asked: the gate opened, or it is time to trust it no longer."""
        full_at = self.state.last_full_at
        if mark != cursor.gate or full_at is None or now - cursor.gate_at < SETTLING:
            return True
        rest = min(RARELY, max(SETTLING, now - cursor.gate_at))
        return (database_now() - full_at).total_seconds() >= rest

    def _window(self, window: Window, cursor: Cursor) -> Cursor:
        latest: int | None = None
        for page in self._pages(window):
            sifted = self.sieve.sift(page, cursor, again=self.state.asked_at is not None)
            latest = max(filter(None, (latest, sifted.latest)), default=None)
            cursor = cursor.remember(sifted.digests)
            self._take(sifted, cursor)
        # Pages come in any order, so the position moves only once all of them are here.
        cursor = cursor.seen(latest, window)
        self._save(cursor)
        return cursor

    def _pages(self, window: Window) -> Iterator[Page]:
        return paging.walk(self.client.orders, self.client.order_name, window)

    def _take(self, sifted: Sifted, cursor: Cursor) -> None:
        failpoint("pull.before_take")
        with transaction.atomic():
            self._check()
            own = written.came_back(self.integration, sifted.records)
            taken = take(self.integration.source, sifted.records, refused=sifted.refused, by=self._actor(), own=own)
            release_paid(self.integration.source, sifted.records, by=self._actor())
            FlowState.objects.filter(pk=self.state.pk).update(cursor=cursor.to_json())
        self.outcome = self.outcome.page(taken, left_out=sifted.left_out, known=sifted.known)
        failpoint("pull.after_take")

    def _deletions(self, cursor: Cursor, window: Window) -> Cursor:
        latest = cursor.deleted
        for page in self.client.deleted(window):
            with transaction.atomic():
                self._check()
                gone = take_deleted(self.integration.source, page.ids, by=self._actor())
            self.outcome = replace(self.outcome, deleted=self.outcome.deleted + gone)
            latest = max(filter(None, (latest, page.latest)), default=None)
        return replace(cursor, deleted=latest)

    def _save(self, cursor: Cursor, *, looked: bool = False) -> None:
        with transaction.atomic():
            self._check()
            values = {"last_full_at": Now(), "asked_at": None} if looked else {}
            FlowState.objects.filter(pk=self.state.pk).update(cursor=cursor.to_json(), **values)

    def _check(self) -> None:
        if not self.hold_on():
            raise Stopped

    def _actor(self) -> Actor:
        return Actor.integration(self.integration.public_id, self.integration.name)


def start_of(integration: Integration) -> int:
    """Return the moment from which orders are wanted: the *sync from* date, else the moment of enabling."""
    begin = integration.sync_from or integration.enabled_at or database_now()
    return int(begin.timestamp())
