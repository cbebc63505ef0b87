"""Products: the list, one of them with everything that is known of it, adding, changing and deleting."""

from typing import Any

from django.http import Http404, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.crypto import get_random_string
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from orders.documents.product import ENTITY, document
from orders.inventory.promise import promises
from orders.lists.products import kind, product_list, status
from orders.models import Product
from orders.products import editing, queries
from orders.products.channel_form import ChannelForm, free_channels
from orders.products.form import PartRow, ProductForm
from orders.shown import changes
from orders.shown import product as shown
from portal.audit.actor import Actor
from portal.kit import json
from portal.tenancy.roles import Permission
from portal.ui.access import PageRequest, may, page
from portal.ui.htmx import add_message, done, redirect

TEMPLATE = "orders/product.html"
FORM = "orders/product_form.html"
CHANGED = "productChanged"
_LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789"


@require_GET
@page()
def product_page(request: PageRequest, extension: str = "") -> HttpResponseBase:
    """Show the products."""
    context = {"may_operate": may(request, Permission.OPERATE), "every_column": every_column()}
    return product_list().answer(request, "orders/products.html", extension, context)


def every_column() -> str:
    """Return the address of the export that an import reads back: every column of the list."""
    columns = ",".join(column.key for column in product_list().columns)
    return f"{reverse('orders:products_csv')}?columns={columns}"


@require_GET
@page()
def product(request: PageRequest, public_id: str) -> HttpResponse:
    """Show a product."""
    return render(request, TEMPLATE, context(request, queries.one(request.organization, public_id)))


@require_GET
@page()
def product_json(request: PageRequest, public_id: str) -> HttpResponse:
    """Answer the canonical document."""
    found = queries.one(request.organization, public_id)
    return HttpResponse(json.pretty(document(found)), content_type="application/json")


@require_http_methods(["GET", "HEAD", "POST"])
@page(Permission.OPERATE)
def new(request: PageRequest) -> HttpResponse:
    """Show an empty form, or add the product that was filled in."""
    form = ProductForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            made = editing.add(request.organization, form.wanted(), by=Actor.user(request.user))
        except editing.Unfit as unfit:
            form.tell(unfit.faults)
        else:
            add_message(request, _("“{name}” is added.").format(name=made.name))
            return redirect(request, _url(made))
    return render(request, FORM, {"form": form}, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@page(Permission.OPERATE)
def edit(request: PageRequest, public_id: str) -> HttpResponse:
    """Show the form of a product, or save it; every fault stands beside its field."""
    found = _alive(request, public_id)
    form = ProductForm(request.POST if request.method == "POST" else None, found)
    context: dict[str, Any] = {"form": form, "product": found}
    if form.is_bound and form.is_valid():
        seen = form.cleaned_data["version"]
        try:
            saved = editing.save(found, form.wanted(), by=Actor.user(request.user), seen=seen)
        except editing.Unfit as unfit:
            form.tell(unfit.faults)
        except editing.ChangedMeanwhile:
            return _meanwhile(request, public_id, seen)
        else:
            add_message(request, _("“{name}” is saved.").format(name=saved.name))
            return redirect(request, _url(saved))
    return render(request, FORM, context, status=422 if form.is_bound else 200)


def _meanwhile(request: PageRequest, public_id: str, seen: int) -> HttpResponse:
    """Show the form with what was typed, and what somebody else has saved; saved again, it replaces theirs."""
    found = queries.one(request.organization, public_id)
    told = changes.meanwhile(request.organization, ENTITY, found.pk, seen=seen, version=found.version)
    data: QueryDict = request.POST.copy()
    data["version"] = str(found.version)
    form = ProductForm(data, found)
    form.full_clean()
    return render(request, FORM, {"form": form, "product": found, "meanwhile": told}, status=422)


@require_GET
@page(Permission.OPERATE)
def part_row(request: PageRequest) -> HttpResponse:
    """Answer one more empty row for the editor of components."""
    return render(request, f"{FORM}#part", {"row": PartRow(get_random_string(8, _LETTERS))})


@require_POST
@page(Permission.OPERATE)
def channel(request: PageRequest, public_id: str) -> HttpResponse:
    """Set how a product stands on a channel, put it on another one, or take it away from one."""
    found = _alive(request, public_id)
    sources = {one.public_id: one for one in shown.all_sources(request.organization)}
    own = {one.source.public_id: one for one in found.channels}
    wanted = request.POST.get("source", "")
    source = own[wanted].source if wanted in own else sources.get(wanted)
    if source is None:
        raise Http404
    by, where = Actor.user(request.user), f"{_url(found)}#channels"
    if "remove" in request.POST:
        editing.set_channel(found, source, None, by=by)
        return done(request, where, _("Taken away from {name}.").format(name=source.name), event=CHANGED)
    form = ChannelForm(found, own.get(wanted), request.POST, prefix=f"channel-{wanted if wanted in own else 'new'}")
    if not form.is_valid():
        return render(request, TEMPLATE, context(request, found, form, wanted), status=422)
    editing.set_channel(found, source, form.told(), by=by)
    return done(request, where, _("Saved for {name}.").format(name=source.name), event=CHANGED)


@require_POST
@page(Permission.OPERATE)
def give_back(request: PageRequest, public_id: str) -> HttpResponse:
    """Let the channel's value of a field count again."""
    found = _alive(request, public_id)
    try:
        editing.give_back(found, request.POST.get("path", "")[:300], by=Actor.user(request.user))
    except (editing.NotSetHere, editing.Unfit) as refusal:
        return render(request, TEMPLATE, context(request, found) | {"refusal": str(refusal)}, status=409)
    return done(request, _url(found), _("The channel's value is used again."), event=CHANGED)


@require_POST
@page(Permission.OPERATE)
def delete(request: PageRequest, public_id: str) -> HttpResponse:
    """Delete a product; it can be brought back."""
    found = _alive(request, public_id)
    editing.delete([found.pk], by=Actor.user(request.user))
    undo = reverse("orders:product_restore", args=[found.public_id])
    text = _("“{name}” is deleted.").format(name=found.name)
    return done(request, reverse("orders:products"), text, event=CHANGED, undo_url=undo)


@require_POST
@page(Permission.OPERATE)
def restore(request: PageRequest, public_id: str) -> HttpResponse:
    """Bring a deleted product back."""
    found = queries.one(request.organization, public_id)
    _count, taken = editing.restore(request.organization, [found.pk], by=Actor.user(request.user))
    if taken:
        told = _("“{sku}” is the SKU of another product by now. Give that one another SKU first.")
        refusal = {"refusal": told.format(sku=found.sku)}
        return render(request, TEMPLATE, context(request, found) | refusal, status=409)
    return done(request, _url(found), _("“{name}” is back.").format(name=found.name), event=CHANGED)


def _alive(request: PageRequest, public_id: str) -> Product:
    """Return a product that can be changed. Raises Http404 for a deleted one."""
    found = queries.one(request.organization, public_id)
    if found.deleted_at is not None:
        raise Http404(_("This product is deleted. Bring it back to change it."))
    return found


def context(
    request: PageRequest, found: Product, bound: ChannelForm | None = None, bound_to: str = ""
) -> dict[str, Any]:
    """Return what the page of a product shows."""
    may_operate = may(request, Permission.OPERATE) and found.deleted_at is None
    sources = shown.all_sources(request.organization) if may_operate else []
    promise = promises(found.organization_id, [found.sku], None)[found.sku_folded]
    everything = request.GET.get("show") == "all"
    limit = None if everything else changes.MOST
    history = changes.happenings(request.organization, ENTITY, found.pk, limit)
    return {
        "product": found,
        "kind": kind(found),
        "status": status(found),
        "groups": shown.groups(found),
        "parts_by": shown.marked(found, "bundleItems"),
        "components": shown.components(found, promise),
        "variants": queries.variants_of(found) if found.kind == Product.Kind.PARENT else [],
        "bundles": queries.bundles_with(found) if found.__dict__.get("component") else [],
        "channels": shown.channels(found, sources, may=may_operate, bound=bound, bound_to=bound_to),
        "free": free_channels(found, sources),
        "new_channel": shown.new_channel(found, sources, bound, bound_to) if may_operate else None,
        "bound_to": bound_to,
        "stock": queries.stock_of(found),
        "promise": promise,
        "may_operate": may_operate,
        "may_restore": may(request, Permission.OPERATE) and found.deleted_at is not None,
        "happenings": history,
        "more_history": len(history) == limit,
        "document": document(found),
    }


def _url(found: Product) -> str:
    return reverse("orders:product", args=[found.public_id])
