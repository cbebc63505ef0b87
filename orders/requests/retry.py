"""Having a warehouse asked again: for a request that it refused, or a cancellation that it refused."""

from orders.documents.shipping_request import NOT_TOLD, REFUSED
from orders.exceptions.types.request_refused import THERE
from orders.lifecycle.shipping_request import CANCELED, RequestStatus
from orders.models import OrderException, ShippingRequest
from orders.requests import handover
from orders.requests.move import move
from orders.requests.warehouses import warehouse_of
from orders.requests.write import RequestMoveRefused
from portal.audit.actor import Actor

S = RequestStatus
BY = Actor.system("Switchyard")


def send_again(exception: OrderException) -> int:
    """Have the failed request behind an exception handed over once more. Returns 1, or 0 where it cannot be."""
    request = _behind(exception)
    if request is None or request.status != S.FAILED:
        return 0
    try:
        move([request.pk], S.READY_FOR_FULFILLMENT, BY, "Tried again.")
    except RequestMoveRefused as refused:
        # Its units are elsewhere by now, or gone: the exception comes back and says so.
        handover.still_refused(request.pk, BY, exception.type, message=str(refused))
        return 0
    return 1


def can_send_again(exception: OrderException) -> bool:
    """Say whether the request behind an exception can be handed over once more."""
    request = _behind(exception)
    return request is not None and request.status == S.FAILED and not exception.cause_key.endswith(THERE)


def ask_again(exception: OrderException) -> int:
    """Have the warehouse asked once more to cancel. Returns 1, or 0 where there is nothing to ask."""
    request = _behind(exception)
    return int(request is not None and handover.ask_again(request.pk, BY))


def can_ask_again(exception: OrderException) -> bool:
    """Say whether the warehouse can be asked once more."""
    request = _behind(exception)
    asked = request is not None and request.status in CANCELED and request.cancellation in (REFUSED, NOT_TOLD)
    return asked and request is not None and warehouse_of(request).cancels


def _behind(exception: OrderException) -> ShippingRequest | None:
    public_id = exception.cause_key.partition(":")[0]
    rows = ShippingRequest.across.filter(organization_id=exception.organization_id, deleted_at=None)
    return rows.select_related("fulfillment_source").filter(public_id=public_id).first()
