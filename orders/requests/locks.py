"""Locking shipping requests: orders first, then requests by id, then stock (`orders.inventory`)."""

from collections.abc import Iterable

from orders.locks import lock
from orders.models import Order, ShippingRequest


def lock_requests(ids: Iterable[int]) -> dict[int, ShippingRequest]:
    """Lock requests in this transaction and return them by id, with location and source. Lock their orders before.

    Both are read after the locking: a join would look for a request at the location that it had before the wait, and
    not find it where that location was merged meanwhile.
    """
    rows = ShippingRequest.across.select_for_update().filter(pk__in=list(ids))
    rows = rows.prefetch_related("location", "fulfillment_source").order_by("pk")
    return {request.pk: request for request in rows}


def lock_with_orders(ids: Iterable[int]) -> tuple[dict[int, Order], dict[int, ShippingRequest]]:
    """Lock the orders of requests, then the requests; both by id."""
    wanted = list(ids)
    order_ids = ShippingRequest.across.filter(pk__in=wanted).values_list("order_id", flat=True)
    orders = lock(set(order_ids))
    return orders, lock_requests(wanted)
