"""The sweeps over active exceptions (behaviour.md 7.5): every 3 hours the new ones, once a day the older ones.

A pass goes through the exceptions of all organizations in batches, each in a transaction that also
moves the cursor on: a pass that is cut off goes on where it stopped, and no exception is judged twice
in it. Whoever claims the row of the sweep works on it, so several workers do not disturb each other.
A record that makes its batch fail is judged alone, set aside with an exception, and passed over.
"""

import datetime as dt
import logging
import time
from dataclasses import dataclass

from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models.functions import Now

from automations.engine.apply import Asked, run_records
from automations.engine.loading import has_rules
from automations.models import Rule, Sweep
from automations.services import ensure_defaults
from orders.exceptions.raise_ import Problem, raise_exceptions
from orders.models import OrderException
from portal.kit import claims, jobs
from portal.kit.claims import Claim, State
from portal.kit.failpoints import failpoint
from portal.tenancy.models import Organization

log = logging.getLogger(__name__)

TRIGGER = "EXCEPTION_SCHEDULED"
BATCH = 500
LEASE = dt.timedelta(minutes=5)
RETRY = dt.timedelta(seconds=10)
NEW = dt.timedelta(hours=24)
"""How long an exception counts as new."""
_SECONDS = 30
_END = 2**62
"""A cursor behind every record of an organization."""


@dataclass(frozen=True, slots=True)
class Pass:
    """What a sweep goes through, and how often; `condition` is SQL on `x` with the age `%s`."""

    every: dt.timedelta
    condition: str


PASSES = {
    "exceptions.recent": Pass(dt.timedelta(hours=3), "x.created_at > %s"),
    "exceptions.older": Pass(dt.timedelta(hours=24), "x.created_at <= %s"),
}


@jobs.watcher("sweeps that are due", every=20)
def look() -> None:
    """Ring where a sweep is due or was left behind; makes the rows of sweeps where they are missing."""
    Sweep.objects.bulk_create([Sweep(name=name) for name in PASSES], ignore_conflicts=True)
    due = Sweep.objects.filter(state=State.PENDING, next_at__lte=Now())
    if (due | Sweep.objects.filter(state=State.RUNNING, lease_until__lt=Now())).exists():
        jobs.ring("sweeps")


def run_due(*, seconds: float = _SECONDS) -> int:
    """Go on with the sweeps that are due, for at most `seconds`; ring again if more is left.

    Returns how many exceptions were judged.
    """
    ends, judged = time.monotonic() + seconds, 0
    while taken := claims.claim(Sweep, limit=1, lease=LEASE):
        judged += _work(taken[0])
        if time.monotonic() > ends:
            jobs.ring("sweeps")
            break
    return judged


jobs.bell("sweeps")(run_due)


def _work(taken: Claim) -> int:
    """Deal with one batch; after a failure, or when a worker died over it, one record after the other."""
    try:
        _begin(taken)
        if taken.attempt > claims.MAX_ATTEMPTS:
            return _set_aside(taken, claims.DIED) or 0
        return _together(taken) if taken.attempt == 1 else _one_by_one(taken)
    except (OperationalError, InterfaceError) as error:
        log.warning("A sweep is put off: %s", error)
        claims.put_back(Sweep, taken, delay=RETRY)
        return 0


def _together(taken: Claim) -> int:
    try:
        return _batch(taken, BATCH) or 0
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        log.exception("A batch of a sweep failed; its records are judged one by one")
        return _one_by_one(taken)


def _one_by_one(taken: Claim) -> int:
    judged = 0
    for number in range(1, BATCH + 1):
        done = _alone(taken, last=number == BATCH)
        if done is None:
            break
        judged += done
    return judged


def _alone(taken: Claim, *, last: bool) -> int | None:
    try:
        return _batch(taken, 1, release=last)
    except (OperationalError, InterfaceError):
        raise
    except Exception as error:
        log.exception("An exception could not be judged by the rules")
        return _set_aside(taken, f"{type(error).__name__}: {error}", release=last)


def _begin(taken: Claim) -> None:
    """Note when the pass begins, and see to it that every organization has its default rule."""
    begun = Sweep.objects.filter(pk=taken.id, attempts=taken.attempt, began_at=None)
    if not begun.update(began_at=Now(), organization_cursor=0, cursor=0, judged=0):
        return
    has = Rule.across.filter(trigger=TRIGGER, is_default=True, deleted_at=None).values("organization_id")
    for organization in Organization.objects.exclude(pk__in=has):
        ensure_defaults(organization)


def _batch(taken: Claim, size: int, *, release: bool = True) -> int | None:
    """Judge the next records of one organization and move the cursor on, in one transaction.

    Returns how many were judged; None where the pass is over or somebody else has taken the sweep over.
    """
    with transaction.atomic():
        sweep = _mine(taken)
        if sweep is None:
            return None
        ids = _next(sweep, size)
        if ids and has_rules(sweep.organization_cursor, TRIGGER):
            organization = Organization.objects.get(pk=sweep.organization_cursor)
            run_records(TRIGGER, organization, [Asked(pk) for pk in ids], origin="sweep")
            sweep.cursor, sweep.judged = ids[-1], sweep.judged + len(ids)
        elif ids:
            ids, sweep.cursor = [], _END
        else:
            _finish(sweep)
        _save(sweep, release=release)
        failpoint("sweeps.before_commit")
    return len(ids)


def _set_aside(taken: Claim, error: str, *, release: bool = True) -> int | None:
    """Pass over the next record, and tell people that no rule has judged it. Returns 0; None as `_batch` does."""
    with transaction.atomic():
        sweep = _mine(taken)
        if sweep is None:
            return None
        if ids := _next(sweep, 1):
            raise_exceptions([_problem(OrderException.across.get(pk=ids[0]), error)])
            sweep.cursor = ids[0]
        else:
            _finish(sweep)
        _save(sweep, release=release)
    return 0


def _problem(one: OrderException, error: str) -> Problem:
    return Problem(
        "event_parked", one.organization_id, f"sweep:exception-{one.public_id}",
        "The rules could not be run for an exception", error,
        entity_type="exception", entity_id=one.pk, entity_label=one.title, entity_public_id=one.public_id,
        source_id=one.source_id,
    )  # fmt: skip


def _mine(taken: Claim) -> Sweep | None:
    """Return the row of the sweep, locked; None where the pass is over or somebody else has taken it over."""
    if not claims.still_mine(Sweep, [taken]):
        return None
    return Sweep.objects.get(pk=taken.id)


def _next(sweep: Sweep, size: int) -> list[int]:
    """Return the ids that come next, all of one organization, and move the cursor to that organization."""
    assert sweep.began_at is not None
    one = PASSES[sweep.name]
    with connection.cursor() as cursor:
        cursor.execute(
            _NEXT.format(condition=one.condition),
            [sweep.organization_cursor, sweep.cursor, sweep.began_at - NEW, size],
        )
        rows = cursor.fetchall()
    if rows and rows[0][0] != sweep.organization_cursor:
        sweep.organization_cursor, sweep.cursor = rows[0][0], 0
    return [pk for organization_id, pk in rows if organization_id == rows[0][0]]


_NEXT = """
SELECT x.organization_id, x.id FROM orders_orderexception x
WHERE x.state = 'active' AND x.entity_type <> 'exception' AND (x.organization_id, x.id) > (%s, %s) AND {condition}
ORDER BY x.organization_id, x.id LIMIT %s
"""


def _finish(sweep: Sweep) -> None:
    """End the pass; the next one begins at its time, counted from when this one began."""
    assert sweep.began_at is not None
    sweep.next_at = sweep.began_at + PASSES[sweep.name].every
    sweep.began_at, sweep.finished_at = None, Now()


def _save(sweep: Sweep, *, release: bool) -> None:
    """Keep where it stands; with `release`, or at its end, the row is free for whoever comes next."""
    if release or sweep.began_at is None:
        sweep.state, sweep.attempts, sweep.lease_until, sweep.last_error = State.PENDING, 0, None, ""
    sweep.save()
