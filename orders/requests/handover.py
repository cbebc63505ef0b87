"""What warehouses say to a shipping request: taken, refused, and what became of its cancellation.

Each is one transaction and may come twice, late, or after something else has happened to the request.
"""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from orders.documents.shipping_request import AGREED, ASKED, NOT_TOLD, REFUSED
from orders.exceptions.raise_ import Problem, close, raise_exceptions
from orders.lifecycle.shipping_request import BEFORE_SENDING, CANCELED, SHIPPED, RequestStatus
from orders.models import ShippingRequest
from orders.requests.cancel import cancel
from orders.requests.locks import lock_with_orders
from orders.requests.move import Own, move
from orders.requests.warehouses import warehouse_of
from orders.requests.write import RequestMoveRefused, RequestStep, commit
from portal.audit.actor import Actor
from portal.kit.clock import database_now

S = RequestStatus
REFUSALS = ("request_refused", "address_refused", "sku_unknown")
"""Types of the exceptions that say why a request was not handed over; `cause_key` is the request's ID."""
NOT_CANCELED = "cancel_refused"


def taken(request_id: int, by: Actor, *, reference: str, url: str = "", canceled: bool = False) -> ShippingRequest:
    """Note that the warehouse has a request, and what it calls it; `canceled`: it has it as canceled.

    A request that was canceled here meanwhile has to be canceled there, too. The exceptions of its refusals close by
    themselves (`ExceptionType.gone`).
    """
    said = _("Taken there as %(name)s.") % {"name": reference}
    if not canceled:
        try:
            sets = {"ext_reference_id": reference, "ext_reference_url": url}
            moved = move([request_id], S.SENT_TO_FULFILLMENT, by, said, sets=sets)[0]
        except RequestMoveRefused:
            pass  # something else has happened to it meanwhile
        else:
            if moved.ext_reference_id:
                return moved
    return _taken_late(request_id, by, said, reference=reference, url=url, canceled=canceled)


def taken_many(references: Mapping[int, tuple[str, str]], by: Actor) -> set[int]:
    """Note, all at once, that the warehouse has requests, by their ids: what it calls each, and where it shows it.

    Returns the ids of those for which that was all. To the others something else has happened meanwhile, or happens
    just now: `taken` deals with each.
    """
    ready = ShippingRequest.across.filter(pk__in=list(references), status=S.READY_FOR_FULFILLMENT, deleted_at=None)
    own = {pk: _own(*references[pk]) for pk in ready.values_list("pk", flat=True)}
    try:
        moved = move(own, S.SENT_TO_FULFILLMENT, by, own=own)
    except RequestMoveRefused:
        return set()
    return {one.pk for one in moved if one.ext_reference_id == references[one.pk][0]}


def _own(reference: str, url: str) -> Own:
    said = _("Taken there as %(name)s.") % {"name": reference}
    return Own(said, {"ext_reference_id": reference, "ext_reference_url": url})


def _taken_late(request_id: int, by: Actor, said: str, *, reference: str, url: str, canceled: bool) -> ShippingRequest:
    with transaction.atomic():
        _orders, rows = lock_with_orders([request_id])
        request = rows[request_id]
        news = _news(request, reference, url)
        if request.status in CANCELED:
            return _recall(request, news, by, canceled=canceled)
        if request.status not in BEFORE_SENDING | {S.FAILED}:
            return _note(request, news, by, _("Told what it is called there: %(name)s.") % {"name": reference})
        try:
            return move([request_id], S.SENT_TO_FULFILLMENT, by, said, sets=news)[0]
        except RequestMoveRefused as elsewhere:
            # It failed, its units were routed anew, and now the warehouse has it after all.
            _note(request, news, by, said)
            return cancel(request, by, reason=str(elsewhere))


def refused(request_id: int, by: Actor, problem: str, *, message: str, cure: str = "") -> bool:
    """Fail a request that the warehouse does not take, and tell people (`problem` is one of `REFUSALS`).

    False: it is past that, because it was canceled, or is there already.
    """
    with transaction.atomic():
        _orders, rows = lock_with_orders([request_id])
        request = rows[request_id]
        if request.status not in BEFORE_SENDING:
            return False
        move([request_id], S.FAILED, by, _("Did not take it: %(why)s") % {"why": message})
        _refusal(request, problem, message, cure, by)
        return True


def still_refused(request_id: int, by: Actor, problem: str, *, message: str) -> None:
    """Tell people again of a request that failed and cannot be tried again, for the reason that `message` names."""
    request = ShippingRequest.across.select_related("order", "fulfillment_source", "location").get(pk=request_id)
    _refusal(request, problem, message, "", by)


def _refusal(request: ShippingRequest, problem: str, message: str, cure: str, by: Actor) -> None:
    named = {"number": request.ext_shipment_id, "where": _where(request)}
    title = _("%(number)s: %(where)s did not take it") % named
    raise_exceptions([_problem(request, problem, title, message, cure)], by=by)


def cancel_answered(request_id: int, by: Actor, *, agreed: bool, reason: str = "") -> bool:
    """Note what the warehouse answered to a cancellation. False: it was not asked, or has answered before.

    Where a parcel was faster, that has been told already (`shipped_after_cancel`).
    """
    with transaction.atomic():
        _orders, rows = lock_with_orders([request_id])
        request = rows[request_id]
        if request.cancellation != ASKED:
            return False
        why = {"where": _where(request), "why": reason or _("it gave no reason")}
        said = _("Canceled it there, too.") if agreed else _("Does not cancel it: %(why)s") % why
        _note(request, {"cancellation": AGREED if agreed else REFUSED}, by, said)
        if agreed:
            close(request.organization_id, NOT_CANCELED, cause_key=request.public_id, by=by)
        elif request.status not in SHIPPED:
            _will_be_shipped(request, _("%(where)s does not cancel it: %(why)s") % why, by)
        return True


def ask_again(request_id: int, by: Actor) -> bool:
    """Have the warehouse asked once more to cancel a request that it did not cancel. False: there is nothing to ask."""
    with transaction.atomic():
        _orders, rows = lock_with_orders([request_id])
        request = rows[request_id]
        if request.cancellation not in (REFUSED, NOT_TOLD) or not warehouse_of(request).cancels:
            return False
        _note(request, {"cancellation": ASKED}, by, _("%(where)s is asked again.") % {"where": _where(request)})
        return True


def _recall(request: ShippingRequest, news: Mapping[str, Any], by: Actor, *, canceled: bool) -> ShippingRequest:
    """It was canceled while it was on its way: have it canceled there, or tell people that they must."""
    values = dict(news)
    asks = warehouse_of(request).cancels
    if not request.cancellation:
        values["cancellation"] = AGREED if canceled else ASKED if asks else NOT_TOLD
    said = _("%(where)s had it already when it was canceled.") % {"where": _where(request)}
    _note(request, values, by, said)
    if values.get("cancellation") == NOT_TOLD:
        _will_be_shipped(request, said, by)
    return request


def _will_be_shipped(request: ShippingRequest, said: str, by: Actor) -> None:
    title = _("%(number)s was canceled, and %(where)s will ship it") % {
        "number": request.ext_shipment_id,
        "where": _where(request),
    }
    raise_exceptions([_problem(request, NOT_CANCELED, title, said, "")], by=by)


def _news(request: ShippingRequest, reference: str, url: str) -> dict[str, Any]:
    """Return the columns that are not so yet. A reference that is there stays: reports are found by it."""
    told = {"ext_reference_id": reference, "ext_reference_url": url}
    news: dict[str, Any] = {name: value for name, value in told.items() if value and not getattr(request, name)}
    return news | ({} if request.sent_at else {"sent_at": database_now()})


def _note(request: ShippingRequest, values: Mapping[str, Any], by: Actor, said: str) -> ShippingRequest:
    if values:
        commit({request.pk: RequestStep(by, "reported", said, sets=values)}, {request.pk: request}, cause=by.kind)
    return request


def _problem(request: ShippingRequest, kind: str, title: str, message: str, cure: str) -> Problem:
    order = request.order
    return Problem(
        kind, request.organization_id, request.public_id, title, message, cure,
        entity_type="order", entity_id=order.pk, entity_label=order.ext_order_id,
    )  # fmt: skip


def _where(request: ShippingRequest) -> str:
    source = request.fulfillment_source
    return source.name if source is not None else request.location.name
