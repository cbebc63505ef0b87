"""Handing events to their consumers: in batches, in order per entity, effects exactly once."""

import datetime as dt
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.db.models.functions import Now

from portal.events.catalogue import event_types
from portal.events.models import Event, Handoff
from portal.kit import claims, jobs, turns
from portal.kit.failpoints import failpoint
from portal.kit.registry import Registry

log = logging.getLogger(__name__)

LEASE = dt.timedelta(seconds=60)
BATCH = 200
_DRAIN_SECONDS = 30

_IN_ORDER = """
t.consumer = %s AND NOT EXISTS (
    SELECT 1 FROM portal_handoff earlier
    WHERE earlier.entity_type = t.entity_type AND earlier.entity_id = t.entity_id
      AND earlier.consumer || '' = t.consumer AND earlier.id + 0 < t.id AND earlier.state || '' <> 'parked'
    OFFSET 0)
"""
"""An entity's later event waits for its earlier ones; a parked one blocks nobody.

A table of work is empty whenever the server counts it, so the server takes it for a few rows and any way through it
for a good one: then each row was compared with all others of its consumer. `OFFSET 0` has it ask for each row by
itself, and as they are written, only the index by entity fits what it asks (`handoff_of_entity`).
"""

Handler = Callable[[Sequence[Event]], None]
Wants = Callable[[int, str], bool]
"""(organization id, name of an event): whether anybody there would do anything about it."""
Heeds = Callable[[str, Mapping[str, Any]], bool]
"""(name of an event, its payload): whether what it says can be of any concern. Pure: it is asked for each event."""


class Later(Exception):
    """A consumer has no room for these events now; they wait for `delay` and count as untried."""

    def __init__(self, message: str, delay: dt.timedelta) -> None:
        super().__init__(message)
        self.delay = delay


@dataclass(frozen=True, slots=True)
class Consumer:
    """Who wants to hear of which events."""

    name: str
    events: frozenset[str]
    handle: Handler
    on_parked: Callable[[Event, str], None] | None = None
    wants: Wants | None = None
    heeds: Heeds | None = None
    by_turns: bool = False
    """One worker at a time deals with an organization's events."""

    def heeded(self, event_name: str, payload: Mapping[str, Any]) -> bool:
        """Say whether what an event says can be of any concern here."""
        return self.heeds is None or self.heeds(event_name, payload)


consumers: Registry[Consumer] = Registry("consumer")
_REMEMBERED, _MOST_REMEMBERED = 5, 10_000
_yes: dict[tuple[str, int, str], float] = {}
"""Until when (`time.monotonic`) a consumer is known to want an event of an organization."""


def consumer(
    name: str,
    *,
    events: Sequence[str],
    on_parked: Callable[[Event, str], None] | None = None,
    wants: Wants | None = None,
    heeds: Heeds | None = None,
    by_turns: bool = False,
) -> Callable[[Handler], Handler]:
    """Register `handle(events)`: called inside a transaction that ends with the events marked done.

    `wants` and `heeds` are asked when an event is written, in its transaction: what nobody there would
    act on is not handed over at all. A yes of `wants` is remembered for a moment, so `handle` may be
    given what has become pointless.

    `by_turns` is for those whose batches lock the same rows whatever they hold, as the stock of what sells: several
    workers in one organization only wait for each other there, and nobody is left for other work.
    """

    def register(handle: Handler) -> Handler:
        for event_name in events:
            event_types.get(event_name)
        consumers.register(name, Consumer(name, frozenset(events), handle, on_parked, wants, heeds, by_turns))
        jobs.bell(f"events:{name}")(lambda: drain(name))
        return handle

    return register


def subscribers(event_name: str) -> list[Consumer]:
    """Return the consumers of an event."""
    return [one for one in consumers.all() if event_name in one.events]


def takers(event_name: str, organization_id: int, payloads: Sequence[Mapping[str, Any]]) -> list[Consumer]:
    """Return the consumers that may act on one of an organization's events of a name, which say the payloads.

    What they say is looked at first: `wants` asks the database, and most events concern few.
    """
    concerned = [one for one in subscribers(event_name) if any(one.heeded(event_name, each) for each in payloads)]
    return [one for one in concerned if one.wants is None or _wants(one, organization_id, event_name)]


def _wants(one: Consumer, organization_id: int, event_name: str) -> bool:
    """Ask a consumer. Only a yes is remembered: what is handed over for nothing costs a moment, what is not is lost."""
    assert one.wants is not None
    asked, now = (one.name, organization_id, event_name), time.monotonic()
    if _yes.get(asked, 0) > now:
        return True
    if len(_yes) >= _MOST_REMEMBERED:
        _yes.clear()
    if answer := one.wants(organization_id, event_name):
        _yes[asked] = now + _REMEMBERED
    return answer


def drain(name: str, *, seconds: float = _DRAIN_SECONDS) -> int:
    """Deal with what is due for a consumer, for at most `seconds`; ring again if more is left.

    Returns the number of events dealt with.
    """
    one = consumers.get(name)
    ends, done = time.monotonic() + seconds, 0
    while taken := _claim(one):
        failpoint("events.claimed")
        done += sum(_deal_with(one, batch) for batch in _batches(taken))
        for dead in taken:
            if dead.attempt > claims.MAX_ATTEMPTS:
                _put_back(one, dead, claims.DIED)
        if time.monotonic() > ends:
            jobs.ring(f"events:{name}")
            break
    return done


def _claim(one: Consumer) -> list[claims.Claim]:
    """Take what is due, but nothing of organizations whose turn another worker has: it looks again after its batch."""
    if not one.by_turns or not (others := turns.of_others(_turn(one))):
        return claims.claim(Handoff, limit=BATCH, lease=LEASE, where=_IN_ORDER, params=[one.name])
    where = f"{_IN_ORDER} AND t.organization_id %% {turns.MOST} <> ALL(%s)"
    return claims.claim(Handoff, limit=BATCH, lease=LEASE, where=where, params=[one.name, others])


def _turn(one: Consumer) -> str:
    return f"events:{one.name}"


def _batches(taken: Sequence[claims.Claim]) -> list[list[claims.Claim]]:
    """Split a claim into what is done in one transaction: an organization's events of a first try.

    No organization waits for another's. What was tried before is tried alone: if it kills its worker,
    it takes nobody with it. What has killed five is not tried any more.
    """
    owners = dict(Handoff.across.filter(pk__in=[one.id for one in taken]).values_list("pk", "organization_id"))
    fresh: dict[int, list[claims.Claim]] = {}
    for one in taken:
        if one.attempt == 1 and one.id in owners:
            fresh.setdefault(owners[one.id], []).append(one)
    return list(fresh.values()) + [[one] for one in taken if 1 < one.attempt <= claims.MAX_ATTEMPTS]


def _deal_with(one: Consumer, taken: Sequence[claims.Claim]) -> int:
    try:
        return _handle(one, taken)
    except Later as wait:
        _make_wait(one, taken, wait)
        return 0
    except Exception as error:
        if len(taken) > 1:
            return sum(_deal_with(one, [claim]) for claim in taken)
        log.exception("The consumer “%s” could not deal with handoff %s", one.name, taken[0].id)
        _put_back(one, taken[0], f"{type(error).__name__}: {error}")
        return 0


def _make_wait(one: Consumer, taken: Sequence[claims.Claim], wait: Later) -> None:
    log.info("%s events wait: %s", len(taken), wait)
    claims.untried(Handoff, taken, reason=str(wait), delay=wait.delay)
    if not wait.delay:
        jobs.ring(_turn(one))  # whoever had the turn may have looked for the last time while these were taken


def absorb(consumer: str, event_name: str, versions: Mapping[int, int]) -> int:
    """Take back what waits for a consumer and is dealt with already. Returns how many.

    `versions` are those of the entities, by id, that the consumer has just looked at: events of this
    name that led up to them say nothing new. Call it in the transaction that holds the effects.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            DELETE FROM portal_handoff h USING portal_event e, unnest(%s::bigint[], %s::int[]) AS seen(id, version)
            WHERE e.id = h.event_id AND e.name = %s AND h.consumer = %s AND h.state = 'pending'
              AND h.entity_id = seen.id AND h.entity_type = e.entity_type AND e.entity_version <= seen.version
            """,
            [list(versions), list(versions.values()), event_name, consumer],
        )
        return int(cursor.rowcount)


def _handle(one: Consumer, taken: Sequence[claims.Claim]) -> int:
    """Effects and the end of the handoffs, in one transaction."""
    with transaction.atomic():
        mine = [claim.id for claim in claims.still_mine(Handoff, taken)]
        if not mine:
            return 0
        events = list(Event.across.filter(handoffs__in=mine).order_by("id"))
        if one.by_turns and not turns.take(_turn(one), events[0].organization_id):
            raise Later("Another worker has the organization's turn.", dt.timedelta(0))
        one.handle(events)
        failpoint("events.before_commit")
        Handoff.across.filter(pk__in=mine).delete()
    failpoint("events.after_commit")
    return len(mine)


def _put_back(one: Consumer, taken: claims.Claim, error: str) -> None:
    with transaction.atomic():
        state = claims.put_back(Handoff, taken, error=error)
        if state == claims.State.PARKED and one.on_parked:
            one.on_parked(Event.across.get(handoffs=taken.id), error)


def replay(organization_id: int | None = None, *, consumer: str = "", event_id: int | None = None) -> int:
    """Return parked events to the queue, and ring: all, an organization's, a consumer's, or one. Returns how many."""
    parked = Handoff.across.filter(state=claims.State.PARKED)
    if organization_id is not None:
        parked = parked.filter(organization_id=organization_id)
    if consumer:
        parked = parked.filter(consumer=consumer)
    if event_id is not None:
        parked = parked.filter(event_id=event_id)
    with transaction.atomic():
        count = parked.update(state=claims.State.PENDING, attempts=0, next_at=Now(), last_error="")
        for one in consumers.all():
            jobs.ring(f"events:{one.name}")
    return count


@jobs.watcher("events left behind", every=5)
def sweep() -> None:
    """Ring for whatever is due and was left behind by a crash or a lost task."""
    waiting = (
        Handoff.across.filter(next_at__lte=Now(), state=claims.State.PENDING).values("consumer")
        | Handoff.across.filter(lease_until__lt=Now(), state=claims.State.RUNNING).values("consumer")
    ).distinct()
    for name in [row["consumer"] for row in waiting]:
        if name in consumers:
            jobs.ring(f"events:{name}")
        else:
            log.error("Events wait for “%s”, which this version does not have", name)
