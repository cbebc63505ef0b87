"""Canceling the ticked shipping requests: shown first, done then."""

from collections import Counter
from dataclasses import dataclass

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from orders.lifecycle.shipping_request import SHIPPED, RequestStatus
from orders.lists.shipping_requests import REQUESTS
from orders.requests.cancel import Outcome, can_cancel, cancel_many
from orders.requests.forms import CancelForm
from portal.audit.actor import Actor
from portal.tenancy.roles import Permission
from portal.ui import statuses
from portal.ui.access import PageRequest, page
from portal.ui.amounts import count as grouped
from portal.ui.htmx import add_message
from portal.ui.ticked import carried, way_back

MOST = 2_000
"""As many as one request can do in a few seconds; more need a narrower filter."""
_AT_THE_WAREHOUSE = {RequestStatus.SENT_TO_FULFILLMENT, *SHIPPED}


@dataclass(frozen=True)
class Preview:
    """What canceling the ticked rows will do: to how many, and which stay as they are, by status."""

    fitting: int
    known: int
    """So many of them are at their warehouse already."""
    left: list[tuple[str, int]]
    too_many: bool

    @property
    def count(self) -> int:
        """How many rows are ticked."""
        return self.fitting + sum(number for _, number in self.left)


@require_POST
@page(Permission.OPERATE)
def cancel_ticked(request: PageRequest) -> HttpResponse:
    """Show first how many will be canceled; with `sure`, do it and go back to where one was."""
    preview = _preview(request)
    form = CancelForm(request.POST if "sure" in request.POST else None)
    if form.is_valid() and preview.fitting and not preview.too_many:
        return _do(request, form)
    context = {
        "preview": preview,
        "most": MOST,
        "form": form,
        **carried(request, "orders:shipping_requests"),
    }
    return render(request, "orders/shipping_request_bulk.html", context)


def _preview(request: PageRequest) -> Preview:
    found = Counter(REQUESTS.selected(request).order_by().values_list("status", flat=True)[: MOST + 1])
    left = [(str(statuses.shown(status).label), n) for status, n in found.most_common() if not can_cancel(status)]
    fitting = {status: n for status, n in found.items() if can_cancel(status)}
    known = sum(n for status, n in fitting.items() if status in _AT_THE_WAREHOUSE)
    return Preview(sum(fitting.values()), known, left, found.total() > MOST)


def _do(request: PageRequest, form: CancelForm) -> HttpResponse:
    ids = list(REQUESTS.selected(request).order_by().values_list("pk", flat=True)[:MOST])
    told = form.cleaned_data
    outcome = cancel_many(ids, Actor.user(request.user), restock=told["restock"], reason=told["reason"])
    add_message(request, _words(outcome))
    return HttpResponseRedirect(way_back(request, "orders:shipping_requests"))


def _words(outcome: Outcome) -> str:
    words = ngettext("%(count)s canceled", "%(count)s canceled", outcome.done) % {"count": grouped(outcome.done)}
    if not outcome.refused:
        return words
    number, why = outcome.refused[0]
    return _("%(done)s, %(count)s could not: %(number)s, %(why)s") % {
        "done": words,
        "count": grouped(len(outcome.refused)),
        "number": number,
        "why": why,
    }
