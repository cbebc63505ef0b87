"""What people do to one order. Each view reads the request, makes one call, and answers."""

from collections.abc import Callable

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from orders import queries
from orders.by_hand import cancel, remove
from orders.by_hand.clone import clone
from orders.forms import CommentForm, HoldForm, RestockForm
from orders.fulfillments.by_hand import mark_unfulfilled
from orders.lifecycle import edits, holds
from orders.lifecycle.edits import ChangedMeanwhile
from orders.lifecycle.holds import NotOnHold
from orders.lifecycle.order import OrderStatus
from orders.lifecycle.write import MoveRefused
from orders.models import Order
from orders.shown.acts import KINDS
from orders.views.order import TEMPLATE, context
from portal.audit.actor import Actor
from portal.kit.clock import database_now
from portal.tenancy.roles import Permission
from portal.ui.access import PageRequest, page
from portal.ui.htmx import add_message, done, is_part, redirect, said
from portal.ui.paging import number_in

CHANGED = "orderChanged"


@require_POST
@page(Permission.OPERATE)
def act(request: PageRequest, public_id: str, key: str) -> HttpResponse:
    """Release, mark ready, mark for review, set to draft, cancel or archive. What cannot be done is told."""
    if key not in KINDS or KINDS[key].elsewhere:
        raise Http404
    found = queries.one(request.organization, public_id)
    by, version = Actor.user(request.user), _version(request)
    if key == "release":
        return _answer(request, found, key, lambda: holds.release(found.pk, by=by))
    if key == "unfulfilled":
        return _answer(request, found, key, lambda: mark_unfulfilled(found.pk, by=by, version=version))
    if key == "cancel":
        restock = "restock" in request.POST or "asked" not in request.POST
        return _answer(request, found, key, lambda: cancel.cancel(found.pk, by=by, version=version, restock=restock))
    return _answer(request, found, key, lambda: edits.move(found.pk, key, by=by, version=version))


@require_GET
@page(Permission.OPERATE)
def cancel_asked(request: PageRequest, public_id: str) -> HttpResponse:
    """Say what canceling an order does now, and ask what becomes of its units."""
    found = queries.one(request.organization, public_id)
    shown = {"order": found, "warning": cancel.warning(found), "cancel_form": RestockForm()}
    return render(request, f"{TEMPLATE}#cancel", shown)


@require_POST
@page(Permission.OPERATE)
def hold(request: PageRequest, public_id: str) -> HttpResponse:
    """Put an order on hold, or add a hold to one that is."""
    found = queries.one(request.organization, public_id)
    form = HoldForm(request.POST)
    if not form.is_valid():
        if is_part(request):
            return render(request, f"{TEMPLATE}#hold", {"order": found, "hold_form": form}, status=422)
        return render(request, TEMPLATE, context(request, found, hold_form=form), status=422)
    return _answer(
        request,
        found,
        "hold",
        lambda: edits.hold(
            found.pk,
            until=form.until(database_now()),
            next_status=OrderStatus(form.cleaned_data["next_status"]),
            reason=form.cleaned_data["reason"],
            by=Actor.user(request.user),
            version=_version(request),
        ),
    )


@require_POST
@page(Permission.OPERATE)
def release_hold(request: PageRequest, public_id: str, hold_id: str) -> HttpResponse:
    """End one hold of an order now; the others stay."""
    found = queries.one(request.organization, public_id)
    queries.hold_of(found, hold_id)
    by = Actor.user(request.user)
    return _answer(request, found, "release", lambda: holds.release(found.pk, by=by, hold=hold_id))


@require_POST
@page(Permission.OPERATE)
def comment(request: PageRequest, public_id: str) -> HttpResponse:
    """Add a comment to the activity."""
    found = queries.one(request.organization, public_id)
    form = CommentForm(request.POST)
    valid = form.is_valid()
    if valid:
        edits.comment(found.pk, form.cleaned_data["text"], by=Actor.user(request.user))
    if is_part(request):
        shown = {"order": found, "comment_form": CommentForm() if valid else form, "fresh": True}
        answer = render(request, f"{TEMPLATE}#comment", shown, status=200 if valid else 422)
        return said(answer, CHANGED) if valid else answer
    return done(request, _address(found), _("Comment added") if valid else "")


@require_POST
@page(Permission.OPERATE)
def copy(request: PageRequest, public_id: str) -> HttpResponse:
    """Make a copy of an order, and open it."""
    found = queries.one(request.organization, public_id)
    made = clone(found.pk, by=Actor.user(request.user))
    add_message(request, _("Copied as %(number)s, a draft") % {"number": made.ext_order_id})
    return redirect(request, _address(made))


@require_POST
@page(Permission.OPERATE)
def delete(request: PageRequest, public_id: str) -> HttpResponse:
    """Delete an order and go back to the list, where it can be undone."""
    found = queries.one(request.organization, public_id)
    try:
        remove.delete(found.pk, by=Actor.user(request.user), version=_version(request))
    except (ChangedMeanwhile, MoveRefused) as refusal:
        return refused(request, found, str(refusal))
    undo = reverse("orders:restore", args=[found.public_id])
    add_message(request, _("%(number)s: deleted") % {"number": found.ext_order_id}, undo_url=undo)
    return redirect(request, reverse("orders:list"))


@require_POST
@page(Permission.OPERATE)
def restore(request: PageRequest, public_id: str) -> HttpResponse:
    """Bring a deleted order back, and open it."""
    found = queries.one(request.organization, public_id)
    try:
        remove.restore(found.pk, by=Actor.user(request.user))
    except MoveRefused as refusal:
        return refused(request, found, str(refusal))
    add_message(request, _("%(number)s: brought back") % {"number": found.ext_order_id})
    return redirect(request, _address(found))


def _answer(request: PageRequest, found: Order, key: str, do: Callable[[], object]) -> HttpResponse:
    try:
        do()
    except (ChangedMeanwhile, MoveRefused, NotOnHold) as refusal:
        return refused(request, found, str(refusal))
    return done(request, _address(found), f"{found.ext_order_id}: {KINDS[key].done}", event=CHANGED)


def refused(request: PageRequest, found: Order, words: str) -> HttpResponse:
    """Say why nothing was done, where it was asked for, and show the order as it stands now."""
    if is_part(request):
        answer = render(request, f"{TEMPLATE}#notice", {"notice": words}, status=422)
        answer["HX-Retarget"], answer["HX-Reswap"] = "#order-notice", "innerHTML"
        return said(answer, CHANGED)
    fresh = queries.one(request.organization, found.public_id)
    return render(request, TEMPLATE, context(request, fresh, notice=words), status=409)


def _version(request: PageRequest) -> int | None:
    return number_in(request.POST.get("version", ""), None)


def _address(found: Order) -> str:
    return reverse("orders:detail", args=[found.public_id])
