"""Drafts that their channel has meanwhile been paid for."""

from collections.abc import Sequence

from orders.events import ORDER_CREATED
from orders.lifecycle.changes import OrderChange, Step
from orders.lifecycle.order import OrderStatus
from orders.lifecycle.write import commit
from orders.locks import lock
from orders.models import Order, Source
from orders.records.order import OrderRecord
from portal.audit.actor import Actor
from portal.audit.models import History
from portal.events import outbox


def release_paid(source: Source, records: Sequence[OrderRecord], *, by: Actor) -> int:
    """Make drafts new whose record is none any more, and let the rules for new orders see them.

    A draft that a person or a rule has made stays one. Call it in the transaction that has taken the
    records. Returns how many became new.
    """
    ready = [record.ext_order_api_id for record in records if not record.draft and not record.canceled]
    drafts = Order.across.filter(source=source, ext_order_api_id__in=ready, status=OrderStatus.DRAFT, deleted_at=None)
    waiting = set(drafts.values_list("pk", flat=True))
    # Whoever held the lock may have decided about the order meanwhile, so it is looked at again.
    orders = {pk: one for pk, one in (lock(waiting) if waiting else {}).items() if _is_draft(one)}
    for pk in _made_by_others(set(orders)):
        del orders[pk]
    if not orders:
        return 0
    summary = "The channel reports the payment: a new order from now on."
    commit(
        [OrderChange(pk, [Step(by, "paid", summary, status=OrderStatus.NEW)], cause="channel") for pk in orders], orders
    )
    outbox.record(
        [outbox.NewEvent(ORDER_CREATED.name, one.organization_id, one.pk, one.version) for one in orders.values()]
    )
    return len(orders)


def _is_draft(order: Order) -> bool:
    return order.status == OrderStatus.DRAFT and order.deleted_at is None


def _made_by_others(order_ids: set[int]) -> set[int]:
    """Return the orders whose status was set by somebody after they were ingested."""
    entries = History.across.filter(entity_type="order", entity_id__in=order_ids).exclude(verb="ingested")
    return {
        entry.entity_id
        for entry in entries.only("entity_id", "changes")
        if any(change["path"] == "/status" for change in entry.changes)
    }
