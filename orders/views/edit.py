"""Changing an order by hand: a drawer on its page, or a page of its own."""

from typing import Any

from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods

from orders import queries
from orders.by_hand.edit import Edited
from orders.by_hand.edit import edit as change
from orders.documents.values import NotWritable
from orders.edit_form import EditForm
from orders.edit_lines import Look, carried, empty_row
from orders.edit_meanwhile import changed_since, meanwhile, only_moved
from orders.lifecycle.edits import ChangedMeanwhile
from orders.lifecycle.write import MoveRefused
from orders.models import Order
from orders.views.acts import CHANGED
from portal.audit.actor import Actor
from portal.tenancy.roles import Permission
from portal.ui.access import PageRequest, page
from portal.ui.htmx import done, page_or_part

TEMPLATE = "orders/edit.html"
_MOST_DIGITS = 6


@require_http_methods(["GET", "HEAD", "POST"])
@page(Permission.OPERATE)
def edit(request: PageRequest, public_id: str) -> HttpResponse:
    """Show the form, and save what was changed; every fault stands beside its field."""
    found = queries.one(request.organization, public_id)
    if request.method != "POST":
        return _shown(request, found, EditForm(found, look=_look(request.GET)))
    if "seek" in request.POST:
        look = _look(request.POST)
        return _shown(request, found, EditForm(found, carried(found, request.POST, look), look))
    form = EditForm(found, request.POST, _look(request.POST))
    if not form.is_valid():
        return _shown(request, found, form, status=422)
    try:
        edited = _save(request, found, form)
    except ChangedMeanwhile:
        fresh = queries.one(request.organization, public_id)
        seen = form.cleaned_data["version"]
        return _shown(request, fresh, meanwhile(form, fresh), status=422, since=seen)
    except NotWritable as error:
        for fault in error.faults:
            if not form.lines.tell(fault.path, fault.message):
                form.add_error(form.name_of(fault.path), fault.message)
        return _shown(request, found, form, status=422)
    except MoveRefused as refusal:
        form.add_error(None, str(refusal))
        return _shown(request, found, form, status=422)
    address = reverse("orders:detail", args=[found.public_id])
    return done(request, address, _told(edited), event=CHANGED)


def _look(given: QueryDict) -> Look:
    """Return which lines to show: what somebody seeks now, else what the page showed."""
    find, start = ("seek", "go") if "seek" in given else ("find", "from")
    at = given.get(start, "")
    fits = at.isascii() and at.isdecimal() and len(at) <= _MOST_DIGITS
    return Look(given.get(find, "")[:300], int(at) if fits else 0, "go" in given)


def _save(request: PageRequest, found: Order, form: EditForm) -> Edited:
    """Save what was typed. An order that has only gone on since, every field as it was, is no reason to ask."""
    fields, lines, version = form.changes(), form.lines.wishes(form), form.cleaned_data["version"]
    if version < found.version and only_moved(form, found):
        version = found.version
    return change(found.pk, fields, lines, by=Actor.user(request.user), version=version)


def _told(edited: Edited) -> str:
    told = _("%(number)s: saved") % {"number": edited.order.ext_order_id}
    if not edited.canceled:
        return told
    words = ngettext(
        "one shipping request was canceled and is made again",
        "%(n)s shipping requests were canceled and are made again",
        edited.canceled,
    )
    return f"{told}; {words % {'n': edited.canceled}}"


@require_GET
@page(Permission.OPERATE)
def line(request: PageRequest, public_id: str) -> HttpResponse:
    """Return the row for one more line of an order."""
    found = queries.one(request.organization, public_id)
    return render(request, f"{TEMPLATE}#new_line", {"order": found, "row": empty_row()})


def _shown(
    request: PageRequest, order: Order, form: EditForm, status: int = 200, since: int | None = None
) -> HttpResponse:
    context: dict[str, Any] = {"order": order, "form": form}
    if since is not None:
        context["theirs"] = changed_since(order, since)
    return page_or_part(request, TEMPLATE, "form", context, status=status)
