"""Many records of stock at once: a file, or the ticked rows of the list; a look first, then all of it or nothing."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST
from django_stubs_ext import StrOrPromise

from orders.inventory import editing, files, locking
from orders.inventory.form import LockForm, SetManyForm, UnlockForm
from orders.inventory.movements import LABELS
from orders.inventory.sheet import MAX_BYTES
from orders.lists.inventory import inventory_list
from orders.models import InventoryLevel
from orders.views.look import looked, posted
from portal.audit.actor import Actor
from portal.tenancy.roles import Permission
from portal.ui.access import PageRequest, page
from portal.ui.amounts import count as grouped
from portal.ui.htmx import add_message, redirect
from portal.ui.ticked import carried, way_back

MOST = 1_000
"""As many records as one request can deal with in a few seconds; more are brought by a file."""


@require_http_methods(["GET", "HEAD", "POST"])
@page(Permission.OPERATE)
def import_page(request: PageRequest) -> HttpResponse:
    """Take a file or pasted text: show what it would set, and set it when that is confirmed."""
    if request.method != "POST":
        return render(request, "orders/inventory_import.html", {"most": MAX_BYTES})
    data = posted(request)
    if request.POST.get("do") != "import":
        return _look(request, data, files.preview(request.organization, data))
    seal, note = request.POST.get("seal", ""), request.POST.get("note", "").strip()[:400]
    try:
        done = files.apply(request.organization, data, seal=seal, by=Actor.user(request.user), note=note)
    except files.Faulty as refused:
        return _look(request, data, refused.preview, moved_on=isinstance(refused, files.MovedOn))
    text = ngettext("%(count)s record is set.", "%(count)s records are set.", done.writes)
    add_message(request, text % {"count": grouped(done.writes)})
    return redirect(request, reverse("orders:inventory"))


def _look(request: PageRequest, data: bytes, found: files.Preview, *, moved_on: bool = False) -> HttpResponse:
    context, code = looked(data, found, _changes, moved_on=moved_on)
    context["note"] = request.POST.get("note", "")[:400]
    return render(request, "orders/inventory_import.html", context, status=code)


def _changes(entry: files.Entry) -> list[tuple[str, int | None, int]]:
    """Return what a row sets: (quantity, before or None for a new record, after)."""
    if entry.new:
        return [(_(LABELS[name]), None, after) for name, after in entry.after.items()]
    return [(_(LABELS[name]), before, after) for name, (before, after) in entry.changes.items()]


@dataclass(frozen=True)
class Act:
    """One thing that can be done to many records: its form, which records it fits, and why others are left."""

    label: StrOrPromise
    text: StrOrPromise
    form: Callable[[Any], forms.Form]
    locked: bool | None
    """Only locked records, only those that are not, or both."""


ACTS = {
    "set": Act(
        gettext_lazy("Set on hand"),
        gettext_lazy("What is counted as on hand is replaced in each of these records, also in locked ones."),
        SetManyForm,
        None,
    ),
    "lock": Act(
        gettext_lazy("Lock"),
        gettext_lazy("Nothing but a person changes a locked record: no order, no warehouse."),
        lambda data: LockForm(data, by_hand=False),
        False,
    ),
    "unlock": Act(
        gettext_lazy("Unlock"),
        gettext_lazy("Orders and warehouses change these records again; what is committed is counted afresh."),
        UnlockForm,
        True,
    ),
}


@require_POST
@page(Permission.OPERATE)
def act(request: PageRequest, key: str) -> HttpResponse:
    """Show first what will be done to how many; with `sure`, do it and go back to where one was."""
    if key not in ACTS:
        raise Http404
    one = ACTS[key]
    form = one.form(request.POST if "sure" in request.POST else None)
    levels = list(inventory_list().selected(request).order_by("pk")[: MOST + 1])
    fitting, left = _sorted_out(one, levels)
    too_many = len(levels) > MOST
    if form.is_bound and form.is_valid() and fitting and not too_many:
        return _do(request, key, form, fitting)
    context = {
        "act": one,
        "key": key,
        "form": form,
        "fitting": len(fitting),
        "left": left,
        "total": len(levels),
        "too_many": too_many,
        "most": MOST,
        "examples": fitting[:5],
        **carried(request, "orders:inventory"),
    }
    return render(request, "orders/inventory_bulk.html", context, status=422 if form.errors else 200)


def _sorted_out(one: Act, levels: list[InventoryLevel]) -> tuple[list[InventoryLevel], list[tuple[str, int]]]:
    """Return the records that an act fits, and how many are left for which reason."""
    virtual = [level for level in levels if level.location_id is None]
    real = [level for level in levels if level.location_id is not None]
    fitting = [level for level in real if one.locked is None or level.locked == one.locked]
    why = _("not locked") if one.locked else _("locked already")
    left = [(_("virtual: counted from orders"), len(virtual)), (why, len(real) - len(fitting))]
    return fitting, [(reason, number) for reason, number in left if number]


def _do(request: PageRequest, key: str, form: forms.Form, levels: list[InventoryLevel]) -> HttpResponse:
    """Do it to one record after the other, each whole: orders that need one of them wait for no other."""
    by, done, refused = Actor.user(request.user), 0, []
    for level in levels:
        try:
            _DO[key](level, form, by)
            done += 1
        except editing.CannotEdit as refusal:
            refused.append(f"{level.sku}: {refusal}")
    told = ngettext("%(label)s: %(count)s record done", "%(label)s: %(count)s records done", done)
    words = told % {"label": ACTS[key].label, "count": grouped(done)}
    if refused:
        words = _("%(done)s, %(count)s could not. %(why)s") % {
            "done": words,
            "count": grouped(len(refused)),
            "why": refused[0],
        }
    add_message(request, words)
    return HttpResponseRedirect(way_back(request, "orders:inventory"))


def _set(level: InventoryLevel, form: Any, by: Actor) -> None:
    told = form.cleaned_data
    editing.set_quantities(level, {"on_hand": told["on_hand"]}, by=by, note=told["note"])


def _lock(level: InventoryLevel, form: Any, by: Actor) -> None:
    locking.lock(level, locking.Lock(form.cleaned_data["way"]), by=by)


def _unlock(level: InventoryLevel, form: Any, by: Actor) -> None:
    locking.unlock(level, locking.Unlock(form.cleaned_data["way"]), by=by)


_DO: dict[str, Callable[[InventoryLevel, Any, Actor], None]] = {"set": _set, "lock": _lock, "unlock": _unlock}
