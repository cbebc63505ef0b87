"""The list of orders, and acts on the ticked ones."""

from collections import Counter
from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import Http404, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_POST
from django_stubs_ext import StrOrPromise

from orders.lifecycle import bulk
from orders.lists.orders import ORDERS
from orders.search import search
from orders.shown.acts import KINDS
from portal.audit.actor import Actor
from portal.tenancy.roles import Permission
from portal.ui import statuses
from portal.ui.access import PageRequest, page
from portal.ui.amounts import count as grouped
from portal.ui.htmx import add_message
from portal.ui.ticked import carried, way_back

MOST = 5_000
"""As many as one request can do in a few seconds; more need a narrower filter."""


@require_GET
@page()
def order_list(request: PageRequest, extension: str = "") -> HttpResponseBase:
    """Show the orders."""
    return ORDERS.answer(request, "orders/list.html", extension)


@require_GET
@page()
def find(request: PageRequest) -> HttpResponse:
    """Answer the search box on top: the one order that fits, else the list of those that do."""
    text = request.GET.get("q", "").replace("\x00", "").strip()[:200]
    found = list(search(ORDERS.rows(request.organization), text).rows[:2]) if text else []
    if len(found) == 1:
        return HttpResponseRedirect(ORDERS.url(found[0]))
    return HttpResponseRedirect(f"{reverse('orders:list')}?{urlencode({'q': text})}")


@dataclass(frozen=True)
class Preview:
    """What an act on the ticked rows will do: to how many, and which stay as they are, by status."""

    key: str
    label: StrOrPromise
    fitting: int
    left: list[tuple[str, int]]
    too_many: bool

    @property
    def count(self) -> int:
        """How many rows are ticked."""
        return self.fitting + sum(number for _, number in self.left)


@require_POST
@page(Permission.OPERATE)
def act(request: PageRequest, key: str) -> HttpResponse:
    """Show first what will be done to how many; with `sure`, do it and go back to where one was."""
    if key not in bulk.ACTS:
        raise Http404
    preview = _preview(request, key)
    if "sure" in request.POST and preview.fitting and not preview.too_many:
        return _do(request, key)
    context = {
        "preview": preview,
        "most": MOST,
        **carried(request, "orders:list"),
        "warning": _WARNINGS.get(key, ""),
    }
    return render(request, "orders/bulk.html", context)


def _preview(request: PageRequest, key: str) -> Preview:
    statuses_of = ORDERS.selected(request).order_by().values_list("status", flat=True)[: MOST + 1]
    found = Counter(statuses_of)
    left = [(str(statuses.shown(status).label), n) for status, n in found.most_common() if not bulk.can(key, status)]
    fitting = sum(n for status, n in found.items() if bulk.can(key, status))
    return Preview(key, KINDS[key].label, fitting, left, found.total() > MOST)


def _do(request: PageRequest, key: str) -> HttpResponse:
    ids = list(ORDERS.selected(request).order_by().values_list("pk", flat=True)[:MOST])
    outcome = bulk.act_on_many(key, ids, by=Actor.user(request.user))
    words = ngettext("%(count)s done", "%(count)s done", outcome.done) % {"count": grouped(outcome.done)}
    if outcome.refused:
        number, why = outcome.refused[0]
        words = _("%(done)s, %(count)s could not: %(number)s, %(why)s") % {
            "done": words,
            "count": grouped(len(outcome.refused)),
            "number": number,
            "why": why,
        }
    add_message(request, f"{KINDS[key].label}: {words}")
    return HttpResponseRedirect(way_back(request, "orders:list"))


_WARNINGS = {
    "cancel": gettext_lazy(
        "The orders are canceled here and not worked on any more. "
        "The stores are not told, nor the warehouses. This cannot be undone."
    ),
    "archive": gettext_lazy(
        "The orders leave the usual lists and are not worked on any more. Each can be brought back for review."
    ),
}
