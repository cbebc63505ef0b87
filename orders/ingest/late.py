"""What a channel changes or cancels after routing: what no warehouse has is made anew, the rest is told to people.

Before routing a change simply flows in. Afterwards there are shipping requests, which are never edited (behaviour.md
3.2 and 3.3): one that no warehouse has is canceled, and routing makes another. Of one that a warehouse has, people
are told. A cancellation ends what is unsent, and asks the warehouses to cancel the rest.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence

from orders.documents.shipping_request import ASKED
from orders.exceptions.raise_ import Problem, close, raise_exceptions
from orders.lifecycle.order import OrderStatus
from orders.lifecycle.shipping_request import CLOSED
from orders.models import Order, ShippingRequest, ShippingRequestLine
from orders.requests.cancel import UNSENT, cancel_locked, cancel_many
from orders.requests.locks import lock_requests
from orders.requests.settle import asked_of
from orders.requests.tally import Asked, Quantity, tally
from portal.audit.actor import Actor

ADDRESS, LINES = "/shippingAddress", "/lineItems"
CHANGED, CANCELED = "changed_too_late", "canceled_too_late"
_CURE = (
    "If it has not been shipped yet, cancel the shipping request: routing makes a new one as the order is now. "
    "Otherwise settle it with the customer."
)
_SETTLE = "Settle the return with the customer, then mark this as resolved."


def after_changes(touched: Mapping[int, Collection[str]], orders: Mapping[int, Order], by: Actor) -> None:
    """Look at shipping requests of locked orders whose address or lines the channel has changed, by changed paths."""
    concerned = {pk for pk, paths in touched.items() if _concerns(paths, ADDRESS) or _concerns(paths, LINES)}
    requests = _open_requests(concerned) if concerned else {}
    if not requests:
        return
    held = {one.order_id for one in requests.values()}
    wrong = _wrong(requests, {pk: orders[pk] for pk in held})
    unsent = {pk: one for pk, one in requests.items() if pk in wrong and one.sent_at is None and one.status in UNSENT}
    if unsent:
        cancel_locked(orders, unsent, by, reason="the channel has changed the order; routing makes it anew.")
    late: dict[int, list[str]] = {}
    for pk, one in requests.items():
        if pk in wrong and pk not in unsent:
            said = f"Shipping request {one.ext_shipment_id} at {one.location.name} has {wrong[pk]}."
            late.setdefault(one.order_id, []).append(said)
    raise_exceptions([_changed(orders[pk], " ".join(said), by) for pk, said in late.items()], by=by)
    for pk in held - set(late):
        close(orders[pk].organization_id, CHANGED, cause_key=orders[pk].public_id, by=by)


def _concerns(paths: Collection[str], field: str) -> bool:
    return any(path == field or path.startswith(f"{field}/") for path in paths)


def _open_requests(order_ids: Iterable[int]) -> dict[int, ShippingRequest]:
    rows = ShippingRequest.across.filter(order_id__in=list(order_ids), deleted_at=None)
    return lock_requests(rows.exclude(status__in=[one.value for one in CLOSED]).values_list("pk", flat=True))


def _wrong(requests: Mapping[int, ShippingRequest], orders: Mapping[int, Order]) -> dict[int, str]:
    """Return what each request has otherwise than its order now, where it has."""
    asked = asked_of(orders)
    surplus = {
        (pk, unique_id)
        for pk, order in orders.items()
        for unique_id, became in _tallied(order, asked.get(pk, ())).items()
        if became[0] > became[1]
    }
    lines: dict[int, list[str]] = {}
    for one in ShippingRequestLine.across.filter(request_id__in=list(requests)).select_related("request"):
        if (one.request.order_id, one.unique_id) in surplus:
            lines.setdefault(one.request_id, []).append(one.sku)
    found: dict[int, str] = {}
    for pk, request in requests.items():
        here, there = request.content.get("shippingAddress"), orders[request.order_id].content.get("shippingAddress")
        parts = ["another address"] if here != there else []
        parts += [f"more of {', '.join(sorted(set(lines[pk]))[:5])}"] if pk in lines else []
        if parts:
            found[pk] = " and ".join(parts)
    return found


def _tallied(order: Order, asked: Sequence[Asked]) -> dict[str, tuple[Quantity, Quantity]]:
    """Return what is asked for and what is wanted of each line; of a line that is gone, nothing is wanted."""
    counted = {key: (became.routed, became.wanted) for key, became in tally(order.content, asked).items()}
    return counted | {one.unique_id: (one.routed, 0) for one in asked if one.unique_id not in counted}


def _changed(order: Order, said: str, by: Actor) -> Problem:
    title = f"{order.ext_order_id} was changed in {by.name} after a warehouse had got it"
    return _problem(CHANGED, order, title, said, _CURE)


def after_cancellation(order_ids: Collection[int], orders: Mapping[int, Order], by: Actor) -> None:
    """Cancel at the warehouses what they have of locked orders that were canceled in the channel just now.

    What no warehouse had was canceled with the order. Where nobody tells the warehouse, people have to.
    """
    requests = _open_requests(order_ids) if order_ids else {}
    if not requests:
        return
    cancel_many(list(requests), by, reason="the order was canceled in the channel.")
    after = ShippingRequest.across.filter(pk__in=list(requests)).select_related("location").order_by("pk")
    untold: dict[int, list[str]] = {}
    for one in after:
        if one.cancellation != ASKED:
            untold.setdefault(one.order_id, []).append(f"{one.ext_shipment_id} at {one.location.name}")
    raise_exceptions([_canceled(orders[pk], named, by) for pk, named in untold.items()], by=by)


def too_late(order: Order, by: Actor) -> Problem:
    """Return the problem of an order that was canceled in the channel when all of it had been shipped."""
    return _canceled(order, [], by)


def can_cancel(order: Order) -> bool:
    """Say whether an order can still be canceled because its channel did."""
    return OrderStatus(order.status) in (OrderStatus.SENT_TO_FULFILLMENT, OrderStatus.PARTIAL_FULFILLMENT)


def _canceled(order: Order, requests: Sequence[str], by: Actor) -> Problem:
    title = f"{order.ext_order_id} was canceled in {by.name} after a warehouse had got it"
    if not requests:
        return _problem(CANCELED, order, title, "All of it had been shipped.", _SETTLE)
    told = f"Nobody tells the warehouse by itself: {', '.join(requests)}."
    return _problem(CANCELED, order, title, told, "Tell the warehouse to stop it, then mark this as resolved.")


def _problem(kind: str, order: Order, title: str, message: str, cure: str) -> Problem:
    return Problem(
        kind,
        order.organization_id,
        order.public_id,
        title,
        message,
        cure,
        entity_type="order",
        entity_id=order.pk,
        entity_label=order.ext_order_id,
    )
