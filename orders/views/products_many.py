"""Many products at once: a file, or the ticked rows of the list; a look first, then all of it or nothing."""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST
from django_stubs_ext import StrOrPromise

from orders.documents.product import PRODUCT
from orders.inventory.sheet import MAX_BYTES
from orders.lists.products import product_list
from orders.models import Source
from orders.products import editing, files
from orders.shown.product import all_sources
from orders.views.look import looked, posted
from orders.views.products import every_column
from portal.audit.actor import Actor
from portal.tenancy.roles import Permission
from portal.ui.access import PageRequest, page
from portal.ui.amounts import count as grouped
from portal.ui.htmx import add_message, done, redirect
from portal.ui.ticked import carried, way_back

MOST = 1_000
LIST = "orders:products"


@dataclass(frozen=True)
class Act:
    """One thing that can be done to many products."""

    label: StrOrPromise
    text: StrOrPromise
    asks: str = ""
    """What has to be chosen: a channel, or whether stock is counted."""
    danger: bool = False


ACTS = {
    "publish": Act(
        gettext_lazy("Publish"), gettext_lazy("They are put on the channel as soon as it takes them."), "channel"
    ),
    "unpublish": Act(
        gettext_lazy("Unpublish"), gettext_lazy("They are taken off the channel; here they stay."), "channel"
    ),
    "tracking": Act(
        gettext_lazy("Count stock or not"),
        gettext_lazy("What is not counted is routed whether there is stock or not."),
        "tracking",
    ),
    "delete": Act(
        gettext_lazy("Delete"),
        gettext_lazy(
            "They leave the lists here, and no channel's report brings them back. Channels and stock stay as they "
            "are. It can be undone."
        ),
        danger=True,
    ),
}


@require_POST
@page(Permission.OPERATE)
def act(request: PageRequest, key: str) -> HttpResponse:
    """Show first what will be done to how many; with `sure`, do it and go back to where one was."""
    if key not in ACTS:
        raise Http404
    one = ACTS[key]
    ids = list(product_list().selected(request).order_by("pk").values_list("pk", flat=True)[: MOST + 1])
    too_many = len(ids) > MOST
    sources = all_sources(request.organization) if one.asks == "channel" else []
    chosen = next((source for source in sources if source.public_id == request.POST.get("channel")), None)
    ready = one.asks != "channel" or chosen is not None
    if "sure" in request.POST and ids and ready and not too_many:
        return _do(request, key, ids, chosen)
    shown = product_list().selected(request).order_by("pk")[:5] if ids and not too_many else []
    context = {
        "act": one,
        "key": key,
        "total": len(ids),
        "too_many": too_many,
        "most": MOST,
        "examples": shown,
        "sources": sources,
        "missing": "sure" in request.POST and not ready,
        **carried(request, LIST),
    }
    return render(request, "orders/products_bulk.html", context, status=422 if context["missing"] else 200)


def _do(request: PageRequest, key: str, ids: Sequence[int], source: Source | None) -> HttpResponse:
    by, undo = Actor.user(request.user), ""
    if key == "delete":
        count, at = editing.delete(ids, by=by)
        undo = reverse("orders:products_undo", args=[_micros(at)]) if at else ""
    elif key == "tracking":
        count = editing.set_tracking(ids, counted=request.POST.get("counted") == "yes", by=by)
    else:
        put: Callable[..., int] = editing.publish if key == "publish" else editing.unpublish
        assert source is not None
        count = put(ids, source, by=by)
    told = ngettext("%(label)s: %(count)s product changed", "%(label)s: %(count)s products changed", count)
    add_message(request, told % {"label": ACTS[key].label, "count": grouped(count)}, undo_url=undo)
    return HttpResponseRedirect(way_back(request, LIST))


_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_MOST_MOMENT = 10**17


def _micros(at: dt.datetime) -> int:
    return (at - _EPOCH) // dt.timedelta(microseconds=1)


@require_POST
@page(Permission.OPERATE)
def undo(request: PageRequest, moment: int) -> HttpResponse:
    """Bring back the products that were deleted together at an instant (microseconds since 1970)."""
    if moment > _MOST_MOMENT:
        raise Http404
    ids = editing.deleted_at(request.organization, _EPOCH + dt.timedelta(microseconds=moment))
    count, taken = editing.restore(request.organization, ids, by=Actor.user(request.user))
    text = ngettext("%(count)s product is back", "%(count)s products are back", count) % {"count": grouped(count)}
    if taken:
        more = _("%(skus)s: the SKU belongs to another product by now") % {"skus": ", ".join(taken[:5])}
        text = f"{text}. {more}"
    return done(request, reverse(LIST), text, event="productChanged")


@require_http_methods(["GET", "HEAD", "POST"])
@page(Permission.OPERATE)
def import_page(request: PageRequest) -> HttpResponse:
    """Take a file or pasted text: show what it would set, and set it when that is confirmed."""
    if request.method != "POST":
        return render(request, "orders/products_import.html", {"most": MAX_BYTES, "every_column": every_column()})
    data = posted(request)
    if request.POST.get("do") != "import":
        return _look(request, data, files.preview(request.organization, data))
    try:
        found = files.apply(request.organization, data, seal=request.POST.get("seal", ""), by=Actor.user(request.user))
    except files.Faulty as refused:
        return _look(request, data, refused.preview, moved_on=isinstance(refused, files.MovedOn))
    text = ngettext("%(count)s product is set.", "%(count)s products are set.", found.writes)
    add_message(request, text % {"count": grouped(found.writes)})
    return redirect(request, reverse(LIST))


def _look(request: PageRequest, data: bytes, found: files.Preview, *, moved_on: bool = False) -> HttpResponse:
    context, code = looked(data, found, _changes, moved_on=moved_on)
    return render(request, "orders/products_import.html", context | {"every_column": every_column()}, status=code)


def _changes(entry: files.Entry) -> list[tuple[str, str, str]]:
    """Return what a row sets: (field, before, after)."""
    labels = {"bundleItems": _("Components"), "prices": _("Prices"), "variantOptions": _("Variant options"),
              "parent": _("Parent")}  # fmt: skip
    return [(labels.get(key) or _(PRODUCT.label(key)), before, after) for key, (before, after) in entry.changes.items()]
