"""Having a warehouse asked again: for a request that it refused, or a cancellation that it refused."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from orders.documents.shipping_request import NOT_TOLD, REFUSED
from orders.exceptions.catalogue import Fate, Foreseen, Foresight
from orders.exceptions.types.request_refused import THERE
from orders.lifecycle.shipping_request import CANCELED, RequestStatus
from orders.models import Order, OrderException, ShippingRequest
from orders.requests import handover
from orders.requests.move import move, taken_elsewhere
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


def foresee_sending(exceptions: Sequence[OrderException]) -> Foresight:
    """Say of failed requests whether they can go out again; whether they are taken only their warehouses say."""
    requests = _all_behind(exceptions)
    failed = [one for one in requests.values() if one.status == S.FAILED]
    orders = Order.across.in_bulk({one.order_id for one in failed})
    elsewhere = taken_elsewhere(failed, orders, S.READY_FOR_FULFILLMENT)
    for exception in exceptions:
        request = requests.get(_name(exception))
        if exception.cause_key.endswith(THERE):
            yield exception.pk, Foreseen(Fate.STAYS, _("The warehouse has it: only there it can be mended."))
        elif request is not None and request.pk in elsewhere:
            told = _("Its units are in another shipping request by now: cancel this one.")
            yield exception.pk, Foreseen(Fate.STAYS, told)
        elif request is not None and request.status == S.FAILED:
            yield exception.pk, _sent(request)


def _sent(request: ShippingRequest) -> Foreseen:
    if not warehouse_of(request).sends:
        return Foreseen(Fate.CLEARS, _("It becomes ready again, and waits for whoever tells the warehouse."))
    where = {"where": request.location.name}
    return Foreseen(Fate.ASKS, _("%(where)s is asked again: only its answer tells whether it takes it.") % where)


def ask_again(exception: OrderException) -> int:
    """Have the warehouse asked once more to cancel. Returns 1, or 0 where there is nothing to ask."""
    request = _behind(exception)
    return int(request is not None and handover.ask_again(request.pk, BY))


def can_ask_again(exception: OrderException) -> bool:
    """Say whether the warehouse can be asked once more."""
    request = _behind(exception)
    return request is not None and _is_refused(request) and warehouse_of(request).cancels


def foresee_asking(exceptions: Sequence[OrderException]) -> Foresight:
    """Say of canceled requests whether their warehouses can be asked again; what they answer nobody knows before."""
    requests = _all_behind(exceptions)
    for exception in exceptions:
        if (request := requests.get(_name(exception))) is None:
            continue
        where = {"where": request.location.name}
        if not warehouse_of(request).cancels:
            told = _("%(where)s takes no cancellation from here: call them.") % where
            yield exception.pk, Foreseen(Fate.STAYS, told)
        elif _is_refused(request):
            told = _("%(where)s is asked again: only its answer tells whether it stops it.") % where
            yield exception.pk, Foreseen(Fate.ASKS, told)


def _is_refused(request: ShippingRequest) -> bool:
    return request.status in CANCELED and request.cancellation in (REFUSED, NOT_TOLD)


def _behind(exception: OrderException) -> ShippingRequest | None:
    return _all_behind([exception]).get(_name(exception))


def _name(exception: OrderException) -> str:
    return exception.cause_key.partition(":")[0]


def _all_behind(exceptions: Sequence[OrderException]) -> dict[str, ShippingRequest]:
    """Return the requests behind exceptions of one organization, by public ID."""
    rows = ShippingRequest.across.filter(
        organization_id__in={one.organization_id for one in exceptions}, deleted_at=None,
        public_id__in={_name(one) for one in exceptions},
    )  # fmt: skip
    named = rows.select_related("fulfillment_source", "location").prefetch_related("lines")
    return {one.public_id: one for one in named}
