"""Telling channels what they may promise: the newest number of each SKU, and only where it differs.

A channel that lowers its own number with each sale (`capabilities.MovesStock`) is read once, and then told *changes*:
a sale that is not known here yet stays subtracted, and a sale that is known is not subtracted a second time, because
what the channel shows is followed here (`marking`). Any other channel is told the number itself.

Before a change leaves, it is written down. Whoever finds it there afterwards (its worker died, or the answer was
lost) reads the channel's number before anything is told again.
"""

import datetime as dt
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar, cast

from django.db import OperationalError, connection, transaction
from django.db.models import Case, F, Value, When
from django.db.models.functions import Now
from psycopg.errors import LockNotAvailable

from integrations.capabilities import MovesStock, StockItem, TakesStock
from integrations.manifest import Client
from integrations.models import StockChannel
from integrations.models.stock import StockNumber
from integrations.outbound import marking
from integrations.outbound.ask import ask
from integrations.outbound.marking import BELL
from integrations.outbound.numbers import Wanted, wanted_of
from integrations.outbound.reading import Reading
from integrations.outbound.settling import settle
from integrations.sync.flows import Unable
from orders.exceptions.raise_ import Problem, close, raise_exceptions
from orders.inventory.levels import NEEDS_RESTING
from portal.audit.actor import Actor
from portal.deliveries.senders import SETTLE, HeldBack, Later, Refused
from portal.kit import claims
from portal.kit.claims import Claim, State, backoff
from portal.kit.failpoints import failpoint
from portal.kit.jobs import bell, ring, watcher
from portal.kit.text import storable

log = logging.getLogger(__name__)
T = TypeVar("T")

LEASE = dt.timedelta(minutes=3)
"""Longer than a call and its wait for the pace; renewed before each."""
BATCH = 200
SECONDS = 25.0
WAIT_FOR_ORDERS = 5
"""Seconds that a number waits while orders of its channel are still being noted."""
TROUBLE = 5
"""Failed tries in a row after which people are told."""
_NEXT = dt.timedelta(seconds=5)
"""When the other numbers of a batch are tried again, one of which has failed, or could not be looked at."""
PROBLEM = "stock_not_told"
FLOW = "inventory"


def tell_due(seconds: float = SECONDS) -> int:
    """Tell what is due, channel by channel, for at most `seconds`; ring again if more is left. Returns how many."""
    ends, count = time.monotonic() + seconds, 0
    nothing: set[int] = set()
    while time.monotonic() < ends and (channel := _due_channel(nothing)):
        told = Teller(channel).run()
        count += told
        if not told:
            nothing.add(channel.pk)
    if _due_channel(nothing):
        ring(BELL)
    return count


bell(BELL)(tell_due)


@watcher("stock to tell", every=1)
def look() -> None:
    """Ring where a channel has numbers that are due."""
    if _due_channel(set()):
        ring(BELL)


def _due_channel(but: set[int]) -> StockChannel | None:
    with connection.cursor() as cursor:
        cursor.execute(_DUE, [sorted(but)])
        row = cursor.fetchone()
    return StockChannel.across.select_related("source", "integration").get(pk=row[0]) if row else None


_DUE = f"""
SELECT c.id FROM integrations_stockchannel c JOIN integrations_integration i ON i.id = c.integration_id
WHERE c.active AND i.enabled AND i.deleted_at IS NULL AND i.connection = 'connected' AND c.id <> ALL(%s::bigint[])
  AND NOT EXISTS (SELECT 1 FROM integrations_pace p
                  WHERE p.integration_id = i.id AND p.blocked_until > clock_timestamp())
  AND EXISTS (SELECT 1 FROM integrations_stocknumber n WHERE n.channel_id = c.id AND n.state <> 'done'
              AND (n.state = 'pending' AND n.next_at <= clock_timestamp()
                   OR n.state = 'running' AND n.lease_until < clock_timestamp()))
  AND c.organization_id NOT IN ({NEEDS_RESTING})
ORDER BY c.id LIMIT 1
"""  # noqa: S608 - a constant

_MINE = """
t.channel_id = %s AND t.state <> 'done' AND (
    t.next_at < clock_timestamp() - %s * interval '1 s' OR NOT EXISTS (
        SELECT 1 FROM portal_handoff h
        WHERE h.consumer = 'stock' AND h.organization_id = %s AND h.entity_type = 'order' AND h.state <> 'parked'))
"""
"""Whether orders are still to be noted is asked once, not for each number: nothing of it is the number's."""


class Stopped(Exception):
    """The channel cannot be told anything now; what was claimed goes back for `delay`."""

    def __init__(self, delay: dt.timedelta) -> None:
        super().__init__()
        self.delay = delay


class Teller:
    """One batch of one channel."""

    def __init__(self, channel: StockChannel) -> None:
        self.channel = channel
        self._left: dict[int, Claim] = {}

    def run(self) -> int:
        """Claim what is due and tell it. Returns how many numbers were claimed."""
        params = [self.channel.pk, WAIT_FOR_ORDERS, self.channel.organization_id]
        taken = claims.claim(StockNumber, limit=BATCH, lease=LEASE, where=_MINE, params=params)
        self._left = {one.id: one for one in taken}
        try:
            Reading(self).run()
            for row in self._differing():
                self._tell(row)
        except Stopped as stop:
            for left in self._left.values():
                claims.put_back(StockNumber, left, delay=stop.delay)
        return len(taken)

    def lock(self) -> None:
        """Be the only one to read and note the organization's numbers. Raises Stopped where others do for too long.

        Nothing has been told then, so the numbers come again at once. What fails after a call keeps its lease: before
        that is over, reading proves nothing.
        """
        try:
            marking.lock(self.channel.organization_id)
        except OperationalError as error:
            if not isinstance(error.__cause__, LockNotAvailable):
                raise
            log.info("The stock of organization %s is being noted; numbers wait", self.channel.organization_id)
            raise Stopped(_NEXT) from error

    def call(self, act: Callable[[Client], T]) -> T:
        """Make calls as the channel's integration. Raises what `ask` raises."""
        return ask(self.channel.integration, act, flow=FLOW)

    def rows(self) -> list[StockNumber]:
        """Return the numbers that are still this worker's, as they are now."""
        found = StockNumber.across.filter(pk__in=list(self._left), state=State.RUNNING).order_by("sku_folded")
        return [one for one in found if self._left[one.pk].attempt == one.attempts]

    def settle(self, row: StockNumber, **values: Any) -> None:
        """End the work on a number; it comes again where it was marked since `row` was read."""
        again = Case(When(wanted=row.wanted, then=Value(State.DONE)), default=Value(State.PENDING))
        self._write(row, {"state": again, "next_at": Now() + dt.timedelta(seconds=marking.PAUSE)} | values)
        self._over(row)

    def again(self, row: StockNumber, delay: dt.timedelta, **values: Any) -> None:
        """Put a number back for `delay`."""
        self._write(row, {"state": State.PENDING, "next_at": Now() + delay} | values)

    def refused(self, row: StockNumber, reason: str) -> None:
        """End the work on a number that the channel does not take, and tell people."""
        self._write(
            row,
            {"state": State.DONE, "look": True, "moving": None, "failures": row.failures + 1, "last_error": reason},
        )
        self._tell_people(row, reason)

    def failed(self, row: StockNumber, error: Exception, *, sent: bool) -> None:
        """Put a number back whose reading or telling has failed; raises Stopped, because the next would fail as well.

        `sent`: something was told, which may have arrived unless the error says that it has not.
        """
        for_all = isinstance(error, HeldBack) or (isinstance(error, Later) and not error.counts)
        failures = row.failures + (not for_all)
        named = dt.timedelta(0) if isinstance(error, HeldBack) else getattr(error, "delay", None)
        delay = backoff(max(failures, 1)) if named is None else named
        values: dict[str, Any] = {"failures": failures, "last_error": "" if for_all else storable(str(error))[:1000]}
        if sent and isinstance(error, Later | HeldBack):
            values["moving"] = None
        elif sent:
            delay = max(delay, SETTLE)  # before that, reading proves nothing
        self.again(row, delay, **values)
        if failures >= TROUBLE and not for_all:
            self._tell_people(row, str(error))
        raise Stopped(_NEXT if named is None else named) from error

    def actor(self) -> Actor:
        """Return who it is that tells."""
        integration = self.channel.integration
        return Actor.integration(integration.public_id, integration.name)

    def _write(self, row: StockNumber, values: Mapping[str, Any]) -> None:
        told = {"lease_until": None, "failures": 0, "last_error": ""} | dict(values)
        mine = StockNumber.across.filter(pk=row.pk, attempts=row.attempts, state=State.RUNNING)
        mine.update(**told)
        self._left.pop(row.pk, None)

    def _over(self, row: StockNumber) -> None:
        if row.failures or row.last_error:
            close(row.organization_id, PROBLEM, cause_key=_cause(row), by=self.actor())

    def _tell_people(self, row: StockNumber, reason: str) -> None:
        source = self.channel.source
        title = f"“{source.name}” was not told how much there is of {row.sku}"
        problem = Problem(
            PROBLEM, row.organization_id, _cause(row), title, reason, entity_type="source", entity_id=source.pk,
            entity_label=source.name,
        )  # fmt: skip
        raise_exceptions([problem], by=self.actor())

    def _differing(self) -> list[StockNumber]:
        """Return the numbers that are to be told, as one look at the stock says."""
        with transaction.atomic():
            self.lock()
            rows = self.rows()
            return self._to_tell(rows, wanted_of(self.channel, rows))

    def _to_tell(self, rows: Sequence[StockNumber], wanted: Mapping[int, Wanted]) -> list[StockNumber]:
        """Settle what is right already, put back what has to be read first, and return the others."""
        concern = [row for row in rows if wanted[row.pk].counted and wanted[row.pk].published]
        unread = [row for row in concern if row.look or row.moving is not None]
        known = [row for row in concern if not row.look and row.moving is None]
        left = [row for row in known if self._differs(row, wanted[row.pk])]
        for row in unread:
            self.again(row, dt.timedelta(0))
        others = {row.pk for row in (*unread, *left)}
        right = [row for row in rows if row.pk not in others]
        settle(right, wanted)
        for row in right:
            self._left.pop(row.pk, None)
            self._over(row)
        return left

    def _differs(self, row: StockNumber, wanted: Wanted) -> bool:
        if wanted.endless:
            return row.shown is not None or not row.endless
        return row.shown != wanted.units or row.endless

    def _tell(self, row: StockNumber) -> None:
        """Tell one number, computed anew at this moment."""
        with transaction.atomic():
            self.lock()
            taken = self._left[row.pk]
            if not claims.still_mine(StockNumber, [taken]) or not claims.renew(StockNumber, taken, lease=LEASE):
                self._left.pop(row.pk)
                return
            row.refresh_from_db()
            wanted = wanted_of(self.channel, [row])[row.pk]
            if not self._to_tell([row], {row.pk: wanted}):
                return
            change = self._note(row, wanted)
        failpoint("stock.before_call")
        try:
            known = self.call(lambda client: _send(client, wanted.item(), change))
        except Refused as error:
            self.refused(row, str(error))
            return
        except Exception as error:
            if not isinstance(error, Later | HeldBack):
                log.warning("Stock of %s on channel %s: %s", row.sku, row.channel_id, type(error).__name__)
            self.failed(row, error, sent=True)
        failpoint("stock.after_call")
        self._told(row, wanted, change, known=known)

    def _note(self, row: StockNumber, wanted: Wanted) -> int | None:
        """Write down what is about to happen; returns the change, or None where the number itself is told."""
        change = None
        if self.channel.moves and row.shown is not None and not wanted.endless:
            change = wanted.units - row.shown
        values: dict[str, Any] = {"moving": change} if change is not None else {"look": True, "shown": None}
        StockNumber.across.filter(pk=row.pk).update(**values)
        return change

    def _told(self, row: StockNumber, wanted: Wanted, change: int | None, *, known: bool) -> None:
        told = {"told": None if wanted.endless else wanted.units, "told_at": Now(), "endless": wanted.endless}
        if change is not None and not known:  # it does not count this SKU any more: read, then told the number
            self.again(row, dt.timedelta(0), look=True, moving=None)
        elif change is not None:
            self.settle(row, shown=F("shown") + change, moving=None, checking=False, **told)
        elif wanted.endless or not self.channel.moves:
            shown = None if wanted.endless else wanted.units
            self.settle(row, shown=shown, look=Case(When(wanted=row.wanted, then=False), default=True), **told)
        else:  # which sales came before and which after it is known only by reading
            self.again(row, dt.timedelta(0), look=True, **told)


def _send(client: Client, item: StockItem, change: int | None) -> bool:
    """Tell a change, or the number itself. Returns False where the channel does not count what was to be changed."""
    if change is not None:
        return cast(MovesStock, client).move_stock(item, change)
    if not isinstance(client, TakesStock):
        raise Unable(client, "TakesStock")
    client.put_stock(item)
    return True


def _cause(row: StockNumber) -> str:
    return f"{row.channel_id}:{row.sku_folded}"
