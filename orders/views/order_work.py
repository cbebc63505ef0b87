"""Acts on many orders: what will be done to how many, how far it is, what came of it, and undoing it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from orders.by_hand import work
from orders.by_hand.acts import ACTS, Act
from orders.by_hand.cancel import Ending, ending_of_many
from orders.documents.catalogue import ORDER
from orders.documents.values import NotWritable, judged
from orders.forms import RestockForm
from orders.lists.orders import ORDERS
from orders.models import OrderWork, OrderWorkItem, Source
from orders.pushes.receivers import offered
from orders.views.push import chosen_of
from portal.kit.text import storable
from portal.tenancy.roles import Permission
from portal.ui import statuses
from portal.ui.access import PageRequest, get_or_404, page
from portal.ui.amounts import count as grouped
from portal.ui.htmx import add_message, page_or_part, redirect
from portal.ui.ticked import carried, way_back

MOST = 20_000
"""So many orders one piece of work takes on; more need a narrower filter."""
SHOWN = 200
"""So many orders the page of a piece of work names: those that were left."""


@dataclass(frozen=True)
class Preview:
    """What an act on the ticked orders will do: to how many, and which stay as they are, by status."""

    act: Act
    ids: Sequence[int]
    left: Sequence[tuple[str, int]]
    too_many: bool

    @property
    def fitting(self) -> int:
        """To how many it will be done."""
        return len(self.ids)

    @property
    def count(self) -> int:
        """How many are ticked."""
        return self.fitting + sum(number for _status, number in self.left)


@require_POST
@page(Permission.OPERATE)
def act_on_ticked(request: PageRequest, key: str) -> HttpResponse:
    """Show first what will be done to how many; with `sure`, do it."""
    preview, sure = _preview(request, ACTS[key]), "sure" in request.POST
    systems = offered(request.organization) if ACTS[key].systems else []
    ending = ending_of_many(request.organization, preview.ids) if ACTS[key].restocks and not sure else Ending()
    values, wrong = _values(request, ACTS[key], systems) if sure else ({}, "")
    if sure and not wrong and preview.count and not preview.too_many:
        done = work.ask(request.organization, key, _all(request, preview), values, user=request.user)
        return _after(request, done)
    context = {
        "preview": preview,
        "most": MOST,
        "wrong": wrong,
        "typed": request.POST.get("tags", ""),
        "systems": systems,
        "ending": ending,
        "restock_form": RestockForm(),
        "ready": preview.fitting and not preview.too_many and bool(systems or not ACTS[key].systems),
        "chosen": [one.public_id for one in (systems if len(systems) == 1 else chosen_of(request, systems))],
        **carried(request, "orders:list"),
    }
    return render(request, "orders/bulk.html", context, status=422 if wrong else 200)


def _preview(request: PageRequest, wanted: Act) -> Preview:
    rows = list(ORDERS.selected(request).order_by().values_list("pk", "status")[: MOST + 1])
    left = Counter(status for _pk, status in rows if not wanted.can(status)).most_common()
    told = [(str(statuses.shown(status).label), count) for status, count in left]
    return Preview(wanted, [pk for pk, status in rows if wanted.can(status)], told, len(rows) > MOST)


def _all(request: PageRequest, preview: Preview) -> list[int]:
    """Return every ticked order: those that do not fit are told with their number and the reason."""
    return (
        list(ORDERS.selected(request).order_by().values_list("pk", flat=True)[:MOST])
        if preview.left
        else list(preview.ids)
    )


def _values(request: PageRequest, wanted: Act, systems: Sequence[Source]) -> tuple[dict[str, Any], str]:
    """Return what the act needs, or what is wrong with it."""
    if wanted.systems:
        chosen = [one.public_id for one in chosen_of(request, systems)]
        return {"systems": chosen}, "" if chosen else _("Choose where they go first.")
    if wanted.restocks:  # without the question nothing ended with the orders, and what has come meanwhile is kept
        return {"restock": "restock" in request.POST or "asked" not in request.POST}, ""
    if not wanted.tags:
        return {}, ""
    tags = [line.strip() for line in storable(request.POST.get("tags", "")).splitlines() if line.strip()]
    field = ORDER.get("tags")
    assert field is not None
    if not tags:
        return {}, _("Type the tags, one a line.")
    try:
        return {"tags": judged(field, tags, "tags")}, ""
    except NotWritable as error:
        return {}, str(error)


def _after(request: PageRequest, done: OrderWork) -> HttpResponse:
    """Go back to the list where all is over, with what was left; else to the page that tells how far it is."""
    if done.finished_at is None:
        return HttpResponseRedirect(reverse("orders:order_work", args=[done.public_id]))
    label = ACTS[done.act].label
    left = OrderWorkItem.objects.within(request.organization).filter(work=done).exclude(outcome="done")
    count = left.count()
    words = _("%(count)s done") % {"count": grouped(done.total - count)}
    if count:
        first = left.select_related("order").order_by("id")[0]
        why = first.why.removeprefix(first.order.ext_order_id).strip()
        words = _("%(done)s, %(count)s could not: %(number)s, %(why)s") % {
            "done": words, "count": grouped(count), "number": first.order.ext_order_id, "why": why,
        }  # fmt: skip
    add_message(request, f"{label}: {words}", undo_url=_undo(done) if done.total > count else "")
    if count > 1:
        return HttpResponseRedirect(reverse("orders:order_work", args=[done.public_id]))
    return HttpResponseRedirect(way_back(request, "orders:list"))


def _undo(done: OrderWork) -> str:
    return reverse("orders:order_work_undo", args=[done.public_id]) if work.can_undo(done) else ""


@require_GET
@page()
def work_page(request: PageRequest, public_id: str) -> HttpResponse:
    """Show how far a piece of work is and what came of it; the part reads itself afresh until all is told."""
    found = get_or_404(OrderWork, request.organization, "user", "organization", "undoes", public_id=public_id)
    items = OrderWorkItem.objects.within(request.organization).filter(work=found)
    counts = dict(items.order_by().values_list("outcome").annotate(n=Count("*")))
    known = found.undoes or found
    label = ACTS[known.act].label if known.act in ACTS else known.act
    context = {
        "work": found,
        "gone": found.values.get("restock") is False,
        "label": _("Undo: %(act)s") % {"act": label} if found.undoes else label,
        "numbers": [(counts.get("done", 0), _("done")), (counts.get("left", 0), _("left as they were"))],
        "dealt_with": found.total - counts.get("waiting", 0),
        "results": items.filter(outcome="left")
        .select_related("order")
        .defer("order__content", "order__source_doc")[:SHOWN],
        "running": found.finished_at is None,
        "live": found.finished_at is None,
        "undo_url": reverse("orders:order_work_undo", args=[public_id]),
        "can_undo": work.can_undo(found) and counts.get("done", 0) > 0,
    }
    return page_or_part(request, "orders/order_work.html", "told", context)


@require_POST
@page(Permission.OPERATE)
def undo(request: PageRequest, public_id: str) -> HttpResponse:
    """Take a piece of work back."""
    found = get_or_404(OrderWork, request.organization, "organization", public_id=public_id)
    try:
        done = work.undo(found, user=request.user)
    except work.CannotUndo:
        add_message(request, _("This cannot be undone any more."))
        return redirect(request, reverse("orders:order_work", args=[public_id]))
    left = OrderWorkItem.objects.within(request.organization).filter(work=done).exclude(outcome="done").exists()
    if done.finished_at is None or left:
        return redirect(request, reverse("orders:order_work", args=[done.public_id]))
    words = ngettext("Undone for %(count)s order", "Undone for %(count)s orders", done.total)
    add_message(request, words % {"count": grouped(done.total)})
    return redirect(request, reverse("orders:list"))
