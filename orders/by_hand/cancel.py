"""Canceling orders by hand: what becomes of their shipping requests and of their stock, and what is said before."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from django.db import transaction
from django.db.models import Count, Min, Q
from django.utils.translation import gettext as _

from orders.lifecycle import bulk, edits
from orders.lifecycle.order import OrderStatus, can_move
from orders.lifecycle.shipping_request import CLOSED
from orders.locks import lock
from orders.models import Order, ShippingRequest
from orders.requests.cancel import can_cancel, cancel_ahead, ends, is_known
from orders.requests.queries import of_order
from portal.audit.actor import Actor
from portal.tenancy.models import Organization


@dataclass(frozen=True)
class Ending:
    """What canceling orders does to their shipping requests: how many end, and by location what warehouses have."""

    count: int = 0
    """So many end with the orders: somebody has to say what becomes of their units."""
    asked: Mapping[str, int] = field(default_factory=dict)
    """Those of them that a warehouse has, and is asked to cancel."""
    untold: Mapping[str, int] = field(default_factory=dict)
    """Those that go on: a warehouse has them, and nobody tells it."""


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


def cancel_locked(orders: Mapping[int, Order], *, by: Actor, restock: bool) -> dict[int, str]:
    """Cancel locked orders (with content), and what ends with them; returns why those stay that cannot be."""
    if not restock:
        going = {pk: one for pk, one in orders.items() if one.deleted_at is None and bulk.can("cancel", one.status)}
        cancel_ahead(going, by)
    return bulk.move_locked("cancel", orders, by=by)


def ending_of(order: Order) -> Ending:
    """Return what canceling an order does to its shipping requests."""
    return _ending((one, 1) for one in of_order(order))


def ending_of_many(organization: Organization, order_ids: Collection[int]) -> Ending:
    """Return the same of many orders in two queries: of requests that are alike one is read, and stands for all."""
    rows = ShippingRequest.objects.within(organization).filter(order_id__in=order_ids, deleted_at=None)
    alike = rows.exclude(status__in=CLOSED).order_by().values("status", "location_id", "fulfillment_source_id")
    alike = alike.annotate(unsent=Q(sent_at=None), nameless=Q(ext_reference_id=""))
    counts = dict(alike.annotate(one=Min("pk"), n=Count("pk")).values_list("one", "n"))
    found = ShippingRequest.objects.within(organization).filter(pk__in=counts)
    found = found.select_related("location", "fulfillment_source").defer("content", "facets")
    return _ending((one, counts[one.pk]) for one in found.order_by("location__name", "pk"))


def _ending(requests: Iterable[tuple[ShippingRequest, int]]) -> Ending:
    count, asked, untold = 0, Counter[str](), Counter[str]()
    for one, times in requests:
        if not can_cancel(one.status):
            continue
        count += times * ends(one)
        if is_known(one):
            (asked if ends(one) else untold)[one.location.name] += times
    return Ending(count, dict(asked), dict(untold))


def warning(order: Order) -> str:
    """Say what canceling an order does, here, in its store and at the warehouses that have a part of it."""
    ending = ending_of(order)
    said = [
        _("The order is canceled here and not worked on any more. %(source)s is not told.")
        % {"source": order.source.name},
        _("Asked to cancel what they have of it: %(names)s. The answer stands at the shipping request.")
        % {"names": ", ".join(ending.asked)}
        if ending.asked
        else "",
        _("Nobody tells these, cancel it there, too: %(names)s.") % {"names": ", ".join(ending.untold)}
        if ending.untold
        else "",
        _("This cannot be undone."),
    ]
    return " ".join(filter(None, said))
