"""What an order hangs together with."""

from collections.abc import Mapping, Sequence
from typing import Any

from automations.engine.entities import Record
from automations.engine.related import related
from orders.documents.exception import document
from orders.documents.fulfillment import document as fulfillment_document
from orders.documents.instants import instant
from orders.documents.shipping_request import document as request_document
from orders.models import Fulfillment, Hold, OrderException, ShippingRequest, Source
from portal.filters.mark import gettext_noop as _
from portal.tenancy.models import Organization


@related("order", "integration", help=_("The store that the order came from: its ID and name."))
def integration(organization: Organization, records: Sequence[Record]) -> Mapping[int, Any]:
    """Return the source of each order."""
    names = dict(Source.objects.within(organization).values_list("public_id", "name"))
    return {one.id: {"integrationId": one.source, "name": names.get(one.source, "")} for one in records}


@related("order", "exceptions", help=_("The exceptions of the order that are active now, the oldest first."))
def exceptions(organization: Organization, records: Sequence[Record]) -> Mapping[int, Any]:
    """Return the active exceptions of each order."""
    rows = OrderException.objects.within(organization).filter(
        entity_type="order", entity_id__in=[one.id for one in records], state="active"
    )
    told: dict[int, list[Any]] = {one.id: [] for one in records}
    for row in rows.select_related("source", "organization").defer("raw", "facets").order_by("pk"):
        told[row.entity_id].append(document(row))
    return told


@related("order", "holds", help=_("The holds of the order, open and ended, the oldest first."))
def holds(organization: Organization, records: Sequence[Record]) -> Mapping[int, Any]:
    """Return the holds of each order."""
    told: dict[int, list[Any]] = {one.id: [] for one in records}
    rows = Hold.objects.within(organization).filter(order_id__in=list(told)).order_by("pk")
    for row in rows:
        one = {
            "holdId": row.public_id, "kind": row.kind, "reason": row.reason, "placedAt": instant(row.placed_at),
            "dueAt": instant(row.due_at), "nextStatus": row.next_status,
        }  # fmt: skip
        if row.ended_at:
            one |= {"endedAt": instant(row.ended_at), "outcome": row.outcome}
        told[row.order_id].append(one)
    return told


@related("order", "shippingRequests", help=_("The shipping requests of the order, the first one first."))
def shipping_requests(organization: Organization, records: Sequence[Record]) -> Mapping[int, Any]:
    """Return the shipping requests of each order."""
    told: dict[int, list[Any]] = {one.id: [] for one in records}
    rows = ShippingRequest.objects.within(organization).filter(order_id__in=list(told), deleted_at=None)
    rows = rows.select_related("location", "fulfillment_source").prefetch_related("lines").defer("facets")
    for row in rows.order_by("order_id", "ordinal"):
        row.organization = organization
        told[row.order_id].append(request_document(row))
    return told


@related("order", "fulfillments", help=_("What warehouses have reported of the order, the first report first."))
def fulfillments(organization: Organization, records: Sequence[Record]) -> Mapping[int, Any]:
    """Return the fulfillments of each order."""
    told: dict[int, list[Any]] = {one.id: [] for one in records}
    rows = Fulfillment.objects.within(organization).filter(order_id__in=list(told))
    rows = rows.select_related("order", "request", "location", "source").defer("facets")
    for row in rows.order_by("pk"):
        row.organization = organization
        told[row.order_id].append(fulfillment_document(row))
    return told
