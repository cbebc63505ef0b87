"""Acts on many orders (`orders.many`)."""

from collections.abc import Mapping, Sequence

from orders.by_hand.acts import ACTS, put_back
from orders.locks import lock
from orders.many import CannotUndo, Done, Many
from orders.models import OrderWork, OrderWorkItem
from portal.audit.actor import Actor
from portal.kit.jobs import bell, watcher
from portal.kit.json import Json

__all__ = ["CannotUndo", "ask", "can_undo", "ring_for_due", "run_due", "undo"]
BELL = "orders.work"


def _do(work: OrderWork, ids: Sequence[int], by: Actor) -> Done:
    return ACTS[work.act].do(lock(ids), work.values, by)


def _put_back(work: OrderWork, before: Mapping[int, Json], by: Actor) -> Done:
    assert work.undoes is not None
    return put_back(work.undoes.act, lock(before), before, by)


WORK = Many(
    "orders", OrderWork, OrderWorkItem, "order_id", BELL, 200,
    exists=ACTS.__contains__, undone=lambda act: ACTS[act].undo is not None, do=_do, put_back=_put_back,
)  # fmt: skip
ask, undo, can_undo, run_due = WORK.ask, WORK.undo, WORK.can_undo, WORK.run_due
ring_for_due = WORK.ring_for_due
bell(BELL)(run_due)
watcher("work on orders left behind", every=10)(ring_for_due)
