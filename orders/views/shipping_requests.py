"""Shipping requests: the list, one of them, and what people do with it."""

from collections.abc import Callable
from typing import Any

from django.forms import Form
from django.http import HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from orders.documents.shipping_request import document
from orders.fulfillments.load import rejected
from orders.lifecycle.edits import ChangedMeanwhile
from orders.lifecycle.shipping_request import RequestStatus
from orders.lifecycle.write import MoveRefused
from orders.lists.shipping_requests import REQUESTS
from orders.models import ShippingRequest
from orders.requests import panels, queries, shown
from orders.requests.cancel import can_cancel, cancel
from orders.requests.forms import CancelForm, SentForm
from orders.requests.move import move
from portal.audit.actor import Actor
from portal.kit import json
from portal.tenancy.roles import Permission
from portal.ui.access import PageRequest, may, page
from portal.ui.htmx import add_message, is_part, page_or_part

TEMPLATE = "orders/shipping_request.html"
CANCEL = "orders/shipping_request_cancel.html"


@require_GET
@page()
def request_list(request: PageRequest, extension: str = "") -> HttpResponseBase:
    """Show the shipping requests."""
    return REQUESTS.answer(request, "orders/shipping_requests.html", extension)


@require_GET
@page()
def shipping_request(request: PageRequest, public_id: str) -> HttpResponse:
    """Show a request. The page asks for itself every few seconds and hears 204 while nothing is new."""
    found = queries.one(request.organization, public_id)
    if is_part(request) and request.GET.get("state") == _state(found):
        return HttpResponse(status=204)
    return page_or_part(request, TEMPLATE, "live", _context(request, found))


@require_GET
@page()
def request_json(request: PageRequest, public_id: str) -> HttpResponse:
    """Answer the canonical document."""
    told = document(queries.one(request.organization, public_id))
    return HttpResponse(json.pretty(told), content_type="application/json")


@require_http_methods(["GET", "HEAD", "POST"])
@page(Permission.OPERATE)
def cancel_request(request: PageRequest, public_id: str) -> HttpResponse:
    """Ask how a request shall be canceled, or cancel it and go back to where one was."""
    found = queries.one(request.organization, public_id)
    if request.method != "POST":
        form = shown.cancel_form(found, _back(request.GET.get("back", ""), found))
        return render(request, CANCEL, _cancel_context(found, form))
    form = shown.cancel_form(found, "", data=request.POST)
    if not form.is_valid():
        return render(request, CANCEL, _cancel_context(found, form), status=422)
    told = form.cleaned_data
    return _answer(
        request,
        found,
        lambda: cancel(
            found,
            Actor.user(request.user),
            restock=told["restock"],
            reason=told["reason"],
            skip_location=told["skip_location"],
            version=told["version"],
        ),
        _("%(number)s is canceled"),
        back=_back(told["back"], found),
    )


@require_POST
@page(Permission.OPERATE)
def sent(request: PageRequest, public_id: str) -> HttpResponse:
    """Mark as sent what a person has handed to a warehouse."""
    found, form = queries.one(request.organization, public_id), SentForm(request.POST)
    if not form.is_valid():
        return render(request, TEMPLATE, _context(request, found, sent_form=form), status=422)
    if not shown.can_be_sent(found):
        return _refused(request, found, _("It cannot be marked as sent: it is “%s”.") % _label(found))
    words = f"Handed to {found.location.name} by hand."
    return _move(request, found, RequestStatus.SENT_TO_FULFILLMENT, words, form, form.sets())


@require_POST
@page(Permission.OPERATE)
def ready(request: PageRequest, public_id: str) -> HttpResponse:
    """Mark a request ready: its label is there, its fault is mended."""
    found, form = queries.one(request.organization, public_id), SentForm(request.POST)
    if not form.is_valid() or not shown.can_be_readied(found):
        return _refused(request, found, _("It cannot be marked ready: it is “%s”.") % _label(found))
    return _move(request, found, RequestStatus.READY_FOR_FULFILLMENT, "Marked ready for fulfillment.", form, {})


def _label(found: ShippingRequest) -> str:
    return _(RequestStatus(found.status).label)


def _move(
    request: PageRequest, found: ShippingRequest, to: RequestStatus, words: str, form: Form, sets: dict[str, Any]
) -> HttpResponse:
    by, version = Actor.user(request.user), form.cleaned_data["version"]
    told = _("%(number)s is marked as sent") if sets else _("%(number)s is marked ready")
    return _answer(request, found, lambda: move([found.pk], to, by, words, sets=sets, version=version), told)


def _answer(
    request: PageRequest, found: ShippingRequest, do: Callable[[], object], told: str, back: str = ""
) -> HttpResponse:
    try:
        do()
    except (ChangedMeanwhile, MoveRefused) as refusal:
        return _refused(request, found, str(refusal))
    add_message(request, told % {"number": found.ext_shipment_id})
    return HttpResponseRedirect(back or REQUESTS.url(found))


def _refused(request: PageRequest, found: ShippingRequest, words: str) -> HttpResponse:
    """Say why nothing was done, and show the request as it stands now."""
    fresh = queries.one(request.organization, found.public_id)
    return render(request, TEMPLATE, _context(request, fresh, notice=words), status=409)


def _state(found: ShippingRequest) -> str:
    return f"{found.version}.{queries.last_history(found)}"


def _context(
    request: PageRequest, found: ShippingRequest, notice: str = "", sent_form: SentForm | None = None
) -> dict[str, Any]:
    everything = request.GET.get("show") == "all"
    history = queries.history_of(found, None if everything else queries.HISTORY)
    may_operate = may(request, Permission.OPERATE)
    address, lines = shown.address(found), shown.lines(found, rejected([found.pk]).get(found.pk, {}))
    cards = panels.shown(found, request, may_operate=may_operate)
    return {
        "found": found,
        "state": f"{found.version}.{history[0].pk if history else 0}",
        "notice": notice,
        "may_operate": may_operate,
        "can_cancel": may_operate and can_cancel(found.status),
        "can_be_sent": may_operate and shown.can_be_sent(found),
        "can_be_readied": may_operate and shown.can_be_readied(found),
        "sent_form": sent_form or SentForm(initial={"version": found.version}),
        "sentence": shown.next_step(found),
        "cancellation": shown.cancellation(found),
        "lines": lines,
        "counted": shown.counted(found, lines),
        "address": address,
        "address_text": "\n".join(address),
        "facts": shown.facts(found),
        "happenings": shown.happenings(history),
        "more_history": not everything and len(history) == queries.HISTORY,
        "panels": [panel for panel in cards if not panel.side],
        "side_panels": [panel for panel in cards if panel.side],
        "json_url": reverse("orders:shipping_request_json", args=[found.public_id]),
        "document": document(found),
        **_cancel_context(found, shown.cancel_form(found, "")),
    }


def _cancel_context(found: ShippingRequest, form: CancelForm) -> dict[str, Any]:
    return {"found": found, "cancel_form": form, "cancel_words": shown.cancel_words(found)}


def _back(text: str, found: ShippingRequest) -> str:
    """Return where one came from; an address elsewhere is not followed."""
    if url_has_allowed_host_and_scheme(text, None) and text.startswith("/"):
        return text
    return REQUESTS.url(found)
