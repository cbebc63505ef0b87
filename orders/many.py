"""Acts on many records of one kind: asked for at once, done in sets, seen to the end, and undone where there is a way.

The first seconds of the work are done where it is asked for, so that a few records need no worker; the rest is a
worker's. A record that fails is left with the reason and stops nobody.

    WORK = Many("orders", OrderWork, OrderWorkItem, "order_id", bell="orders.work", size=200, …)
    bell("orders.work")(WORK.run_due)
"""

import datetime as dt
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import InterfaceError, OperationalError, transaction
from django.db.models.functions import Now

from portal.audit.actor import Actor
from portal.kit import claims
from portal.kit.claims import Claim, State
from portal.kit.failpoints import failpoint
from portal.kit.jobs import ring
from portal.kit.json import Json
from portal.kit.text import storable
from portal.tenancy.models import Organization, User

log = logging.getLogger(__name__)
LEASE = dt.timedelta(minutes=2)
SECONDS = 25.0
AT_ONCE = 2.0
"""So many seconds of it are done where it is asked for."""
UNDO = "undo"
GONE = "It is not here any more."
_WAITING, _DONE, _LEFT = "waiting", "done", "left"


class CannotUndo(ValueError):
    """The work is still under way, cannot be taken back, or was taken back already."""


@dataclass(slots=True)
class Done:
    """What an act came to: of those it was done to what they were before, of the others why they stay."""

    before: dict[int, Json] = field(default_factory=dict)
    left: dict[int, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Many:
    """What is done to many records of one kind, and where it is kept."""

    noun: str
    """What the records are called, for logs."""
    work: Any
    """The model of a piece of work: `act`, `values`, `user`, `total`, `undoes`, `finished_at`, and a claim."""
    item: Any
    """The model of one record of it: `work`, `outcome`, `why`, `before`."""
    about: str
    """The column of `item` that names the record."""
    bell: str
    size: int
    """Records that one transaction takes."""
    exists: Callable[[str], bool]
    undone: Callable[[str], bool]
    """Whether an act of this key can be undone."""
    do: Callable[[Any, Sequence[int], Actor], Done]
    """(work, ids, by) -> what became of each, within the transaction; nobody else works on them."""
    put_back: Callable[[Any, Mapping[int, Json], Actor], Done]
    """(work that undoes, what the records were before, by), as `do`."""
    noted: Callable[[Sequence[Any]], None] | None = None
    """Called with the items of a set after they are written, in the same transaction."""

    def ask(self, organization: Organization, act: str, ids: Sequence[int], values: Json, *, user: User) -> Any:
        """Ask for an act, and begin with it. Returns the work. Raises KeyError for an unknown act."""
        if not self.exists(act):
            raise KeyError(act)
        return self._begin(organization, act, {pk: {} for pk in ids}, values, user)

    def undo(self, work: Any, *, user: User) -> Any:
        """Make what a finished act has changed what it was before. Returns the work. Raises CannotUndo."""
        if not self.can_undo(work):
            raise CannotUndo("This cannot be undone any more.")
        rows = self.item.objects.within(work.organization).filter(work=work, outcome=_DONE)
        before = dict(rows.order_by(self.about).values_list(self.about, "before"))
        return self._begin(work.organization, UNDO, before, {}, user, undoes=work)

    def can_undo(self, work: Any) -> bool:
        """Say whether an act can be taken back: it is over, of a kind that can be, and nobody has done so."""
        over = self.exists(work.act) and self.undone(work.act) and work.state == State.DONE
        return over and not self.work.across.filter(undoes=work).exists()

    def run_due(self) -> int:
        """Go on with work that is due, for at most `SECONDS`; ring again if more is left. Returns how many pieces."""
        ends, count = time.monotonic() + SECONDS, 0
        while taken := claims.claim(self.work, limit=1, lease=LEASE, where="t.state <> 'done'"):
            count += 1
            self._work(taken[0], max(1.0, ends - time.monotonic()))
            if time.monotonic() > ends:
                ring(self.bell)
                break
        return count

    def ring_for_due(self) -> None:
        """Ring for work that is due and was left behind."""
        due = self.work.across.filter(state=State.PENDING, next_at__lte=Now())
        if due.exists() or self.work.across.filter(state=State.RUNNING, lease_until__lt=Now()).exists():
            ring(self.bell)

    def _begin(
        self, organization: Organization, act: str, before: Mapping[int, Json], values: Json, user: User,
        undoes: Any = None,
    ) -> Any:  # fmt: skip
        with transaction.atomic():
            work = self.work.across.create(
                organization=organization, act=act, values=values, user=user, total=len(before), undoes=undoes
            )
            items = [
                self.item(organization=organization, work=work, before=told, **{self.about: pk})
                for pk, told in sorted(before.items())
            ]
            self.item.across.bulk_create(items, batch_size=1_000)
            ring(self.bell)
        for taken in claims.claim(self.work, limit=1, lease=LEASE, where="t.id = %s", params=[work.pk]):
            self._work(taken, AT_ONCE)
        work.refresh_from_db()
        return work

    def _work(self, taken: Claim, seconds: float) -> None:
        ends = time.monotonic() + seconds
        try:
            if taken.attempt > claims.MAX_ATTEMPTS:  # the next one has killed every worker that took it on
                self._some(taken, 1, failed=claims.DIED)
            while time.monotonic() < ends:
                if not (self._set(taken) if taken.attempt == 1 else self._alone(taken)):
                    return
            claims.put_back(self.work, taken, delay=dt.timedelta(0))
            self.work.across.filter(pk=taken.id, attempts=taken.attempt).update(attempts=0)
            ring(self.bell)
        except (OperationalError, InterfaceError) as error:
            log.warning("Work on %s is put off: %s", self.noun, error)
            claims.put_back(self.work, taken, delay=dt.timedelta(seconds=10))

    def _set(self, taken: Claim) -> bool:
        """Deal with the next set; False: there is none, or somebody else has the work by now."""
        try:
            return self._some(taken, self.size)
        except (OperationalError, InterfaceError):
            raise
        except Exception:
            log.exception("A set of %s could not be dealt with; they are taken one by one", self.noun)
        going = True
        for _ in range(self.size):
            going = going and self._alone(taken)
        return going

    def _alone(self, taken: Claim) -> bool:
        try:
            return self._some(taken, 1)
        except (OperationalError, InterfaceError):
            raise
        except Exception as error:
            log.exception("One of the %s could not be dealt with", self.noun)
            return self._some(taken, 1, failed=f"{type(error).__name__}: {error}")

    def _some(self, taken: Claim, size: int, *, failed: str = "") -> bool:
        """Deal with the next `size` in one transaction; with `failed` note of them that they could not be."""
        with transaction.atomic():
            if not claims.still_mine(self.work, [taken]):
                return False
            work = self.work.across.select_related("user", "undoes").get(pk=taken.id)
            items = list(self.item.across.filter(work=work, outcome=_WAITING).order_by("id")[:size])
            if not items:
                self.work.across.filter(pk=work.pk).update(state=State.DONE, finished_at=Now(), lease_until=None)
                return False
            self._write(items, self._became(work, items, failed), undoing=work.act == UNDO)
            claims.renew(self.work, taken, lease=LEASE)
            failpoint("many.before_commit")
        return True

    def _became(self, work: Any, items: Sequence[Any], failed: str) -> Done:
        before = {getattr(one, self.about): one.before for one in items}
        if failed:
            return Done(left=dict.fromkeys(before, failed))
        by = Actor.user(work.user) if work.user else Actor.system()
        return self.put_back(work, before, by) if work.act == UNDO else self.do(work, list(before), by)

    def _write(self, items: Sequence[Any], done: Done, *, undoing: bool) -> None:
        for one in items:
            pk = getattr(one, self.about)
            one.outcome = _DONE if pk in done.before else _LEFT
            one.why = storable(done.left.get(pk, "" if pk in done.before else GONE))[:500]
            if not undoing:
                one.before = done.before.get(pk, {})
        self.item.across.bulk_update(items, ["outcome", "why", "before"], batch_size=500)
        if self.noted is not None:
            self.noted(items)
