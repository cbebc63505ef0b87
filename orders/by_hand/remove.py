"""Deleting orders by hand, and bringing them back: hidden from lists, searches and work, and nothing is lost."""

from collections.abc import Mapping

from django.db import transaction
from django.db.models.functions import Now

from orders.events import ORDER_DELETED
from orders.lifecycle.changes import OrderChange, Step
from orders.lifecycle.closing import close
from orders.lifecycle.edits import check
from orders.lifecycle.order import OrderStatus
from orders.lifecycle.shipping_request import CANCELED
from orders.lifecycle.write import MoveRefused, commit
from orders.locks import lock
from orders.models import Order, ShippingRequest
from orders.requests.cancel import UNSENT
from portal.audit.actor import Actor
from portal.events import outbox
from portal.kit.clock import database_now

S = OrderStatus
DELETABLE = frozenset({
    S.DRAFT, S.NEW, S.ON_HOLD, S.TO_BE_VALIDATED, S.REVIEW_REQUIRED, S.READY_FOR_FULFILLMENT, S.CANCELED, S.ARCHIVED,
})  # fmt: skip
"""What has gone to a warehouse is archived instead: its shipments still come."""
_WAITS = frozenset({S.NEW, S.ON_HOLD})
"""Somebody was to do something by itself: an order that is brought back waits for a person instead."""


def can_delete(order: Order) -> bool:
    """Say whether an order of this status can be deleted by hand."""
    return order.deleted_at is None and order.status in DELETABLE


def delete(order_id: int, *, by: Actor, version: int | None = None) -> Order:
    """Delete an order by hand. Raises MoveRefused where a warehouse has something of it, ChangedMeanwhile."""
    with transaction.atomic():
        orders = lock([order_id])
        check(orders[order_id], version)
        left = delete_locked(orders, by=by)
        if left:
            raise MoveRefused(left[order_id])
    return orders[order_id]


def delete_locked(orders: Mapping[int, Order], *, by: Actor) -> dict[int, str]:
    """Delete locked orders (with content); returns why those stay that cannot be. Their channels are not told."""
    out = set(_known_to_warehouses(orders))
    left = {pk: why for pk, order in orders.items() if (why := _why_not(order, pk in out))}
    going = {pk: order for pk, order in orders.items() if pk not in left}
    changes = []
    for pk, order in going.items():
        waits = order.status in _WAITS
        step = Step(by, "deleted", "Deleted by hand: hidden everywhere. It can be brought back on its page.",
                    status=S.REVIEW_REQUIRED if waits else None, ends_holds="superseded")  # fmt: skip
        changes.append(OrderChange(pk, [step], announce=False))
    close({pk: (order, by) for pk, order in going.items()})
    commit(changes, going)
    Order.across.filter(pk__in=list(going)).update(deleted_at=Now(), deleted_by=by.name[:200], route_at=None)
    outbox.record([outbox.NewEvent(ORDER_DELETED.name, o.organization_id, o.pk, o.version) for o in going.values()])
    return left


def _why_not(order: Order, out: bool) -> str:
    if order.deleted_at is not None:
        return f"{order.ext_order_id} is deleted already."
    if order.status not in DELETABLE:
        label = S(order.status).label
        return f"{order.ext_order_id} is “{label}”: a warehouse works on it. Archive it instead."
    if out:
        return f"A warehouse has a shipping request of {order.ext_order_id}: cancel it first, or archive the order."
    return ""


def _known_to_warehouses(orders: Mapping[int, Order]) -> list[int]:
    rows = ShippingRequest.across.filter(order_id__in=orders, deleted_at=None)
    return list(rows.exclude(status__in=[*UNSENT, *CANCELED]).values_list("order_id", flat=True))


def restore(order_id: int, *, by: Actor) -> Order:
    """Bring back an order that a person has deleted. Raises MoveRefused where nobody has."""
    with transaction.atomic():
        orders = lock([order_id])
        if left := restore_locked(orders, by=by):
            raise MoveRefused(left[order_id])
    return orders[order_id]


def restore_locked(orders: Mapping[int, Order], *, by: Actor) -> dict[int, str]:
    """Bring locked orders back that people have deleted; returns why others stay."""
    left = {
        pk: f"{order.ext_order_id} was not deleted by a person: there is nothing to bring back."
        for pk, order in orders.items()
        if order.deleted_at is None or not order.deleted_by
    }
    back = {pk: order for pk, order in orders.items() if pk not in left}
    at = database_now()
    Order.across.filter(pk__in=list(back)).update(deleted_at=None, deleted_by="")
    Order.across.filter(pk__in=list(back), status=S.READY_FOR_FULFILLMENT).update(route_at=at)
    for order in back.values():
        order.deleted_at, order.deleted_by = None, ""
    step = Step(by, "restored", "Brought back: it is in the lists again, and worked on as its status says.")
    commit([OrderChange(pk, [step], cause="person") for pk in back], back)
    return left
