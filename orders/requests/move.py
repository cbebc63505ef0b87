"""Moving shipping requests along their state machine, many at once."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from orders.inventory import commits
from orders.lifecycle.edits import ChangedMeanwhile
from orders.lifecycle.shipping_request import BEFORE_SENDING, RequestStatus
from orders.models import Order, ShippingRequest
from orders.requests.locks import lock_with_orders
from orders.requests.settle import asked_of, settle_orders
from orders.requests.tally import Asked, tally
from orders.requests.write import RequestMoveRefused, RequestStep, check, commit
from portal.audit.actor import Actor
from portal.kit.clock import database_now

S = RequestStatus
_VERBS = {
    S.SENT_TO_FULFILLMENT: "sent",
    S.READY_FOR_FULFILLMENT: "made ready",
    S.FAILED: "failed",
    S.REVIEW_REQUIRED: "marked for review",
    S.ON_HOLD: "held",
}


@dataclass(frozen=True, slots=True)
class Own:
    """What one request of many gets for itself."""

    summary: str
    sets: Mapping[str, Any] = field(default_factory=dict)


def move(
    request_ids: Iterable[int], status: RequestStatus, by: Actor, summary: str = "", *,
    sets: Mapping[str, Any] | None = None, cause: str = "", version: int | None = None, run_id: int | None = None,
    own: Mapping[int, Own] | None = None,
) -> list[ShippingRequest]:  # fmt: skip
    """Bring requests to a status, with history and event each, and their orders to what follows from it.

    `sets` are columns beside it (`orders.requests.write.SETTABLE`), such as the warehouse's reference; `own` is what
    only one of them gets, by its id. Requests that are there already stay untouched. All or none: raises
    RequestMoveRefused where the state machine, or what was routed anew meanwhile, forbids it, and ChangedMeanwhile
    when a request is not at `version` any more.
    """
    with transaction.atomic():
        orders, requests = lock_with_orders(request_ids)
        moving = {pk: one for pk, one in requests.items() if one.status != status}
        for request in moving.values():
            check_version(request, version)
            check(request, status)
        _check_open(moving, orders, status)
        waking = [one for one in moving.values() if one.status == S.FAILED]
        values = {**_of_itself(status), **(sets or {})}
        said = summary or f"{status.label}."
        mine = {pk: (own or {}).get(pk) or Own(said) for pk in moving}
        verb = _VERBS.get(status, "moved")
        steps = {
            pk: RequestStep(by, verb, one.summary, status, {**values, **one.sets}, run_id=run_id)
            for pk, one in mine.items()
        }
        commit(steps, moving, cause=cause or by.kind)
        _move_stock(list(moving.values()), waking, status, by)
        told = sentences((one, mine[pk].summary) for pk, one in moving.items())
        settle_orders(told, by, said=told, run_id=run_id, orders={pk: orders[pk] for pk in told})
    return list(requests.values())


def sentences(told: Iterable[tuple[ShippingRequest, str]]) -> dict[int, str]:
    """Return what the activity of each order tells of its requests, by the order's id; `told` is what of each."""
    found: dict[int, str] = {}
    for one, said in told:
        sentence = f"Shipping request {one.ext_shipment_id}: {said}"
        found[one.order_id] = f"{found[one.order_id]} {sentence}" if one.order_id in found else sentence
    return found


def check_version(request: ShippingRequest, version: int | None) -> None:
    """Raise ChangedMeanwhile unless the request is the one that a person saw."""
    if version is not None and version != request.version:
        raise ChangedMeanwhile(
            f"{request.ext_shipment_id} was changed by somebody else while you looked at it. Look again, then decide."
        )


def _of_itself(status: RequestStatus) -> dict[str, Any]:
    return {"sent_at": database_now()} if status == S.SENT_TO_FULFILLMENT else {}


def _move_stock(moving: list[ShippingRequest], waking: list[ShippingRequest], status: RequestStatus, by: Actor) -> None:
    """Give back what failed requests hold, since their units are open again; commit it anew for those that wake.

    Raises RequestMoveRefused where the stock was taken meanwhile; what a warehouse has taken after all is committed
    without looking.
    """
    if status == S.FAILED:
        commits.cancel(moving, by=by)
    elif waking and status in BEFORE_SENDING | {S.SENT_TO_FULFILLMENT}:
        try:
            commits.commit(waking, by=by, check=status in BEFORE_SENDING)
        except commits.NotEnough as short:
            raise RequestMoveRefused(f"{short} Cancel the request, and have its order routed again.") from short


def _check_open(requests: Mapping[int, ShippingRequest], orders: Mapping[int, Order], status: RequestStatus) -> None:
    """Refuse to wake a failed request whose units are asked for elsewhere by now: they would be shipped twice."""
    waking = [one for one in requests.values() if one.status == S.FAILED]
    if not waking or status not in BEFORE_SENDING | {S.SENT_TO_FULFILLMENT}:
        return
    taken = taken_elsewhere(waking, orders, status)
    for request in waking:
        if request.pk in taken:
            raise RequestMoveRefused(
                f"{request.ext_shipment_id}: its units are in another shipping request by now. Cancel this one."
            )


def taken_elsewhere(failed: Sequence[ShippingRequest], orders: Mapping[int, Order], status: RequestStatus) -> set[int]:
    """Return those of failed requests, by id, whose units another request of their order asks for by now."""
    asked, taken = asked_of({one.order_id for one in failed}), set()
    for request in failed:
        mine = [Asked(line.unique_id, line.sku_folded, status, line.quantity, line.fulfilled, 0, line.bundle_sku,
                      line.per_bundle) for line in request.lines.all()]  # fmt: skip
        document = orders[request.order_id].content
        found = tally(document, [*asked.get(request.order_id, ()), *mine])
        if any(found[one.unique_id].routed > found[one.unique_id].wanted for one in mine if one.unique_id in found):
            taken.add(request.pk)
    return taken
