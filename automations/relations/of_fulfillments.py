"""What shipping requests and fulfillments hang together with."""

from collections.abc import Mapping, Sequence
from typing import Any

from automations.engine.entities import Record
from automations.engine.related import related
from orders.documents.order import plain_document
from orders.documents.shipping_request import ENTITY, document
from orders.models import Order, ShippingRequest
from portal.filters.mark import gettext_noop as _
from portal.tenancy.models import Organization


@related(ENTITY, "order", help=_("The order that the shipping request is a part of."))
def order_of_request(organization: Organization, records: Sequence[Record]) -> Mapping[int, Any]:
    """Return the order of each shipping request."""
    return _orders(organization, {one.id: one.row.order_id for one in records})


@related("fulfillment", "order", help=_("The order that was shipped."))
def order_of_fulfillment(organization: Organization, records: Sequence[Record]) -> Mapping[int, Any]:
    """Return the order of each fulfillment."""
    return _orders(organization, {one.id: one.row.order_id for one in records})


@related("fulfillment", ENTITY, help=_("The shipping request that was answered; absent where it was not asked for."))
def request_of_fulfillment(organization: Organization, records: Sequence[Record]) -> Mapping[int, Any]:
    """Return the shipping request of each fulfillment that has one."""
    wanted = {one.id: one.row.request_id for one in records if one.row.request_id}
    rows = ShippingRequest.objects.within(organization).filter(pk__in=set(wanted.values()))
    rows = rows.select_related("location", "fulfillment_source").prefetch_related("lines").defer("facets")
    found = {}
    for row in rows:
        row.organization = organization
        found[row.pk] = document(row)
    return {pk: found[request_id] for pk, request_id in wanted.items() if request_id in found}


def _orders(organization: Organization, wanted: Mapping[int, int]) -> Mapping[int, Any]:
    rows = Order.objects.within(organization).filter(pk__in=set(wanted.values())).select_related("source")
    found = {}
    for row in rows.defer("source_doc", "terms"):
        row.organization = organization
        found[row.pk] = plain_document(row)
    return {pk: found[order_id] for pk, order_id in wanted.items() if order_id in found}
