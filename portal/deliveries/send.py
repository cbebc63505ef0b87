"""Asking for deliveries, and sending what is due: at most once, whatever dies (reliability.md B2, I7).

No lock and no transaction is held while the other side is asked. Before the call the row says that
the effect may have happened; only a clear answer takes that back.
"""

import datetime as dt
import time
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Now

from portal.deliveries import settle, together
from portal.deliveries.models import Delivery
from portal.deliveries.senders import Intent, Sender, senders
from portal.kit import claims, jobs
from portal.kit.claims import Claim, State
from portal.kit.failpoints import failpoint
from portal.kit.json import Json
from portal.tenancy.models import Organization

LEASE = dt.timedelta(minutes=3)
"""Longer than a call and the settle time: who finds the row afterwards may ask at once."""
BELL = "deliveries"
MOST = 500
"""How many one answer to the bell sends at most, should its time allow it."""
SECONDS = 30.0
"""How long one answer to the bell goes on taking new ones: a task has to end within its time."""


def request(organization: Organization, kind: str, key: str, payload: Json) -> bool:
    """Ask for a delivery, in the transaction of the change that wants it. Returns False for a known key.

    Raises portal.kit.registry.Unknown for a kind that nobody sends.
    """
    senders.get(kind)
    _, made = Delivery.across.get_or_create(
        organization=organization, kind=kind, key=key, defaults={"payload": payload}
    )
    if made:
        jobs.ring(BELL)
    return made


def request_many(organization: Organization, wanted: Sequence[tuple[str, str, Json]]) -> int:
    """Ask for many deliveries (kind, key, payload) with one statement. Returns how many keys were new.

    Raises portal.kit.registry.Unknown for a kind that nobody sends, before anything is asked for.
    """
    for kind in {kind for kind, _, _ in wanted}:
        senders.get(kind)
    rows = [Delivery(organization=organization, kind=kind, key=key, payload=told) for kind, key, told in wanted]
    known = Delivery.across.filter(organization=organization, key__in=[row.key for row in rows]).count()
    Delivery.across.bulk_create(rows, ignore_conflicts=True)
    if rows:
        jobs.ring(BELL)
    return len(rows) - known


@jobs.bell(BELL)
def send_due(limit: int = MOST) -> int:
    """Send what is due, one after the other, or by sets. Returns how many were dealt with."""
    count, ends = 0, time.monotonic() + SECONDS
    while taken := _next():
        if count == 0:
            _have_help()
        count += _deal_with(taken[0])
        if count >= limit or time.monotonic() >= ends:
            jobs.ring(BELL)
            break
    return count


def _next() -> list[Claim]:
    """Take what is due longest, first of what nobody is sending for: a rush to one side keeps no other waiting."""
    running = Delivery.across.filter(state=State.RUNNING, lease_until__gt=Now())
    busy = list(running.order_by().values_list("organization_id", "kind").distinct())
    if busy and (
        taken := claims.claim(
            Delivery, limit=1, lease=LEASE, where=_FREE, params=[list(column) for column in zip(*busy, strict=True)]
        )
    ):
        return taken
    return claims.claim(Delivery, limit=1, lease=LEASE, where="t.state <> 'done'")


_FREE = """
t.state <> 'done' AND (t.organization_id, t.kind) NOT IN (SELECT * FROM unnest(%s::bigint[], %s::text[]))
"""


def _have_help() -> None:
    """Ring for another worker where more is due than one sends at a time, as long as some are left for other work."""
    workers: Any = settings.Q_CLUSTER["workers"]
    most = workers - 2  # one holds the watch, one is for everything else
    if most < 2 or Delivery.across.filter(state=State.RUNNING, lease_until__gt=Now()).count() >= most:
        return
    if Delivery.across.filter(state=State.PENDING, next_at__lte=Now()).exists():
        jobs.ring(BELL)


@jobs.watcher("deliveries left behind", every=5)
def sweep() -> None:
    """Ring for deliveries that are due and were left behind."""
    due = Delivery.across.filter(state=State.PENDING, next_at__lte=Now())
    if due.exists() or Delivery.across.filter(state=State.RUNNING, lease_until__lt=Now()).exists():
        jobs.ring(BELL)


def _deal_with(taken: Claim) -> int:
    """Send a delivery, and others like it with it where their sender does so. Returns how many."""
    row = Delivery.across.get(pk=taken.id)
    sender = senders.get(row.kind)
    if sender.by_sets is None or taken.attempt > 1 or row.uncertain:
        _deal_with_one(row, taken)
        return 1
    count, alone = together.send(sender.by_sets, row, taken, lease=LEASE)
    for left, claim in alone:
        _deal_with_one(left, claim)
    return count + len(alone)


def _deal_with_one(row: Delivery, taken: Claim) -> None:
    sender = senders.get(row.kind)
    if taken.attempt > sender.attempts:
        return settle.park(row, taken, claims.DIED, uncertain=row.uncertain)
    intent = together.intent_of(row, taken)
    unsure = row.uncertain
    try:
        if unsure and (answer := _arrived(sender, intent)) is not None:
            return settle.done(taken, answer)
        unsure = False
        if not _begin(taken):
            return None
        failpoint("deliveries.before_call")
        answer = sender.send(intent)
        failpoint("deliveries.after_call")
    except Exception as error:
        return settle.failed(row, taken, error, unsure=unsure)
    return settle.done(taken, answer)


def _arrived(sender: Sender, intent: Intent) -> Json | None:
    """Return the other side's answer when an uncertain delivery is there already, None when it is not."""
    if sender.look_up is not None:
        return sender.look_up(intent)
    if sender.repeats_are_safe:
        return None
    raise settle.Undecided


def _begin(taken: Claim) -> bool:
    """Note before the call that it may happen. False: another worker has the row by now.

    The lease begins anew: the row may have waited for others that were taken with it.
    """
    mine = Delivery.across.filter(pk=taken.id, attempts=taken.attempt, state=State.RUNNING)
    return bool(mine.update(uncertain=True, lease_until=Now() + LEASE))


def try_again(delivery: Delivery) -> None:
    """Send a parked delivery again, under its own key: a person has looked and decided.

    Where the sender can ask whether it has arrived, that is asked first all the same.
    """
    asks = senders.get(delivery.kind).look_up is not None
    _put_back(Delivery.across.filter(pk=delivery.pk), {} if asks else {"uncertain": False})


def send_held_back(organization: Organization, kind: str, cause: str) -> int:
    """Send what was held back for a cause, now that a person has decided. Returns how many."""
    return _put_back(Delivery.objects.within(organization).filter(kind=kind, held_for=cause), {})


def release(organization: Organization, cause: str) -> int:
    """Send what was held back for a cause that is over, whatever its kind; nobody approved it. Returns how many."""
    return _put_back(Delivery.objects.within(organization).filter(held_for=cause), {"held_for": ""})


def once_more(organization: Organization, kind: str, keys: Collection[str]) -> int:
    """Send what ended without an effect and is wanted again, under its own key. Returns how many.

    The caller knows that what is done was not sent: an intent that was dropped, or one that was refused.
    """
    rows = Delivery.objects.within(organization).filter(kind=kind, key__in=keys)
    return _put_back(rows, {}, (State.PARKED, State.DONE))


def _put_back(rows: QuerySet[Delivery], values: Mapping[str, Any], ended: Sequence[State] = (State.PARKED,)) -> int:
    with transaction.atomic():
        count = rows.filter(state__in=ended).update(
            state=State.PENDING, attempts=0, next_at=Now(), last_error="", done_at=None, **values
        )
        jobs.ring(BELL)
    return count
