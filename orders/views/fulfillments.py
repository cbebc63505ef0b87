"""Fulfillments: the list, one of them, and reporting one by hand."""

from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from orders.documents.fulfillment import full_document
from orders.fulfillments import by_hand, queries, shown
from orders.fulfillments.form import ReportForm
from orders.fulfillments.telling import NotToTell, tell_now, tellings
from orders.fulfillments.write import NotOpen
from orders.lifecycle.write import MoveRefused
from orders.lists.fulfillments import FULFILLMENTS
from orders.models import ShippingRequest
from portal.audit.actor import Actor
from portal.kit import json
from portal.tenancy.roles import Permission
from portal.ui.access import PageRequest, get_or_404, may, page
from portal.ui.htmx import add_message, redirect

TEMPLATE = "orders/fulfillment.html"
REPORT = "orders/fulfillment_report.html"


@require_GET
@page()
def fulfillment_list(request: PageRequest, extension: str = "") -> HttpResponseBase:
    """Show the fulfillments."""
    return FULFILLMENTS.answer(request, "orders/fulfillments.html", extension)


@require_GET
@page()
def fulfillment(request: PageRequest, public_id: str) -> HttpResponse:
    """Show a fulfillment: it is never altered."""
    found = queries.one(request.organization, public_id)
    context = {
        "found": found,
        "name": shown.name(found),
        "reporter": shown.reporter(found),
        "lines": found.content.get("lineItems", ()),
        "tracking": shown.tracking(found.content),
        "not_counted": shown.not_counted(found),
        "telling": tellings([found]).get(found.pk),
        "happenings": shown.happenings(queries.history_of(found)),
        "document": full_document(found),
        "may_operate": may(request, Permission.OPERATE),
    }
    return render(request, TEMPLATE, context)


@require_POST
@page(Permission.OPERATE)
def tell(request: PageRequest, public_id: str) -> HttpResponse:
    """Have the channel told of a fulfillment that it was not told of by itself."""
    found = queries.one(request.organization, public_id)
    try:
        name = tell_now(found, by=Actor.user(request.user))
    except NotToTell as refusal:
        add_message(request, str(refusal))
    else:
        add_message(request, _("%(name)s is told now") % {"name": name})
    return redirect(request, reverse("orders:fulfillment", args=[found.public_id]))


@require_GET
@page()
def fulfillment_json(request: PageRequest, public_id: str) -> HttpResponse:
    """Answer the canonical document, with the warehouse's own one under `sourceDoc`."""
    told = full_document(queries.one(request.organization, public_id))
    return HttpResponse(json.pretty(told), content_type="application/json")


@require_http_methods(["GET", "HEAD", "POST"])
@page(Permission.OPERATE)
def report(request: PageRequest, public_id: str) -> HttpResponse:
    """Show the form that reports a shipment of a request by hand, or report it and go back to the request."""
    found = get_or_404(ShippingRequest, request.organization, "order", "location", public_id=public_id, deleted_at=None)
    lines = by_hand.open_lines(found) if by_hand.can_report(found.status) else []
    if request.method != "POST":
        return render(request, REPORT, _context(found, ReportForm(lines)))
    form = ReportForm(lines, request.POST)
    if _is_sent_again(found, form):
        return redirect(request, _back(found))
    if not form.is_valid():
        return render(request, REPORT, _context(found, form), status=422)
    try:
        by_hand.report_by_hand(found, form.shipment(), by=Actor.user(request.user))
    except (NotOpen, MoveRefused) as refusal:
        fresh = get_or_404(ShippingRequest, request.organization, "order", "location", pk=found.pk)
        return render(request, REPORT, _context(fresh, form, notice=str(refusal)), status=409)
    add_message(request, _("%(number)s: shipment reported") % {"number": found.ext_shipment_id})
    return redirect(request, _back(found))


def _is_sent_again(found: ShippingRequest, form: ReportForm) -> bool:
    """Say whether this very form was sent before: then its lines may be shipped, and nothing is wrong."""
    return by_hand.is_reported(found, str(form.data.get("token", "")))


def _context(found: ShippingRequest, form: ReportForm, notice: str = "") -> dict[str, Any]:
    return {"found": found, "form": form, "notice": notice, "can_report": bool(form.lines)}


def _back(found: ShippingRequest) -> str:
    return reverse("orders:shipping_request", args=[found.public_id])
