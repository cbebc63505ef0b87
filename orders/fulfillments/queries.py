"""What pages ask of fulfillments. Each function is one query."""

from typing import cast

from django.db.models import F, QuerySet
from django.http import Http404
from django.utils.translation import gettext as _

from orders.models import Fulfillment, Order, ShippingRequest
from orders.requests.queries import of_order as requests_of
from portal.audit.models import History
from portal.kit.text import fold
from portal.tenancy.models import Organization

Rows = QuerySet[Fulfillment]
_SHOWN = (
    *("organization", "public_id", "ext_fulfillment_id", "kind", "content", "shipped_at", "created_at"),
    *("order__public_id", "order__ext_order_id", "order__status"),
    *("request__public_id", "request__ext_shipment_id"),
    *("location__public_id", "location__name", "source__public_id", "source__name"),
)


def in_list(organization: Organization) -> Rows:
    """Return the fulfillments of an organization with what a list shows of them."""
    rows = cast("Rows", Fulfillment.objects.within(organization))
    return rows.select_related("order", "request", "location", "source").only(*_SHOWN)


def one(organization: Organization, public_id: str) -> Fulfillment:
    """Return a fulfillment. Raises Http404, also for another organization's."""
    found = in_list(organization).filter(public_id=public_id).first()
    if found is None:
        raise Http404(_("There is no such fulfillment here."))
    found.organization = organization
    return found


def of_order(order: Order) -> list[Fulfillment]:
    """Return the fulfillments of an order, the last one first; read once for each row of the order.

    One without a shipping request has none.
    """
    if not requests_of(order):  # the order's page has read them already
        return []
    kept: list[Fulfillment] | None = order.__dict__.get("_fulfillments")
    if kept is None:
        kept = order.__dict__["_fulfillments"] = list(in_list(order.organization).filter(order=order).order_by("-pk"))
    return kept


def of_request(request: ShippingRequest) -> list[Fulfillment]:
    """Return the fulfillments of a shipping request, the last one first."""
    return list(in_list(request.organization).filter(request=request).order_by("-pk"))


def history_of(found: Fulfillment) -> list[History]:
    """Return the history of a fulfillment: it is written once."""
    rows = History.objects.within(found.organization).filter(entity_type="fulfillment", entity_id=found.pk)
    return list(rows.order_by("-id"))


def search(rows: Rows, text: str) -> Rows:
    """Find fulfillments by tracking number, their own, their order's or their request's number, or their ID.

    Each way reads an index of its own; joined by OR they would read every fulfillment.
    """
    bare, wanted = rows.order_by().select_related(None).only("pk"), fold(text)
    numbers = [wanted, f"#{wanted}"]
    first, *others = (
        cast("Rows", way.values("pk"))
        for way in (
            bare.filter(number_folded=wanted),
            bare.filter(order__number_folded__in=numbers, order__organization_id=F("organization_id")),
            bare.filter(request__number_folded__in=numbers, request__organization_id=F("organization_id")),
            bare.filter(facets__contains={"trackingNumber": [wanted]}),
            bare.filter(public_id=wanted[:16]),
        )
    )
    return rows.filter(pk__in=first.union(*others))
