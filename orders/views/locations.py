"""Locations: the list, one of them with its settings, and merging two."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_stubs_ext import StrOrPromise

from orders.lists.locations import flags, location_list, status
from orders.lists.shipping_requests import REQUESTS
from orders.locations import merge as merging
from orders.locations import write
from orders.locations.document import document, rows
from orders.locations.form import LocationForm
from orders.locations.uses import LIVE, address_line, levels, live_requests, obstacles
from orders.models import Location
from orders.routing.cards import cards_with
from orders.shown import changes
from portal.audit.actor import Actor
from portal.filters.tree import Condition
from portal.kit import json
from portal.tenancy.roles import Permission
from portal.ui.access import PageRequest, may, page
from portal.ui.htmx import add_message, done, redirect

TEMPLATE = "orders/location.html"
CHANGED = "locationChanged"
MOST = 500
"""So many locations are offered to merge with."""

_SWITCHES: dict[str, tuple[dict[str, bool], StrOrPromise]] = {
    "activate": ({"active": True}, gettext_lazy("“{name}” is active again.")),
    "deactivate": ({"active": False}, gettext_lazy("“{name}” is switched off.")),
    "pause": ({"paused": True}, gettext_lazy("“{name}” is paused: nothing new is routed there.")),
    "resume": ({"paused": False}, gettext_lazy("Orders are routed to “{name}” again.")),
}


@require_GET
@page()
def location_page(request: PageRequest, extension: str = "") -> HttpResponseBase:
    """Show the locations."""
    context = {"may_edit": may(request, Permission.EDIT_RULES)}
    return location_list().answer(request, "orders/locations.html", extension, context)


@require_http_methods(["GET", "HEAD", "POST"])
@page(Permission.EDIT_RULES)
def new(request: PageRequest) -> HttpResponse:
    """Show an empty form, or add the location that was filled in."""
    form = LocationForm(request.organization, request.POST if request.method == "POST" else None)
    if not form.is_valid():
        status_code = 422 if form.is_bound else 200
        return render(request, TEMPLATE, {"form": form, "may_edit": True}, status=status_code)
    made = write.create(request.organization, form.settings(), by=Actor.user(request.user))
    add_message(request, _("“{name}” is added.").format(name=made.name))
    return redirect(request, _url(made))


@require_http_methods(["GET", "HEAD", "POST"])
@page()
def location(request: PageRequest, public_id: str) -> HttpResponse:
    """Show a location, or save its settings; every fault stands beside its field."""
    found = _one(request, public_id)
    if request.method != "POST":
        return render(request, TEMPLATE, _context(request, found, LocationForm(request.organization, None, found)))
    if not may(request, Permission.EDIT_RULES):
        raise PermissionDenied
    form = LocationForm(request.organization, request.POST, found)
    if not form.is_valid():
        return render(request, TEMPLATE, _context(request, found, form), status=422)
    return _save(request, found, form)


def _save(request: PageRequest, found: Location, form: LocationForm) -> HttpResponse:
    seen = form.cleaned_data["version"]
    try:
        saved = write.save(found, form.settings(), by=Actor.user(request.user), seen=seen)
    except write.StillUsed as refusal:
        form.add_error("active", str(refusal))
        return render(request, TEMPLATE, _context(request, found, form), status=422)
    except write.ChangedMeanwhile:
        return _meanwhile(request, found.public_id, seen)
    add_message(request, _("“{name}” is saved.").format(name=saved.name))
    return redirect(request, _url(saved))


def _meanwhile(request: PageRequest, public_id: str, seen: int) -> HttpResponse:
    """Show the form with what was typed, and what somebody else has saved; saved again, it replaces theirs."""
    found = _one(request, public_id)
    told = changes.meanwhile(request.organization, write.ENTITY, found.pk, seen=seen, version=found.version)
    data: QueryDict = request.POST.copy()
    data["version"] = str(found.version)
    form = LocationForm(request.organization, data, found)
    form.full_clean()
    return render(request, TEMPLATE, _context(request, found, form) | {"meanwhile": told}, status=422)


@require_GET
@page()
def location_json(request: PageRequest, public_id: str) -> HttpResponse:
    """Answer the canonical document."""
    return HttpResponse(json.pretty(document(_one(request, public_id))), content_type="application/json")


@require_POST
@page(Permission.EDIT_RULES)
def act(request: PageRequest, public_id: str, key: str) -> HttpResponse:
    """Switch a location on or off, pause or resume it."""
    found = _one(request, public_id)
    if key not in _SWITCHES:
        raise Http404
    values, words = _SWITCHES[key]
    try:
        write.switch(found, by=Actor.user(request.user), **values)
    except write.StillUsed as refusal:
        form = LocationForm(request.organization, None, found)
        return render(request, TEMPLATE, _context(request, found, form) | {"refusal": str(refusal)}, status=409)
    return done(request, _url(found), str(words).format(name=found.name), event=CHANGED)


@require_http_methods(["GET", "HEAD", "POST"])
@page(Permission.EDIT_RULES)
def merge(request: PageRequest, public_id: str) -> HttpResponse:
    """Choose a location to merge into this one, see what moves, and do it."""
    into = _one(request, public_id)
    asked = request.POST.get("with", "") if request.method == "POST" else request.GET.get("with", "")
    others = rows(request.organization).exclude(pk=into.pk).order_by("name")
    other = others.filter(public_id=asked).first() if asked else None
    context: dict[str, Any] = {"location": into, "other": other, "others": [_offer(one) for one in others[:MOST]]}
    if request.method != "POST":
        shown = {"preview": merging.preview(into, other)} if other else {}
        return render(request, "orders/location_merge.html", context | shown)
    if other is None:
        raise Http404
    try:
        merging.merge(into, other, by=Actor.user(request.user))
    except merging.CannotMerge as refusal:
        context |= {"refusal": str(refusal), "preview": merging.preview(into, other)}
        return render(request, "orders/location_merge.html", context, status=409)
    add_message(request, _("“{other}” is merged into “{into}”.").format(other=other.name, into=into.name))
    return redirect(request, _url(into))


def _offer(one: Location) -> dict[str, str]:
    """Return a location to choose: its name, and who knows it, because two of one name are common."""
    systems = sorted({row.source.name for row in one.externals.all()})
    notes = ", ".join([*systems, *([address_line(one)] if address_line(one) else [])])
    return {"id": one.public_id, "label": f"{one.name} ({notes})" if notes else one.name}


def _one(request: PageRequest, public_id: str) -> Location:
    found = rows(request.organization).filter(public_id=public_id).first()
    if found is None:
        raise Http404(_("There is no such location here."))
    return found


def _context(request: PageRequest, found: Location, form: LocationForm) -> dict[str, Any]:
    everything = request.GET.get("show") == "all"
    limit = None if everything else changes.MOST
    history = changes.happenings(request.organization, write.ENTITY, found.pk, limit)
    return {
        "location": found,
        "form": form,
        "may_edit": may(request, Permission.EDIT_RULES),
        "status": status(found),
        "flags": flags(found),
        "obstacles": obstacles(found),
        "externals": sorted(found.externals.all(), key=lambda row: (not row.active, row.source.name)),
        "cards": cards_with(found),
        "live": live_requests(found).count(),
        "live_url": _live_url(found),
        "levels": levels(found).count(),
        "happenings": history,
        "more_history": len(history) == limit,
        "document": document(found),
    }


def _live_url(location: Location) -> str:
    """Return the address of the list that shows exactly what is under way there."""
    here = Condition("locationId", "equals", location.public_id)
    return REQUESTS.address(reverse("orders:shipping_requests"), here, Condition("status", "is_one_of", LIVE))


def _url(location: Location) -> str:
    return reverse("orders:location", args=[location.public_id])
