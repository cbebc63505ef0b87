"""Acts on many exceptions (`orders.many`): by cause, by ticks, or on one page."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models.functions import Now

from orders.exceptions.acts import ACTS, act_on, put_back
from orders.many import LEASE, CannotUndo, Done, Many
from orders.models import ExceptionWork, ExceptionWorkItem
from portal.audit.actor import Actor
from portal.kit.jobs import bell, watcher
from portal.kit.json import Json

__all__ = ["LEASE", "CannotUndo", "ask", "can_undo", "run_due", "undo"]
BELL = "exceptions.work"


def _do(work: ExceptionWork, ids: Sequence[int], by: Actor) -> Done:
    return act_on(work.act, ids, work.values, by=by)


def _put_back(work: ExceptionWork, before: Mapping[int, Json], by: Actor) -> Done:
    return put_back(before, by=by)


def _noted(items: Sequence[Any]) -> None:
    """Keep when each was dealt with: what is tried again may fail later (`orders.views.exceptions_acts`)."""
    ExceptionWorkItem.across.filter(pk__in=[one.pk for one in items]).update(done_at=Now())


WORK = Many(
    "exceptions", ExceptionWork, ExceptionWorkItem, "exception_id", BELL, 100,
    exists=ACTS.__contains__, undone=lambda act: ACTS[act].undone, do=_do, put_back=_put_back, noted=_noted,
)  # fmt: skip
ask, undo, can_undo, run_due = WORK.ask, WORK.undo, WORK.can_undo, WORK.run_due
bell(BELL)(run_due)
watcher("work on exceptions left behind", every=10)(WORK.ring_for_due)
