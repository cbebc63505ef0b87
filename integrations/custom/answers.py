"""What a warehouse of one's own says to a shipping request, or to its cancellation."""

from typing import Any

from integrations.custom.doors import Fault, Row, actor
from integrations.custom.mapping import REFERENCE, our_name
from integrations.custom.shapes import Answer
from integrations.models import Integration
from orders.documents.shipping_request import AGREED, ASKED, REFUSED
from orders.exceptions.raise_ import Problem, close, raise_exceptions
from orders.fulfillments.find import find
from orders.fulfillments.take import take as take_parcels
from orders.lifecycle.shipping_request import CANCELED, RequestStatus
from orders.models import ShippingRequest
from orders.records.fulfillment import FulfillmentRecord
from orders.requests.locks import lock_with_orders
from orders.requests.move import move
from orders.requests.write import RequestStep, commit

S = RequestStatus
_GOING_OUT = frozenset({S.READY_FOR_FULFILLMENT, S.FAILED, S.NEW, S.PENDING_INVENTORY, S.REVIEW_REQUIRED, S.ON_HOLD,
                        S.PENDING_SHIPPING_LABEL})  # fmt: skip


def take(integration: Integration, told: Answer) -> Row:
    """Take one answer in, in the caller's transaction. The same answer again changes nothing."""
    name = our_name(told.id)
    found, refused = find(integration.source, {name})
    if name not in found:
        return Row(told.id, "refused", (Fault("/id", "unknown", refused[name]),))
    _orders, rows = lock_with_orders([found[name].request_id])
    request = rows[found[name].request_id]
    if told.status == "accepted":
        return _accepted(integration, request, told)
    if told.status == "cancel_refused":
        return _stays(integration, request, told)
    return _given_up(integration, request, told)


def _accepted(integration: Integration, request: ShippingRequest, told: Answer) -> Row:
    reference = told.external_id or f"{REFERENCE}{request.public_id}"
    by = actor(integration)
    if request.status in CANCELED:  # it was canceled while the answer was on its way
        if not request.cancellation:
            values = {"cancellation": ASKED, "ext_reference_id": reference}
            _step(integration, request, "The warehouse took it after it was canceled; it has to cancel it.", values)
        return Row(told.id, "cancelled")
    if request.status in _GOING_OUT:
        said = f"{integration.name} has taken it, as {reference}."
        move([request.pk], S.SENT_TO_FULFILLMENT, by, said, sets={"ext_reference_id": reference})
        close(request.organization_id, "request_refused", cause_key=request.public_id, by=by)
        return Row(told.id, "updated")
    if told.external_id and request.ext_reference_id != told.external_id:
        values = {"ext_reference_id": told.external_id}
        _step(integration, request, f"{integration.name} calls it {told.external_id}.", values)
        return Row(told.id, "updated")
    return Row(told.id, "unchanged")


def _given_up(integration: Integration, request: ShippingRequest, told: Answer) -> Row:
    """It will not be shipped: agreed where we canceled it, else the warehouse has refused it."""
    reason = told.reason or "it gave no reason"
    if request.status in CANCELED:
        if request.cancellation in ("", AGREED):
            return Row(told.id, "unchanged")
        _step(integration, request, "The warehouse has canceled it as well.", {"cancellation": AGREED})
        return Row(told.id, "cancelled")
    if request.status in (S.FAILED, S.FULFILLED):
        return Row(told.id, "unchanged")
    if request.status == S.PARTIAL_FULFILLMENT:
        rest = FulfillmentRecord(
            ext_fulfillment_id=f"{told.id}.rest", shipment=request.public_id, fulfillment_type="rejected", reason=reason
        )
        taken = take_parcels(integration.source, [rest], by=actor(integration))
        return Row(told.id, "updated" if taken.created else "unchanged")
    said = f"{integration.name} will not ship it: {reason}"
    values = {"ext_reference_id": told.external_id} if told.external_id else {}
    move([request.pk], S.FAILED, actor(integration), said, sets=values)
    raise_exceptions([_problem(integration, request, "request_refused", "was refused by the warehouse", said)])
    return Row(told.id, "updated")


def _stays(integration: Integration, request: ShippingRequest, told: Answer) -> Row:
    """It is too late to cancel: the goods go out, or are gone."""
    if request.status not in CANCELED or request.cancellation != ASKED:
        return Row(told.id, "unchanged")
    reason = told.reason or "it gave no reason"
    said = f"{integration.name} cannot cancel it any more: {reason}"
    _step(integration, request, said, {"cancellation": REFUSED})
    raise_exceptions([_problem(integration, request, "cancel_refused", "could not be canceled there", said)])
    return Row(told.id, "updated")


def _step(integration: Integration, request: ShippingRequest, said: str, values: dict[str, Any]) -> None:
    step = RequestStep(actor(integration), "answered", said, sets=values)
    commit({request.pk: step}, {request.pk: request}, cause="warehouse")


def _problem(integration: Integration, request: ShippingRequest, kind: str, what: str, said: str) -> Problem:
    return Problem(
        kind, request.organization_id, request.public_id, f"{request.ext_shipment_id} {what}", said,
        entity_type="shippingRequest", entity_id=request.pk, entity_label=request.ext_shipment_id,
        entity_public_id=request.public_id, source_id=integration.source_id,
    )  # fmt: skip
