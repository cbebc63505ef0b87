"""Canceling shipping requests: stock, history, what the warehouse knows, and routing that looks again."""

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from orders.documents.shipping_request import ASKED, NOT_TOLD
from orders.inventory import commits
from orders.lifecycle.closing import closers
from orders.lifecycle.order import OrderStatus
from orders.lifecycle.shipping_request import BEFORE_SENDING, SHIPPED, RequestStatus, can_move, refusal
from orders.models import Order, ShippingRequest, ShippingRequestLine
from orders.requests.locks import lock_requests, lock_with_orders
from orders.requests.move import check_version, sentences
from orders.requests.settle import settle_orders
from orders.requests.tally import Became
from orders.requests.warehouses import warehouse_of
from orders.requests.write import RequestMoveRefused, RequestStep, commit
from portal.audit.actor import Actor
from portal.kit.clock import database_now

S = RequestStatus
SET = 100
CAUSE = "canceled"
_ROUTABLE = (OrderStatus.READY_FOR_FULFILLMENT.value, OrderStatus.PARTIAL_FULFILLMENT.value)


UNSENT = sorted(BEFORE_SENDING | {S.FAILED})
_THERE = (S.SENT_TO_FULFILLMENT, S.PARTIAL_FULFILLMENT)
_CLOSED = "the order is canceled or archived."


@dataclass(slots=True)
class Outcome:
    """How many requests were canceled, and for those that could not be: the number and the reason."""

    done: int = 0
    refused: list[tuple[str, str]] = field(default_factory=list)


def can_cancel(status: str) -> bool:
    """Say whether a request of this status can be canceled."""
    return can_move(status, S.CANCELED)


def is_known(request: ShippingRequest) -> bool:
    """Say whether the warehouse has, or may have, heard of a request."""
    told = {S.SENT_TO_FULFILLMENT, *SHIPPED}
    return bool(request.sent_at or request.ext_reference_id) or request.status in told


def cancellation_of(request: ShippingRequest) -> str:
    """Return how cancelling this request stands with its warehouse at first: empty where it need not know."""
    if not is_known(request):
        return ""
    return ASKED if warehouse_of(request).cancels else NOT_TOLD


def cancel(
    request: ShippingRequest, by: Actor, *, restock: bool = True, reason: str = "", skip_location: bool = False,
    version: int | None = None,
) -> ShippingRequest:  # fmt: skip
    """Cancel a request: its stock is freed, its units are open again, and routing looks at the order anew.

    `skip_location` keeps its location out until the order is routed (`orders.routing.load`). `version` is the one the
    person saw. Raises RequestMoveRefused where it cannot be canceled any more, ChangedMeanwhile when somebody was
    faster.
    """
    with transaction.atomic():
        orders, rows = lock_with_orders([request.pk])
        check_version(rows[request.pk], version)
        _cancel(orders, rows, by, restock, reason, skip_location)
    return rows[request.pk]


def cancel_many(ids: Sequence[int], by: Actor, *, restock: bool = True, reason: str = "") -> Outcome:
    """Cancel requests in sets, each in one transaction; those that cannot be are passed over and told."""
    outcome, wanted = Outcome(), sorted(ids)
    for start in range(0, len(wanted), SET):
        with transaction.atomic():
            orders, rows = lock_with_orders(wanted[start : start + SET])
            fitting = {pk: one for pk, one in rows.items() if can_cancel(one.status)}
            _cancel(orders, fitting, by, restock, reason, skip_location=False)
            outcome.done += len(fitting)
            outcome.refused += [
                (one.ext_shipment_id, f"it is “{S(one.status).label}”") for pk, one in rows.items() if pk not in fitting
            ]
    return outcome


def _cancel(
    orders: Mapping[int, Order], requests: Mapping[int, ShippingRequest], by: Actor, restock: bool, reason: str,
    skip_location: bool,
) -> None:  # fmt: skip
    status = S.CANCELED_RESTOCK if restock else S.CANCELED
    for request in requests.values():
        if not can_cancel(request.status):
            raise RequestMoveRefused(f"{request.ext_shipment_id}: {refusal(request.status, status)}")
    said, at = _sentence(restock, reason), database_now()
    commits.cancel(list(requests.values()), by=by, restock=restock)
    steps = {
        pk: RequestStep(by, "canceled", said, status, _values(one, by, skip_location, at))
        for pk, one in requests.items()
    }
    commit(steps, requests, cause=CAUSE)
    told = sentences((one, said) for one in requests.values())
    found = settle_orders(told, by, said=told, orders={pk: orders[pk] for pk in told})
    route_again([orders[pk] for pk in told], found)


def cancel_locked(
    orders: Mapping[int, Order], requests: Mapping[int, ShippingRequest], by: Actor, *, reason: str
) -> None:
    """Cancel requests that no warehouse has, locked with their orders (with content), and give their stock back."""
    _cancel(orders, requests, by, restock=True, reason=reason, skip_location=False)


def _sentence(restock: bool, reason: str) -> str:
    stock = "its units are available again" if restock else "its units are not put back into stock"
    return f"Canceled, {stock}: {reason}" if reason else f"Canceled, {stock}."


def _values(request: ShippingRequest, by: Actor, skip_location: bool, at: dt.datetime) -> dict[str, Any]:
    return {
        "canceled_at": at,
        "canceled_by_kind": by.kind,
        "canceled_by_id": by.id[:80],
        "canceled_by_name": by.name[:200],
        "cancellation": cancellation_of(request),
        "skip_location": skip_location or request.skip_location,
    }


def route_again(orders: Iterable[Order], found: Mapping[int, Mapping[str, Became]]) -> None:
    """Have routing look now at those of the orders, on their way to warehouses, of which units are open.

    Bundles that went out as their components may lack some now although none is open as a whole: routing knows.
    """
    fitting = [order.pk for order in orders if order.status in _ROUTABLE and order.deleted_at is None]
    bundled = ShippingRequestLine.across.filter(request__order_id__in=fitting).exclude(bundle_sku="")
    of_bundles = set(bundled.values_list("request__order_id", flat=True)) if fitting else set()
    ids = [pk for pk in fitting if pk in of_bundles or any(one.open > 0 for one in found[pk].values())]
    if ids:
        Order.across.filter(pk__in=ids).update(route_at=database_now(), routing_status="pending")


def cancel_unsent(orders: Mapping[int, Order], by: Actor) -> None:
    """Cancel what no warehouse has of orders that were canceled or archived just now, and give its stock back.

    Of a canceled order, warehouses that can be told are asked to cancel what they have. What another warehouse has, or
    what is only archived, goes on: it may be shipped all the same, and is canceled by a person who tells them.
    """
    canceled = {pk for pk, one in orders.items() if one.status == OrderStatus.CANCELED}
    _cancel_ending(orders, canceled, by, restock=True)


def cancel_ahead(orders: Mapping[int, Order], by: Actor) -> None:
    """Cancel the same of locked orders that are canceled next, without giving their stock back."""
    _cancel_ending(orders, set(orders), by, restock=False)


def _cancel_ending(orders: Mapping[int, Order], canceled: Collection[int], by: Actor, *, restock: bool) -> None:
    rows = ShippingRequest.across.filter(order_id__in=orders, deleted_at=None, status__in=[*UNSENT, *_THERE])
    found = lock_requests(rows.values_list("pk", flat=True))
    if requests := {pk: one for pk, one in found.items() if ends(one, order_canceled=one.order_id in canceled)}:
        _cancel(orders, requests, by, restock=restock, reason=_CLOSED, skip_location=False)


def ends(request: ShippingRequest, *, order_canceled: bool = True) -> bool:
    """Say whether an open request ends with its order, as that is canceled, or archived."""
    if request.status in UNSENT and request.sent_at is None:
        return True
    return order_canceled and request.status in _THERE and warehouse_of(request).cancels


closers.register("shipping requests", cancel_unsent)
