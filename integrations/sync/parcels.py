"""Pulling what warehouses have shipped, could not ship, or have trouble with."""

from collections.abc import Callable, Sequence

from django.utils.translation import gettext as _

from integrations.capabilities import Reports, ShipsRequests, Trouble
from integrations.manifest import Client
from integrations.models import FlowState, Integration
from integrations.sync.flows import Unable, pulls
from integrations.sync.outcome import Outcome
from integrations.sync.reports import cursor_of, forgive, walk
from orders.documents.shipping_request import ASKED
from orders.exceptions.catalogue import exception_types
from orders.exceptions.raise_ import Problem, close, raise_exceptions
from orders.exceptions.types.request_refused import THERE
from orders.fulfillments.find import find
from orders.fulfillments.take import take
from orders.lifecycle.shipping_request import CANCELED, CLOSED, RequestStatus
from orders.models import Fulfillment, ShippingRequest, Source
from orders.records.fulfillment import FulfillmentRecord
from orders.requests import handover
from portal.audit.actor import Actor

TROUBLE = "warehouse_trouble"


def pull(state: FlowState, client: Client, hold_on: Callable[[], bool]) -> Outcome:
    """Take in the parcels since the last run. Raises OutsideFailed, Stopped."""
    if not isinstance(client, ShipsRequests):
        raise Unable(client, "ShipsRequests")
    integration = state.integration
    pages = client.parcels(cursor_of(state))
    return walk(state, pages, hold_on, lambda page, by: take_page(integration, page, by), client.parcels_taken)


def take_page(integration: Integration, page: Reports, by: Actor) -> Outcome:
    """Write a page of parcels and troubles; call it in the transaction that saves the cursor."""
    source = integration.source
    tell_troubles(source, page.troubles, by)
    taken = take(source, without_echoes(source, page.parcels, by), by=by)
    forgive(integration, [one.ext_fulfillment_id for one in page.parcels], by)
    settle_cancellations(source, page.parcels, by)
    return Outcome(1, taken.created, 0, taken.known, 0, taken.unmatched + len(page.refused))


def without_echoes(source: Source, parcels: Sequence[FulfillmentRecord], by: Actor) -> Sequence[FulfillmentRecord]:
    """Leave out rejections of requests that were canceled here: with them the warehouse only says that it has heard.

    Taken as rejections they would keep the order away from that location for ever.
    """
    names = {one.shipment for one in parcels if one.fulfillment_type == "rejected"}
    found = find(source, names)[0] if names else {}
    rows = ShippingRequest.across.filter(pk__in=[one.request_id for one in found.values()], status__in=CANCELED)
    canceled = dict(rows.values_list("pk", "cancellation"))
    for request_id, cancellation in canceled.items():
        if cancellation == ASKED:
            handover.cancel_answered(request_id, by, agreed=True)
    echoes = {name for name, one in found.items() if one.request_id in canceled}
    return [one for one in parcels if one.fulfillment_type != "rejected" or one.shipment not in echoes]


def settle_cancellations(source: Source, parcels: Sequence[FulfillmentRecord], by: Actor) -> None:
    """Read the answer to a cancellation out of what was reported after it: all was shipped, or will not be."""
    rows = Fulfillment.across.filter(
        source=source, ext_fulfillment_id__in=[one.ext_fulfillment_id for one in parcels], request__cancellation=ASKED
    )
    for request_id, kind, status in rows.values_list("request_id", "kind", "request__status").order_by("pk"):
        if kind == Fulfillment.Kind.REJECTED:
            handover.cancel_answered(request_id, by, agreed=True)
        elif status == RequestStatus.FULFILLED:
            handover.cancel_answered(request_id, by, agreed=False, reason=_("it has shipped it"))


def tell_troubles(source: Source, troubles: Sequence[Trouble], by: Actor) -> None:
    """Raise an exception for each request that hangs at its warehouse, and close those that go on."""
    if not troubles:
        return
    found, _unknown = find(source, {one.request for one in troubles})
    rows = ShippingRequest.across.filter(pk__in=[one.request_id for one in found.values()]).select_related("order")
    requests = {row.pk: row for row in rows.defer("content", "facets", "order__content", "order__source_doc")}
    problems = []
    for one in troubles:
        request = requests[found[one.request].request_id] if one.request in found else None
        if request is None:
            continue
        kind = one.kind if one.kind in exception_types else TROUBLE
        if one.over:
            close(source.organization_id, kind, cause_key=f"{request.public_id}{THERE}", by=by)
        elif request.status not in CLOSED:
            problems.append(_problem(source, request, kind, one.reason))
    raise_exceptions(problems, by=by)


def _problem(source: Source, request: ShippingRequest, kind: str, reason: str) -> Problem:
    title = _("%(number)s hangs at %(name)s") % {"number": request.ext_shipment_id, "name": source.name}
    return Problem(
        kind, source.organization_id, f"{request.public_id}{THERE}", title, reason,
        entity_type="order", entity_id=request.order_id, entity_label=request.order.ext_order_id,
    )  # fmt: skip


pulls.register("fulfillments", pull)
