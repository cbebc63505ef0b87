"""Exceptions: the list, one of them, and notes about it. What is done with them: `exceptions_acts`."""

from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from orders.documents.exception import document
from orders.exceptions import groups, settle
from orders.exceptions.catalogue import CATEGORIES, CONCERNS, exception_types, retry_of
from orders.exceptions.form import FORMS, NoteForm, form_of
from orders.exceptions.look_after import members
from orders.exceptions.shown import happenings, record_url, shown
from orders.lists.exceptions import cause_url, type_label
from orders.lists.exceptions import exception_list as the_list
from orders.models import Order, OrderException
from portal.audit.actor import Actor
from portal.audit.models import History
from portal.kit import json
from portal.tenancy.roles import Permission
from portal.ui.access import PageRequest, get_or_404, may, page
from portal.ui.htmx import add_message, redirect

TEMPLATE = "orders/exception.html"
SHOWN_BYTES = 100_000
HISTORY = 50


@require_GET
@page()
def exception_list(request: PageRequest, extension: str = "") -> HttpResponseBase:
    """Show the exceptions."""
    return the_list().answer(request, "orders/exceptions.html", extension)


@require_GET
@page()
def exception(request: PageRequest, public_id: str) -> HttpResponse:
    """Show what is wrong, the cure, the record as it came, and what has happened to the exception."""
    return show(request, one(request, public_id))


@require_GET
@page()
def exception_json(request: PageRequest, public_id: str) -> HttpResponse:
    """Answer the canonical document."""
    return HttpResponse(json.pretty(document(one(request, public_id))), content_type="application/json")


def one(request: PageRequest, public_id: str) -> OrderException:
    """Return an exception of the organization. Raises Http404."""
    return get_or_404(OrderException, request.organization, "source", "organization", public_id=public_id)


def show(
    request: PageRequest,
    found: OrderException,
    *,
    notice: str = "",
    status: int = 200,
    forms: Mapping[str, Any] | None = None,
) -> HttpResponse:
    """Draw the page of an exception; `forms` are those that were filled in wrongly, by their name in the context."""
    return render(request, TEMPLATE, {**_context(request, found), "notice": notice, **(forms or {})}, status=status)


def _context(request: PageRequest, found: OrderException) -> dict[str, Any]:
    raw = bytes(found.raw) if found.raw is not None else b""
    everything = request.GET.get("show") == "all"
    history = list(_history(request, found)[: None if everything else HISTORY])
    return {
        "exception": found,
        "type": type_label(found.type),
        "category": _(CATEGORIES.get(found.category, found.category)),
        "kind": _(CONCERNS.get(found.entity_type, "Concerns")),
        "record_url": record_url(found),
        "order": _order_of(request, found),
        "raw": _readable(raw[:SHOWN_BYTES]),
        "raw_size": len(raw),
        "raw_cut": len(raw) > SHOWN_BYTES,
        "active": found.state == OrderException.State.ACTIVE,
        "may_operate": may(request, Permission.OPERATE),
        "can_retry": settle.can_retry(found),
        "panels": shown(found, request),
        "happenings": happenings(history),
        "more_history": not everything and len(history) == HISTORY,
        "note_form": NoteForm(),
        "cure": retry_of(found.type),
        "is_a_persons": found.type in exception_types and exception_types.get(found.type).is_a_persons,
        "same": groups.members(request.organization, found.type, found.shared).exclude(pk=found.pk).count(),
        "cause_url": cause_url(found.type, found.shared),
        **_forms(request, found),
        "document": document(found),
    }


def _forms(request: PageRequest, found: OrderException) -> dict[str, Any]:
    if found.state != OrderException.State.ACTIVE or not may(request, Permission.OPERATE):
        return {}
    people = members(request.organization)
    forms = {f"{key}_form": form_of(key, None, request.organization, people) for key in FORMS}
    forms["assign_form"].initial["to"] = found.assigned_to
    return forms


def _history(request: PageRequest, found: OrderException) -> QuerySet[History]:
    rows: QuerySet[History] = History.objects.within(request.organization)
    return rows.filter(entity_type="exception", entity_id=found.pk).order_by("-id")


def _order_of(request: PageRequest, found: OrderException) -> Order | None:
    if found.entity_type != "order" or found.entity_id is None:
        return None
    rows = Order.objects.within(request.organization).only("public_id", "ext_order_id", "status")
    order: Order | None = rows.filter(pk=found.entity_id).first()
    return order


def _readable(raw: bytes) -> str:
    """Return bytes as text for people; what is no text is shown by marks, never executed or trusted."""
    try:
        return json.pretty(json.loads(raw)) if raw else ""
    except json.NotJson:
        return raw.decode("utf-8", errors="replace")


@require_GET
@page()
def raw(request: PageRequest, public_id: str) -> HttpResponse:
    """Answer the record byte for byte, as a file."""
    found = get_or_404(OrderException, request.organization, public_id=public_id)
    if found.raw is None:
        raise Http404
    response = HttpResponse(bytes(found.raw), content_type="application/octet-stream")
    response["Content-Disposition"] = f'attachment; filename="record-{found.public_id}.txt"'
    return response


@require_POST
@page(Permission.OPERATE)
def note(request: PageRequest, public_id: str) -> HttpResponse:
    """Add a note to the activity."""
    found, form = one(request, public_id), NoteForm(request.POST)
    if not form.is_valid():
        return show(request, found, status=422, forms={"note_form": form})
    settle.note(found, form.cleaned_data["text"], by=Actor.user(request.user))
    add_message(request, _("Note added"))
    return redirect(request, reverse("orders:exception", args=[found.public_id]))
