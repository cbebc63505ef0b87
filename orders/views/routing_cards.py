"""Routing cards: their list, and the form of one, always with the sentence that says what it means now."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from orders.documents.catalogue import ORDER
from orders.lists.orders import ORDERS
from orders.models import RoutingCard
from orders.routing import card_form, card_words, cards
from orders.routing.card import Fault
from orders.routing.card_form import CardDraft
from orders.shown import cards as shown
from orders.shown import changes
from portal.audit.actor import Actor
from portal.filters.edits import Edited, UnknownEdit
from portal.filters.problems import BadFilter
from portal.kit import json
from portal.tenancy.roles import Permission
from portal.ui import filter_builder
from portal.ui.access import PageRequest, get_or_404, may, page
from portal.ui.countries import CODES
from portal.ui.filter_builder import Builder, Urls
from portal.ui.filter_views import render_builder
from portal.ui.htmx import add_message, done, page_or_part, redirect, said, toast

LIST, TEMPLATE = "orders/routing.html", "orders/routing_card.html"
CHANGED = "cardsChanged"
DESTINATIONS = "card-destinations"
"""Id of the part that a press among the destinations draws afresh."""


@require_GET
@page()
def card_list(request: PageRequest) -> HttpResponse:
    """Show the cards in their order; the part reads itself afresh."""
    lines = shown.lines(request.organization)
    context = {
        "lines": lines,
        "seen": cards.signature([line.card for line in lines]),
        "may_edit": may(request, Permission.EDIT_RULES),
    }
    return page_or_part(request, LIST, "cards", context)


@require_http_methods(["GET", "HEAD", "POST"])
@page(Permission.EDIT_RULES)
def new(request: PageRequest) -> HttpResponse:
    """Show an empty card, or add the one that was filled in."""
    if request.method != "POST":
        return _show(request, CardDraft())
    return _save(request, None)


@require_http_methods(["GET", "HEAD", "POST"])
@page()
def edit(request: PageRequest, public_id: str) -> HttpResponse:
    """Show a card, or save it as its next version."""
    card = _one(request, public_id)
    if request.method != "POST":
        typed = card_form.draft_of(card.name, card.definition, request.organization.zone, enabled=card.enabled)
        return _show(request, typed, card=card)
    if not may(request, Permission.EDIT_RULES):
        raise PermissionDenied
    return _save(request, card)


@require_POST
@page()
def draft(request: PageRequest) -> HttpResponse:
    """Answer one press of a button in the form: the parts that depend on it, afresh. Saves nothing."""
    do = request.POST.get("do") or request.GET.get("do", "")
    try:
        typed = card_form.read(request.POST)
        if filter_builder.asked(do)[1] != do:
            edited = filter_builder.step(typed.filter, do, ORDER)
            context = _context(request, replace(typed, filter=edited.draft), edited=edited)
            told = {"beside": "orders/_card_told_beside.html", "told": context["told"]}
            return render_builder(request, context["builder"], **told)
        step = card_form.step(typed, do, chosen=_chosen(request, do))
    except (BadFilter, UnknownEdit, card_form.UnknownStep) as error:
        return HttpResponse(str(error), status=400, content_type="text/plain")
    context = _context(request, step.draft) | {"focus": step.focus}
    if do == "told":
        return render(request, "orders/_card_told.html", context)
    part = "destinations" if request.headers.get("HX-Target") == DESTINATIONS else "parts"
    return render(request, f"{TEMPLATE}#{part}", context)


def _chosen(request: PageRequest, do: str) -> str:
    """Return the location that was chosen for a destination: one of the organization's own, or nothing."""
    return request.POST.get(f"d.{do.rpartition(':')[2]}.add", "")[:16] if do.startswith("location:add:") else ""


@require_GET
@page()
def card_json(request: PageRequest, public_id: str) -> HttpResponse:
    """Answer the document of a card."""
    return HttpResponse(json.pretty(cards.document(_one(request, public_id))), content_type="application/json")


@require_GET
@page()
def meanwhile(request: PageRequest, public_id: str) -> HttpResponse:
    """Say whether a colleague has saved the card since version `seen`; 204 while there is nothing new to say."""
    card = _one(request, public_id)
    told = request.GET.get("shown", "") or request.GET.get("seen", "")
    if str(card.version) == told and "accept" not in request.GET:
        return HttpResponse(status=204)
    context = _meanwhile(request, card, request.GET.get("seen", ""))
    return render(request, "orders/_card_meanwhile.html", context | {"accepted": "accept" in request.GET})


@require_POST
@page(Permission.EDIT_RULES)
def toggle(request: PageRequest, public_id: str) -> HttpResponse:
    """Switch a card on or off. One that may not be on is told why, and its switch goes back."""
    card = _one(request, public_id)
    enabled = request.POST.get("enabled") == "on"
    try:
        cards.set_enabled(card, enabled, by=Actor.user(request.user))
    except cards.CardInvalid as error:
        why = " ".join(_(fault.message) for fault in error.faults)
        return _refused(_("“{name}” cannot be switched on. {why}").format(name=card.name, why=why))
    except cards.ChangedMeanwhile as error:
        return _refused(str(error))
    word = _("“{name}” routes orders from now on.") if enabled else _("“{name}” does not route orders any more.")
    return done(request, reverse("orders:routing"), word.format(name=card.name), event=CHANGED)


@require_POST
@page(Permission.EDIT_RULES)
def reorder(request: PageRequest) -> HttpResponse:
    """Save the order in which the cards were dragged; a list that changed meanwhile is refused."""
    wanted, seen = request.POST.getlist("order"), request.GET.get("seen", "")
    try:
        now = cards.reorder(request.organization, wanted, by=Actor.user(request.user), seen=seen)
    except cards.ChangedMeanwhile as error:
        return _refused(str(error))
    answer = done(request, reverse("orders:routing"), _("The new order is in force."), event=CHANGED)
    return said(answer, "reordered", {"seen": now})


@require_POST
@page(Permission.EDIT_RULES)
def duplicate(request: PageRequest, public_id: str) -> HttpResponse:
    """Add a copy that is switched off, and open it."""
    card = _one(request, public_id)
    try:
        copy = cards.duplicate(card, by=Actor.user(request.user))
    except cards.CardInvalid as error:
        return _refused(" ".join(_(fault.message) for fault in error.faults))
    add_message(request, _("This is the copy. It is off until you switch it on."))
    return redirect(request, reverse("orders:routing_card", args=[copy.public_id]))


@require_POST
@page(Permission.EDIT_RULES)
def delete(request: PageRequest, public_id: str) -> HttpResponse:
    """Take a card out of the list."""
    card = _one(request, public_id)
    cards.delete(card, by=Actor.user(request.user))
    add_message(request, _("“{name}” is deleted.").format(name=card.name))
    return redirect(request, reverse("orders:routing"))


def _refused(why: str) -> HttpResponse:
    """Say why nothing was done, and have the cards read afresh as they are."""
    return said(toast(HttpResponse(why, status=409, content_type="text/plain"), why, tone="error"), CHANGED)


def _one(request: PageRequest, public_id: str) -> RoutingCard:
    return get_or_404(RoutingCard, request.organization, "organization", public_id=public_id, deleted_at=None)


def _save(request: PageRequest, card: RoutingCard | None) -> HttpResponse:
    organization, zone = request.organization, request.organization.zone
    try:
        typed = card_form.read(request.POST)
    except BadFilter as error:
        return _show(request, CardDraft(), card=card, faults=[Fault("filter", str(error))])
    found = card_form.faults(typed, zone)
    if found:
        return _show(request, typed, card=card, faults=found)
    by, seen, stored = Actor.user(request.user), request.POST.get("seen", ""), card_form.definition(typed, zone)
    try:
        if card is None:
            saved = cards.create(organization, typed.name, stored, by=by, enabled=typed.enabled)
        else:
            number = int(seen) if seen.isascii() and seen.isdecimal() and len(seen) < 9 else None
            saved = cards.save(card, typed.name, stored, by=by, seen=number)
    except cards.CardInvalid as error:
        return _show(request, typed, card=card, faults=error.faults)
    except cards.ChangedMeanwhile:
        told = _("Somebody else has saved this card since you opened it. What you typed is still here.")
        return _show(request, typed, card=_one(request, card.public_id if card else ""), faults=[Fault("", told)])
    add_message(request, _("“{name}” is saved.").format(name=saved.name))
    return redirect(request, f"{reverse('orders:routing')}#card-{saved.public_id}")


def _show(
    request: PageRequest, typed: CardDraft, *, card: RoutingCard | None = None, faults: Sequence[Fault] = ()
) -> HttpResponse:
    context = _context(request, typed, faults=faults)
    if card is not None:
        context |= _meanwhile(request, card, request.POST.get("seen", ""))
        context |= {
            "card": card,
            "document": cards.document(card),
            "happenings": changes.happenings(request.organization, cards.ENTITY, card.pk),
        }
    return render(request, TEMPLATE, context, status=422 if faults else 200)


def _meanwhile(request: PageRequest, card: RoutingCard, seen: str) -> dict[str, Any]:
    number = int(seen) if seen.isascii() and seen.isdecimal() and len(seen) < 9 else card.version
    told = changes.meanwhile(request.organization, cards.ENTITY, card.pk, seen=number, version=card.version)
    rows = list(shown.changed_since(card, number)) if told else []
    return {"card": card, "seen": min(number, card.version), "meanwhile": replace(told, rows=rows) if told else None}


def _context(
    request: PageRequest, typed: CardDraft, *, faults: Sequence[Fault] = (), edited: Edited | None = None
) -> dict[str, Any]:
    known = shown.places(request.organization)
    names = ORDERS.names(request.organization)
    return {
        "draft": typed,
        "faults": {fault.place: _(fault.message) for fault in faults},
        "fault_list": faults,
        "builder": _builder(request, typed, judged=bool(faults), edited=edited),
        "destinations": shown.destination_views(typed, faults, known),
        "no_locations": not known,
        "codes": " ".join(CODES),
        "told": card_words.told_of_draft(typed, shown.names_of(known), request.organization.zone, names),
        "may_edit": may(request, Permission.EDIT_RULES),
    }


def _builder(request: PageRequest, typed: CardDraft, *, judged: bool, edited: Edited | None) -> Builder:
    return filter_builder.build(
        typed.filter,
        ORDER,
        urls=Urls(reverse("orders:routing_draft"), reverse("ui:filter_count", args=["orders"])),
        zone=request.organization.zone,
        may_edit=may(request, Permission.EDIT_RULES),
        judged=judged or request.POST.get("judged") == "1",
        edited=edited,
        typing=request.POST.get("typing", "") if edited else "",
        names=ORDERS.names(request.organization),
    )
