"""Stock: the list, totals by SKU, and one record with its figures, its lock and its ledger."""

from typing import Any

from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from orders.documents.inventory import document, rows
from orders.inventory import editing, locking
from orders.inventory.form import CopyForm, FiguresForm, LockForm, UnlockForm, meanwhile
from orders.inventory.promise import promises
from orders.lists.inventory import inventory_list, place, status
from orders.lists.inventory_totals import totals_list
from orders.models import InventoryLevel, Product
from orders.shown import inventory as shown
from portal.audit.actor import Actor
from portal.kit import json
from portal.tenancy.roles import Permission
from portal.ui.access import PageRequest, may, page
from portal.ui.htmx import add_message, is_part, redirect
from portal.ui.paging import number_in

TEMPLATE = "orders/inventory_record.html"
TRIES = 3
"""So often a figure is saved anew while others of the record move beside it."""


@require_GET
@page()
def inventory(request: PageRequest, extension: str = "") -> HttpResponseBase:
    """Show stock by SKU and location."""
    context = {"may_operate": may(request, Permission.OPERATE)}
    return inventory_list().answer(request, "orders/inventory.html", extension, context)


@require_GET
@page()
def totals(request: PageRequest, extension: str = "") -> HttpResponseBase:
    """Show stock grouped by SKU."""
    return totals_list().answer(request, "orders/inventory_totals.html", extension)


@require_GET
@page()
def record(request: PageRequest, public_id: str) -> HttpResponse:
    """Show a record; asked by a pager, its ledger alone."""
    level = one(request, public_id)
    if is_part(request) and request.headers.get("HX-Target") == "ledger":
        return render(request, f"{TEMPLATE}#ledger", {"level": level} | _ledger(request, level))
    return render(request, TEMPLATE, context_of(request, level))


@require_GET
@page()
def record_json(request: PageRequest, public_id: str) -> HttpResponse:
    """Answer the canonical document."""
    return HttpResponse(json.pretty(document(one(request, public_id))), content_type="application/json")


@require_POST
@page(Permission.OPERATE)
def edit(request: PageRequest, public_id: str) -> HttpResponse:
    """Save the figures that were typed; where somebody else has set the same ones, say so and keep what was typed."""
    level = one(request, public_id)
    form = FiguresForm(level, request.POST)
    if not form.is_valid():
        return _again(request, level, figures_form=form)
    if not form.changes():
        add_message(request, _("Nothing was changed: the figures are as they were."))
        return redirect(request, _url(level))
    try:
        clash = _save(request, level, form)
    except editing.CannotEdit as refusal:
        form.add_error(None, str(refusal))
        return _again(request, level, figures_form=form)
    if clash is not None:
        return _again(request, one(request, public_id), figures_form=clash)
    add_message(request, _("%(sku)s at %(place)s is saved.") % {"sku": level.sku, "place": place(level)})
    return redirect(request, _url(level))


def _save(request: PageRequest, level: InventoryLevel, form: FiguresForm) -> FiguresForm | None:
    """Save, or return the form as it is to be shown to whoever was too slow.

    Orders move stock all the time: a record whose typed figures are still what the person saw is saved as it is now.
    """
    by, note = Actor.user(request.user), form.cleaned_data["note"]
    clash = meanwhile(form, level)
    for _try in range(TRIES):
        if clash is not None:
            return clash
        try:
            editing.set_quantities(level, form.changes(), by=by, version=level.version, note=note)
        except editing.ChangedMeanwhile:
            level = one(request, level.public_id)
            clash = meanwhile(form, level)
        else:
            return None
    raise editing.CannotEdit(_("This record moves too fast right now. Nothing was saved; save it again."))


@require_POST
@page(Permission.OPERATE)
def lock(request: PageRequest, public_id: str) -> HttpResponse:
    """Lock a record in one of four ways."""
    level = one(request, public_id)
    form = LockForm(request.POST)
    if not form.is_valid():
        return _again(request, level, lock_form=form)
    try:
        locking.lock(level, locking.Lock(form.cleaned_data["way"]), by=Actor.user(request.user), values=form.values)
    except editing.CannotEdit as refusal:
        return _again(request, one(request, public_id), refusal=str(refusal))
    add_message(request, _("Locked: nothing but a person changes this record now."))
    return redirect(request, _url(level))


@require_POST
@page(Permission.OPERATE)
def unlock(request: PageRequest, public_id: str) -> HttpResponse:
    """Unlock a record in one of two ways."""
    level = one(request, public_id)
    form = UnlockForm(request.POST)
    if not form.is_valid():
        return _again(request, level, unlock_form=form)
    try:
        locking.unlock(level, locking.Unlock(form.cleaned_data["way"]), by=Actor.user(request.user))
    except editing.CannotEdit as refusal:
        return _again(request, one(request, public_id), refusal=str(refusal))
    add_message(request, _("Unlocked: orders and warehouses change this record again."))
    return redirect(request, _url(level))


@require_POST
@page(Permission.OPERATE)
def copy(request: PageRequest, public_id: str) -> HttpResponse:
    """Begin a record of the same SKU at another location."""
    level = one(request, public_id)
    form = CopyForm(level, request.POST)
    if not form.is_valid():
        return _again(request, level, copy_form=form)
    to = form.places[form.cleaned_data["location"]]
    units = form.cleaned_data["with_quantities"]
    try:
        made = editing.copy_to(level, to, by=Actor.user(request.user), with_quantities=units)
    except (editing.CannotEdit, editing.AlreadyThere) as refusal:
        form.add_error("location", str(refusal))
        return _again(request, level, copy_form=form)
    add_message(request, _("%(sku)s has a record at %(place)s now.") % {"sku": made.sku, "place": to.name})
    return redirect(request, _url(made))


def one(request: PageRequest, public_id: str) -> InventoryLevel:
    """Return a record of the organization, or 404."""
    found = rows(request.organization).filter(public_id=public_id).first()
    if found is None:
        raise Http404(_("There is no such stock record here."))
    return found


def _again(request: PageRequest, level: InventoryLevel, **more: Any) -> HttpResponse:
    """Show the page with what was typed and what is wrong with it."""
    status_code = 409 if "refusal" in more else 422
    return render(request, TEMPLATE, context_of(request, level) | more, status=status_code)


def context_of(request: PageRequest, level: InventoryLevel) -> dict[str, Any]:
    """Return what the page of a record shows."""
    may_operate = may(request, Permission.OPERATE)
    keeps = may_operate and level.location_id is not None
    told = promises(level.organization_id, [level.sku], None)[level.sku_folded]
    product = Product.objects.within(request.organization).filter(sku_folded=level.sku_folded, deleted_at=None).first()
    return {
        "level": level,
        "place": place(level),
        "status": status(level),
        "sentence": shown.figures_at(level),
        "figures": shown.figures(level),
        "promise": told,
        "product": product,
        "keeps": keeps,
        "figures_form": FiguresForm(level) if keeps else None,
        "lock_form": LockForm() if keeps and not level.locked else None,
        "unlock_form": UnlockForm() if keeps and level.locked else None,
        "copy_form": CopyForm(level) if may_operate else None,
        "elsewhere": shown.elsewhere(level),
        "waiting": shown.waiting(level) if level.location_id is None else [],
        "chart": shown.chart(level),
        "document": document(level),
    } | _ledger(request, level)


def _ledger(request: PageRequest, level: InventoryLevel) -> dict[str, Any]:
    lines, pager = shown.ledger(level, *(number_in(request.GET.get(name, ""), 1) for name in ("page", "size")))
    return {"ledger": lines, "pager": pager}


def _url(level: InventoryLevel) -> str:
    return reverse("orders:inventory_record", args=[level.public_id])
