"""What a warehouse of one's own says to a shipping request, or to its cancellation."""

from integrations.custom.doors import Fault, Row, actor
from integrations.custom.shapes import Answer
from integrations.models import Integration
from orders.fulfillments.find import find
from orders.fulfillments.take import take as take_parcels
from orders.lifecycle.shipping_request import BEFORE_SENDING, CANCELED, RequestStatus
from orders.models import ShippingRequest
from orders.records.fulfillment import FulfillmentRecord
from orders.requests import handover
from orders.requests.locks import lock_with_orders
from orders.requests.references import reference_of
from orders.requests.write import RequestStep, commit

S = RequestStatus
_SHIPPING = frozenset({S.SENT_TO_FULFILLMENT, S.PARTIAL_FULFILLMENT})


def take(integration: Integration, told: Answer) -> Row:
    """Take one answer in, in the caller's transaction. The same answer again changes nothing."""
    found, refused = find(integration.source, {told.id})
    if told.id not in found:
        return Row(told.id, "refused", (Fault("/id", "unknown", refused[told.id]),))
    _orders, rows = lock_with_orders([found[told.id].request_id])
    request = rows[found[told.id].request_id]
    before = request.version
    if told.status == "accepted":
        _accepted(integration, request, told)
    elif told.status == "cancel_refused":
        handover.cancel_answered(request.pk, actor(integration), agreed=False, reason=told.reason)
    elif request.status in CANCELED:
        handover.cancel_answered(request.pk, actor(integration), agreed=True, reason=told.reason)
    else:
        _given_up(integration, request, told)
    request.refresh_from_db()
    if told.status in ("accepted", "cancelled") and request.status in CANCELED:
        return Row(told.id, "cancelled" if request.version != before or told.status == "accepted" else "unchanged")
    return Row(told.id, "updated" if request.version != before else "unchanged")


def _accepted(integration: Integration, request: ShippingRequest, told: Answer) -> None:
    """It has taken it; where we only knew it by our own reference, its own counts from now on."""
    ours, by = reference_of(request.public_id), actor(integration)
    if request.ext_reference_id == ours and told.external_id not in ("", ours):
        said = f"{integration.name} calls it {told.external_id}."
        step = RequestStep(by, "reported", said, sets={"ext_reference_id": told.external_id})
        commit({request.pk: step}, {request.pk: request}, cause=by.kind)
    elif request.status in BEFORE_SENDING | {S.FAILED} or (request.status in CANCELED and not request.cancellation):
        handover.taken(request.pk, by, reference=told.external_id or ours)


def _given_up(integration: Integration, request: ShippingRequest, told: Answer) -> None:
    """It will not ship it: people hear of one that it never took; the rest of one that it has is routed again."""
    by, reason = actor(integration), told.reason or "It gave no reason."
    if request.status in BEFORE_SENDING:
        handover.refused(request.pk, by, handover.REFUSALS[0], message=reason)
    elif request.status in _SHIPPING:
        rest = FulfillmentRecord(
            ext_fulfillment_id=f"{reference_of(request.public_id)}.rest", shipment=request.public_id,
            fulfillment_type="rejected", reason=reason,
        )  # fmt: skip
        take_parcels(integration.source, [rest], by=by)
