"""Orders that their channel has deleted."""

from collections.abc import Mapping

from django.db.models.functions import Now

from orders.events import ORDER_DELETED
from orders.ingest import late
from orders.lifecycle.changes import OrderChange, Step
from orders.lifecycle.order import BEFORE_ROUTING, OrderStatus
from orders.lifecycle.write import commit
from orders.models import Order
from portal.audit.actor import Actor
from portal.events import outbox


def delete(orders: Mapping[int, Order], *, by: Actor) -> int:
    """Cancel locked orders where they may still be canceled, and hide them. Returns how many."""
    changes, gone = [], []
    for order in orders.values():
        cancel = OrderStatus(order.status) in BEFORE_ROUTING or late.can_cancel(order)
        status, ends = (OrderStatus.CANCELED, "superseded") if cancel else (None, "")
        step = Step(by, "deleted", "Deleted in the channel.", status=status, ends_holds=ends)
        changes.append(OrderChange(order.pk, [step], cause="channel"))
        gone += [order.pk] if cancel and order.status != OrderStatus.CANCELED else []
    commit(changes, orders)
    late.after_cancellation(gone, orders, by)
    Order.across.filter(pk__in=list(orders)).update(deleted_at=Now())
    outbox.record([outbox.NewEvent(ORDER_DELETED.name, o.organization_id, o.pk, o.version) for o in orders.values()])
    return len(orders)
