"""What pages ask of shipping requests. Each function is one query (with lines: two)."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any, cast

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import CharField, Count, F, Func, JSONField, Max, OuterRef, QuerySet
from django.db.models.fields.json import KT
from django.db.models.functions import Cast
from django.http import Http404
from django.utils.translation import gettext as _

from orders.documents.shipping_request import ENTITY
from orders.lifecycle.shipping_request import RequestStatus
from orders.models import Order, ShippingRequest, ShippingRequestLine
from portal.audit.models import History
from portal.kit.text import fold
from portal.tenancy.models import Organization

HISTORY = 50
_HEAVY = ("content", "facets")
_ORDER = ("order__public_id", "order__ext_order_id", "order__status")
S = RequestStatus


def in_list(organization: Organization) -> QuerySet[ShippingRequest]:
    """Return the requests of a list: with number of the order, location and integration, without their documents."""
    rows = cast("QuerySet[ShippingRequest]", ShippingRequest.objects.within(organization))
    return (
        rows.filter(deleted_at=None)
        .select_related("order", "location", "fulfillment_source")
        .only(*_OWN, *_ORDER, "location__public_id", "location__name", "fulfillment_source__name", "organization")
        .annotate(
            city=KT("content__shippingAddress__city"),
            country=KT("content__shippingAddress__country"),
            method=KT("content__shippingClass"),
        )
    )


_OWN = tuple(
    one.name
    for one in ShippingRequest._meta.concrete_fields
    if one.name not in {*_HEAVY, "order", "location", "fulfillment_source", "organization"}
)


def one(organization: Organization, public_id: str) -> ShippingRequest:
    """Return a request with its document, its order's number and its lines. Raises Http404, also for another's."""
    rows = cast("QuerySet[ShippingRequest]", ShippingRequest.objects.within(organization))
    rows = rows.select_related("order", "location", "fulfillment_source").defer("facets", *_order_heavy())
    found = rows.prefetch_related("lines").filter(public_id=public_id, deleted_at=None).first()
    if found is None:
        raise Http404(_("There is no such shipping request here."))
    found.organization = organization
    return found


def _order_heavy() -> tuple[str, ...]:
    return tuple(f"order__{name}" for name in ("content", "source_doc", "terms", "facets", "kept"))


def of_order(order: Order) -> list[ShippingRequest]:
    """Return the requests of an order, the last one first, with their lines; read once for each row of the order."""
    kept: list[ShippingRequest] | None = order.__dict__.get("_shipping_requests")
    if kept is None:
        rows = cast("QuerySet[ShippingRequest]", ShippingRequest.objects.within(order.organization))
        rows = rows.filter(order=order, deleted_at=None).select_related("location", "fulfillment_source")
        kept = list(rows.defer(*_HEAVY).annotate(told_lines=_lines(order.organization)).order_by("-ordinal"))
        for one in kept:
            kept_lines = [_line(one, *told) for told in one.__dict__.pop("told_lines")]
            one.__dict__["_prefetched_objects_cache"] = {"lines": kept_lines}
        order.__dict__["_shipping_requests"] = kept
    return kept


_LINE = ("position", "unique_id", "sku", "name", "bundle_sku")
_UNITS = ("quantity", "fulfilled")


def _lines(organization: Organization) -> ArraySubquery:
    """Return what reads the lines of requests beside them, in their order; units as text, so that none is rounded."""
    values = (*(F(name) for name in _LINE), *(Cast(name, CharField()) for name in _UNITS))
    told = Func(*values, function="jsonb_build_array", output_field=JSONField())
    rows = ShippingRequestLine.objects.within(organization).filter(request=OuterRef("pk")).order_by("position")
    return ArraySubquery(rows.values_list(told))


def _line(request: ShippingRequest, *told: Any) -> ShippingRequestLine:
    own, units = told[: len(_LINE)], [Decimal(one) for one in told[len(_LINE) :]]
    return ShippingRequestLine(request=request, **dict(zip((*_LINE, *_UNITS), (*own, *units), strict=True)))


def history_of(request: ShippingRequest, limit: int | None = HISTORY) -> list[History]:
    """Return the history of a request, newest first."""
    rows = History.objects.within(request.organization).filter(entity_type=ENTITY, entity_id=request.pk)
    rows = rows.order_by("-id")
    return list(rows[:limit] if limit else rows)


def last_history(request: ShippingRequest) -> int:
    """Return the number of the last line of a request's history: it changes whenever something happens."""
    rows = History.objects.within(request.organization).filter(entity_type=ENTITY, entity_id=request.pk)
    return int(rows.aggregate(last=Max("id"))["last"] or 0)


@dataclass(frozen=True)
class Counts:
    """How many requests wait, for the views of the list."""

    ready: int = 0
    waiting: int = 0
    failed: int = 0


def counts(organization: Organization) -> Counts:
    """Count the requests that wait, by the index over statuses; once for each page."""
    kept: Counts | None = organization.__dict__.get("_request_counts")
    if kept is None:
        kept = organization.__dict__["_request_counts"] = _count(organization)
    return kept


def _count(organization: Organization) -> Counts:
    names = {S.READY_FOR_FULFILLMENT.value: "ready", S.PENDING_INVENTORY.value: "waiting", S.FAILED.value: "failed"}
    rows = ShippingRequest.objects.within(organization).filter(deleted_at=None, status__in=list(names))
    found = rows.order_by().values_list("status").annotate(n=Count("*"))
    return Counts(**{names[status]: count for status, count in found})


def search(rows: QuerySet[ShippingRequest], text: str) -> QuerySet[ShippingRequest]:
    """Find requests by their number, their order's number, the warehouse's reference, an ID or a SKU, all of it.

    Each way reads an index of its own.
    """
    bare = rows.order_by().select_related(None)
    wanted = fold(text.strip())
    numbers = [wanted, f"#{wanted}"]
    first, *others = (
        _keys(way)
        for way in (
            bare.filter(number_folded__in=numbers),
            bare.filter(order__number_folded__in=numbers, order__organization_id=F("organization_id")),
            bare.filter(ext_reference_id=text.strip()),
            bare.filter(public_id=wanted[:16]),
            bare.filter(lines__sku_folded=wanted),
        )
    )
    return rows.filter(pk__in=first.union(*others))


def _keys(way: QuerySet[ShippingRequest]) -> QuerySet[ShippingRequest]:
    return cast("QuerySet[ShippingRequest]", way.values("pk"))
