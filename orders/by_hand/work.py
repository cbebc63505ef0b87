"""Acts on many orders: asked for at once, done in sets, seen to the end, and undone where there is a way back.

The first seconds of the work are done where it is asked for, so that a few orders need no worker; the rest is a
worker's. An order that fails is left with the reason and stops nobody.
"""

import datetime as dt
import logging
import time
from collections.abc import Sequence

from django.db import InterfaceError, OperationalError, transaction
from django.db.models.functions import Now

from orders.by_hand.acts import ACTS, Done, missing, put_back
from orders.locks import lock
from orders.models import OrderWork, OrderWorkItem
from portal.audit.actor import Actor
from portal.kit import claims
from portal.kit.claims import Claim, State
from portal.kit.jobs import bell, ring, watcher
from portal.kit.json import Json
from portal.kit.text import storable
from portal.tenancy.models import Organization, User

log = logging.getLogger(__name__)
BELL = "orders.work"
LEASE = dt.timedelta(minutes=2)
SET = 200
SECONDS = 25.0
AT_ONCE = 2.0
"""So many seconds of it are done where it is asked for."""
UNDO = "undo"
Outcome = OrderWorkItem.Outcome


class CannotUndo(ValueError):
    """The work is still under way, cannot be taken back, or was taken back already."""


def ask(organization: Organization, act: str, ids: Sequence[int], values: Json, *, user: User) -> OrderWork:
    """Ask for an act on orders of an organization, and begin with it. Raises KeyError for an unknown act."""
    ACTS[act]
    return _begin(organization, act, {pk: {} for pk in ids}, values, user)


def undo(work: OrderWork, *, user: User) -> OrderWork:
    """Make what a finished act has changed what it was before. Raises CannotUndo."""
    if not can_undo(work):
        raise CannotUndo("This cannot be undone any more.")
    rows = OrderWorkItem.objects.within(work.organization).filter(work=work, outcome=Outcome.DONE)
    before = dict(rows.order_by("order_id").values_list("order_id", "before"))
    return _begin(work.organization, UNDO, before, {}, user, undoes=work)


def can_undo(work: OrderWork) -> bool:
    """Say whether an act can be taken back: it is over, of a kind that can be, and nobody has done so."""
    known = work.act in ACTS and ACTS[work.act].undo is not None
    return known and work.state == State.DONE and not OrderWork.across.filter(undoes=work).exists()


def _begin(
    organization: Organization, act: str, before: dict[int, Json], values: Json, user: User,
    undoes: OrderWork | None = None,
) -> OrderWork:  # fmt: skip
    with transaction.atomic():
        work = OrderWork.across.create(
            organization=organization, act=act, values=values, user=user, total=len(before), undoes=undoes
        )
        items = [
            OrderWorkItem(organization=organization, work=work, order_id=pk, before=told)
            for pk, told in sorted(before.items())
        ]
        OrderWorkItem.across.bulk_create(items, batch_size=1_000)
        ring(BELL)
    for taken in claims.claim(OrderWork, limit=1, lease=LEASE, where="t.id = %s", params=[work.pk]):
        _work(taken, AT_ONCE)
    work.refresh_from_db()
    return work


@bell(BELL)
def run_due() -> int:
    """Go on with work that is due, for at most `SECONDS`; ring again if more is left. Returns how many pieces."""
    ends, count = time.monotonic() + SECONDS, 0
    while taken := claims.claim(OrderWork, limit=1, lease=LEASE, where="t.state <> 'done'"):
        count += 1
        _work(taken[0], max(1.0, ends - time.monotonic()))
        if time.monotonic() > ends:
            ring(BELL)
            break
    return count


@watcher("work on orders left behind", every=10)
def ring_for_due() -> None:
    """Ring for work that is due and was left behind."""
    due = OrderWork.across.filter(state=State.PENDING, next_at__lte=Now())
    if due.exists() or OrderWork.across.filter(state=State.RUNNING, lease_until__lt=Now()).exists():
        ring(BELL)


def _work(taken: Claim, seconds: float) -> None:
    ends = time.monotonic() + seconds
    try:
        if taken.attempt > claims.MAX_ATTEMPTS:  # the next one has killed every worker that took it on
            _some(taken, 1, failed=claims.DIED)
        while time.monotonic() < ends:
            if not (_set(taken) if taken.attempt == 1 else _alone(taken)):
                return
        claims.put_back(OrderWork, taken, delay=dt.timedelta(0))
        OrderWork.across.filter(pk=taken.id, attempts=taken.attempt).update(attempts=0)
        ring(BELL)
    except (OperationalError, InterfaceError) as error:
        log.warning("Work on orders is put off: %s", error)
        claims.put_back(OrderWork, taken, delay=dt.timedelta(seconds=10))


def _set(taken: Claim) -> bool:
    """Deal with the next set; False: there is none, or somebody else has the work by now."""
    try:
        return _some(taken, SET)
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        log.exception("A set of orders could not be dealt with; they are taken one by one")
    going = True
    for _ in range(SET):
        going = going and _alone(taken)
    return going


def _alone(taken: Claim) -> bool:
    try:
        return _some(taken, 1)
    except (OperationalError, InterfaceError):
        raise
    except Exception as error:
        log.exception("An order could not be dealt with")
        return _some(taken, 1, failed=f"{type(error).__name__}: {error}")


def _some(taken: Claim, size: int, *, failed: str = "") -> bool:
    """Deal with the next `size` in one transaction; with `failed` note of them that they could not be."""
    with transaction.atomic():
        if not claims.still_mine(OrderWork, [taken]):
            return False
        work = OrderWork.across.select_related("user").get(pk=taken.id)
        items = list(OrderWorkItem.across.filter(work=work, outcome=Outcome.WAITING).order_by("id")[:size])
        if not items:
            OrderWork.across.filter(pk=work.pk).update(state=State.DONE, finished_at=Now(), lease_until=None)
            return False
        done = Done(left={one.order_id: failed for one in items}) if failed else _do(work, items)
        _write(items, done, undoing=work.act == UNDO)
        claims.renew(OrderWork, taken, lease=LEASE)
    return True


def _do(work: OrderWork, items: Sequence[OrderWorkItem]) -> Done:
    by = Actor.user(work.user) if work.user else Actor.system()
    ids = [one.order_id for one in items]
    orders = lock(ids)
    if work.act == UNDO and work.undoes is not None:
        done = put_back(work.undoes.act, orders, {one.order_id: one.before for one in items}, by)
    else:
        done = ACTS[work.act].do(orders, work.values, by)
    done.left |= missing(ids, orders)
    return done


def _write(items: Sequence[OrderWorkItem], done: Done, *, undoing: bool) -> None:
    for one in items:
        pk = one.order_id
        one.outcome = Outcome.DONE if pk in done.before else Outcome.LEFT
        one.why = "" if pk in done.before else storable(done.left.get(pk, ""))[:500]
        if not undoing:
            one.before = done.before.get(pk, {})
    OrderWorkItem.across.bulk_update(items, ["outcome", "why", "before"], batch_size=500)
