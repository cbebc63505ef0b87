"""The sweep over exceptions (behaviour.md 7.1): every three hours all active ones are looked at again.

It is the backstop. What closes by itself does so within a minute (`orders.exceptions.clear`), and what is
stuck is told within one (`orders.routing.stuck`); the sweep goes through everything in batches, whatever
the size, and says what it found. A pass that is cut off goes on where it stopped.
"""

import datetime as dt
import logging
import time
from collections.abc import Sequence

from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models.functions import Now

from orders.engines.setting import EXCEPTIONS, is_on, settings_of
from orders.exceptions.catalogue import exception_types
from orders.exceptions.raise_ import GONE
from orders.exceptions.write import close_where
from orders.models import ExceptionSweep, OrderException
from orders.routing.stuck import tell_stuck
from portal.audit.actor import Actor
from portal.kit import claims
from portal.kit.claims import Claim, State
from portal.kit.clock import database_now
from portal.kit.failpoints import failpoint
from portal.kit.jobs import bell, ring, watcher
from portal.tenancy.models import Organization

log = logging.getLogger(__name__)
BELL = "exceptions.sweep"
BATCH = 500
LEASE = dt.timedelta(minutes=2)
SECONDS = 25.0
BY = Actor.system("Exceptions Engine")


@watcher("sweeps over exceptions", every=30)
def ring_for_due() -> None:
    """Ring where a sweep is due or was left behind; makes the rows of organizations that have none yet."""
    with connection.cursor() as cursor:
        cursor.execute(_MAKE)
    due = ExceptionSweep.across.filter(state=State.PENDING, next_at__lte=Now())
    if (due | ExceptionSweep.across.filter(state=State.RUNNING, lease_until__lt=Now())).exists():
        ring(BELL)


_MAKE = """
INSERT INTO orders_exceptionsweep (organization_id, state, attempts, cursor, looked, closed)
SELECT g.id, 'pending', 0, 0, 0, 0 FROM portal_organization g
WHERE NOT EXISTS (SELECT 1 FROM orders_exceptionsweep s WHERE s.organization_id = g.id)
ON CONFLICT (organization_id) DO NOTHING
"""


def sweep_now(organization: Organization) -> None:
    """Have all exceptions of an organization looked at as soon as a worker is free."""
    rows = ExceptionSweep.across.filter(organization=organization, state=State.PENDING)
    if not rows.update(next_at=Now(), began_at=None):
        ExceptionSweep.across.get_or_create(organization=organization)
    ring(BELL)


def run_due(seconds: float = SECONDS) -> int:
    """Go on with the sweeps that are due; ring again if more is left. Returns how many exceptions were looked at."""
    ends, looked = time.monotonic() + seconds, 0
    while taken := claims.claim(ExceptionSweep, limit=1, lease=LEASE):
        try:
            while (count := _batch(taken[0])) is not None:
                looked += count
                if time.monotonic() > ends:
                    claims.put_back(ExceptionSweep, taken[0], delay=dt.timedelta(0))
                    ring(BELL)
                    return looked
        except (OperationalError, InterfaceError) as error:
            log.warning("A sweep over exceptions is put off: %s", error)
            claims.put_back(ExceptionSweep, taken[0], delay=dt.timedelta(seconds=10))
            return looked
    return looked


bell(BELL)(run_due)


def _batch(taken: Claim) -> int | None:
    """Look at the next exceptions and move the cursor on, in one transaction. Returns how many; None: it is over."""
    with transaction.atomic():
        if not claims.still_mine(ExceptionSweep, [taken]):
            return None
        sweep = ExceptionSweep.across.get(pk=taken.id)
        if sweep.began_at is None:
            sweep.began_at, sweep.cursor, sweep.looked, sweep.closed = database_now(), 0, 0, 0
        ids = _next(sweep) if is_on(sweep.organization_id, EXCEPTIONS) else []
        if not ids:
            _finish(sweep)
            return None
        sweep.closed += close_gone_of(ids)
        sweep.looked, sweep.cursor = sweep.looked + len(ids), ids[-1]
        sweep.save()
        failpoint("exceptions.sweep_before_commit")
    claims.renew(ExceptionSweep, taken, lease=LEASE)
    return len(ids)


def close_gone_of(ids: Sequence[int]) -> int:
    """Close those of some exceptions whose cause is over, by what their types declare. Returns how many."""
    kinds = set(OrderException.across.filter(pk__in=ids).values_list("type", flat=True))
    closed = 0
    for kind in sorted(kinds & set(exception_types.keys())):
        if gone := exception_types.get(kind).gone:
            condition = f"x.id = ANY(%s) AND x.type = %s AND ({gone})"
            closed += len(close_where(condition, [list(ids), kind], "resolved", by=BY, summary=GONE, cause="system"))
    return closed


def _next(sweep: ExceptionSweep) -> list[int]:
    rows = OrderException.across.filter(
        organization_id=sweep.organization_id, state=OrderException.State.ACTIVE, pk__gt=sweep.cursor
    )
    return list(rows.order_by("pk").values_list("pk", flat=True)[:BATCH])


def _finish(sweep: ExceptionSweep) -> None:
    """End the pass; the next one begins at its time, counted from when this one began."""
    tell_stuck()
    hours = dt.timedelta(hours=int(settings_of(sweep.organization_id, EXCEPTIONS)["sweep_hours"]))
    assert sweep.began_at is not None
    sweep.next_at, sweep.finished_at, sweep.began_at = sweep.began_at + hours, database_now(), None
    sweep.state, sweep.attempts, sweep.lease_until = State.PENDING, 0, None
    sweep.save()
