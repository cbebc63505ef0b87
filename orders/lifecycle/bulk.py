"""The same act on many orders: in sets, each in one transaction; what cannot be done is counted and told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.db import transaction

from orders.lifecycle import edits
from orders.lifecycle.changes import OrderChange, Step
from orders.lifecycle.holds import release_step
from orders.lifecycle.order import OrderStatus, can_move, refusal
from orders.lifecycle.write import commit
from orders.locks import lock
from orders.models import Hold, Order
from portal.audit.actor import Actor

SET = 200
ACTS = ("release", *edits.MOVES)


@dataclass(slots=True)
class Outcome:
    """How many orders it was done to, and for those where it could not be done the number and the reason."""

    done: int = 0
    refused: list[tuple[str, str]] = field(default_factory=list)


_ON_ITS_WAY = frozenset({OrderStatus.SENT_TO_FULFILLMENT, OrderStatus.PARTIAL_FULFILLMENT, OrderStatus.FULFILLED})
"""Nobody makes these ready by saying so: they are what their warehouses have, or have shipped, of them."""


def can(key: str, status: str) -> bool:
    """Say whether an order of this status can be released (`release`) or moved (a key of `edits.MOVES`)."""
    if key == "release":
        return status == OrderStatus.ON_HOLD
    if key == "ready" and status in _ON_ITS_WAY:
        return False
    to = edits.step_of(key, by=Actor.system()).status
    return to is not None and can_move(status, to)


def act_on_many(key: str, ids: Sequence[int], *, by: Actor) -> Outcome:
    """Release or move orders. What a set has done stays done, whatever becomes of the next."""
    outcome = Outcome()
    wanted = sorted(ids)
    for start in range(0, len(wanted), SET):
        with transaction.atomic():
            orders = lock(wanted[start : start + SET], with_content=False)
            _act_on_set(key, orders, by, outcome)
    return outcome


def _act_on_set(key: str, orders: Mapping[int, Order], by: Actor, outcome: Outcome) -> None:
    left = move_locked(key, orders, by=by)
    outcome.done += len(orders) - len(left)
    outcome.refused += [(orders[pk].ext_order_id, why) for pk, why in left.items()]


def move_locked(key: str, orders: Mapping[int, Order], *, by: Actor) -> dict[int, str]:
    """Release or move locked orders; returns why those stay that cannot be."""
    fitting = [order for order in orders.values() if order.deleted_at is None and can(key, order.status)]
    steps = _steps(key, fitting, by)
    commit(
        [OrderChange(pk, [step], cause="release" if key == "release" else "person") for pk, step in steps.items()],
        orders,
    )
    return {pk: _why(key, order) for pk, order in orders.items() if pk not in steps}


def _steps(key: str, orders: Sequence[Order], by: Actor) -> dict[int, Step]:
    if key != "release":
        return {order.pk: edits.step_of(key, by=by) for order in orders}
    following: dict[int, set[str]] = {}
    for pk, status in Hold.across.filter(order__in=orders, ended_at=None).values_list("order_id", "next_status"):
        following.setdefault(pk, set()).add(status)
    return {pk: release_step(statuses, by=by) for pk, statuses in following.items()}


def _why(key: str, order: Order) -> str:
    if order.deleted_at is not None:
        return "it is deleted" if order.deleted_by else "it was deleted in its store"
    if key == "release":
        return f"it is “{OrderStatus(order.status).label}”, not on hold"
    to = edits.step_of(key, by=Actor.system()).status
    if to == order.status or (key == "ready" and order.status in _ON_ITS_WAY):
        return f"it is “{OrderStatus(order.status).label}” already"
    return refusal(order.status, to) if to else ""
