"""The same act on many orders, in one transaction; of what cannot be done is told why."""

from collections.abc import Mapping, Sequence

from orders.lifecycle import edits
from orders.lifecycle.changes import OrderChange, Step
from orders.lifecycle.holds import release_step
from orders.lifecycle.order import OrderStatus
from orders.lifecycle.write import commit
from orders.models import Hold, Order
from portal.audit.actor import Actor


def can(key: str, status: str) -> bool:
    """Say whether an order of this status can be released (`release`) or moved (a key of `edits.MOVES`)."""
    return status == OrderStatus.ON_HOLD if key == "release" else not edits.refused(key, status)


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
    if edits.is_already(key, order.status):
        return f"it is “{OrderStatus(order.status).label}” already"
    return edits.refused(key, order.status)
