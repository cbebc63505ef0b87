"""Canceling an order by hand: what becomes of its shipping requests and of their stock, and what is said before."""

from collections.abc import Iterable

from django.db import transaction
from django.utils.translation import gettext as _

from orders.lifecycle import edits
from orders.lifecycle.order import OrderStatus, can_move
from orders.locks import lock
from orders.models import Order, ShippingRequest
from orders.requests.cancel import can_cancel, cancel_ahead, ends, is_known
from orders.requests.queries import of_order
from portal.audit.actor import Actor


def cancel(order_id: int, *, by: Actor, version: int | None = None, restock: bool = True) -> Order:
    """Cancel an order, and what ends with it. Raises as `orders.lifecycle.edits.move` does.

    Without `restock` the units of its shipping requests count as gone (behaviour.md 3.5, cancel with restock options).
    """
    with transaction.atomic():
        if not restock:
            orders = lock([order_id])
            edits.check(orders[order_id], version)
            if can_move(orders[order_id].status, OrderStatus.CANCELED):
                cancel_ahead(orders, by)
                version = None  # it has moved on by that
        return edits.move(order_id, "cancel", by=by, version=version)


def holds_stock(order: Order) -> bool:
    """Say whether shipping requests end with an order: then somebody has to say what becomes of their units."""
    return any(can_cancel(one.status) and ends(one) for one in of_order(order))


def warning(order: Order) -> str:
    """Say what canceling an order does, here, in its store and at the warehouses that have a part of it."""
    there = [one for one in of_order(order) if can_cancel(one.status) and is_known(one)]
    asked, untold = _names(one for one in there if ends(one)), _names(one for one in there if not ends(one))
    said = [
        _("The order is canceled here and not worked on any more. %(source)s is not told.")
        % {"source": order.source.name},
        _("Asked to cancel what they have of it: %(names)s. The answer stands at the shipping request.")
        % {"names": asked}
        if asked
        else "",
        _("Nobody tells these, cancel it there, too: %(names)s.") % {"names": untold} if untold else "",
        _("This cannot be undone."),
    ]
    return " ".join(filter(None, said))


def _names(requests: Iterable[ShippingRequest]) -> str:
    return ", ".join(dict.fromkeys(one.location.name for one in requests))
