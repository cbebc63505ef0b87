"""The page of one order: looked at here, acted upon in `orders.views.acts`."""

from collections.abc import Sequence
from typing import Any

from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from orders import panels, queries
from orders.documents.order import full_document
from orders.forms import CommentForm, HoldForm
from orders.lists.orders import ORDERS
from orders.models import Order, OrderException
from orders.shown import activity, facts, progress
from orders.shown.acts import acts
from orders.shown.holds import open_holds
from orders.shown.product_links import linked
from orders.shown.then import NoSuchMoment, Then, then
from orders.shown.then_around import around
from portal.filters.tree import Condition
from portal.kit import json
from portal.tenancy.roles import Permission
from portal.ui.access import PageRequest, may, page
from portal.ui.htmx import is_part, page_or_part

TEMPLATE = "orders/order.html"


@require_GET
@page()
def order(request: PageRequest, public_id: str) -> HttpResponse:
    """Show an order. The page asks for itself every few seconds and hears 204 while nothing is new."""
    found = queries.one(request.organization, public_id, for_page=not request.GET.get("state"))
    if request.GET.get("at"):
        return _then(request, found, request.GET["at"])
    if is_part(request) and request.GET.get("state") == queries.state_of(found):
        return HttpResponse(status=204)
    return page_or_part(request, TEMPLATE, "live", context(request, found))


def context(request: HttpRequest, found: Order, *, notice: str = "", hold_form: Form | None = None) -> dict[str, Any]:
    """Return everything the page shows."""
    everything = request.GET.get("show") == "all"
    holds = queries.holds_of(found)
    history = queries.history_of(found, None if everything else queries.HISTORY)
    exceptions = queries.exceptions_of(found)
    may_operate = may(request, Permission.OPERATE)
    shown = panels.shown(found, request)
    return {
        "order": found,
        "state": queries.state_from(found, history, exceptions, holds),
        "notice": notice,
        "may_operate": may_operate,
        "acts": acts(found, may_operate=may_operate),
        "steps": progress.steps(found, holds, history),
        "sentence": progress.sentence(found, holds, history),
        "lines": linked(found, facts.lines(found, history, limit=None if everything else facts.LINES)),
        "happenings": activity.happenings(history, found.organization),
        "more_history": not everything and len(history) == queries.HISTORY,
        "open_holds": open_holds(found, holds),
        "problems": alike(exceptions),
        "addresses": facts.addresses(found),
        "money": facts.money(found),
        "payments": facts.payments(found),
        "details": facts.details(found),
        "tags": found.content.get("tags", ()),
        "tags_set_by": facts.set_by(found, "/tags"),
        "may_edit": may_operate and found.deleted_at is None,
        "panels": [panel for panel in shown if not panel.side],
        "side_panels": [panel for panel in shown if panel.side],
        "hold_form": hold_form or HoldForm(),
        "comment_form": CommentForm(),
        "json_url": reverse("orders:json", args=[found.public_id]),
        "same_email": _same_email(found),
    }


def alike(exceptions: Sequence[OrderException]) -> list[list[OrderException]]:
    """Return the exceptions of an order, those together that say the same: of each parcel that nobody was told of."""
    found: dict[tuple[str, str, str], list[OrderException]] = {}
    for one in exceptions:
        found.setdefault((one.type, one.title, one.message), []).append(one)
    return list(found.values())


def _same_email(order: Order) -> str:
    """Return the list of all orders with this e-mail; nothing is read for it here."""
    email = order.content.get("email")
    return ORDERS.address(reverse("orders:list"), Condition("email", "equals", email)) if email else ""


def _then(request: PageRequest, found: Order, asked: str) -> HttpResponse:
    """Show the order as it was at a moment: to be read only, with what is different now."""
    was = _was(found, asked)
    context = {
        "order": was.order,
        "then": was,
        "around": around(found, was),
        "lines": facts.lines(was.order, limit=None),
        "addresses": facts.addresses(was.order),
        "money": facts.money(was.order),
        "payments": facts.payments(was.order),
        "details": facts.details(was.order),
        "tags": was.order.content.get("tags", ()),
        "may_edit": False,
        "json_url": f"{reverse('orders:json', args=[found.public_id])}?at={was.version}",
    }
    return page_or_part(request, "orders/order_then.html", "then", context)


def _was(found: Order, asked: str) -> Then:
    try:
        return then(found, asked)
    except NoSuchMoment as error:
        raise Http404(_("“at” must be a version of the order, or a moment such as 2026-01-05T10:00:00Z.")) from error


@require_GET
@page()
def order_json(request: PageRequest, public_id: str) -> HttpResponse:
    """Answer the canonical document, with the channel's own one under `sourceDoc`; with `at`, as it was then."""
    found = queries.one(request.organization, public_id, with_source_doc=True)
    if request.GET.get("at"):
        found = _was(found, request.GET["at"]).order
    return HttpResponse(json.pretty(full_document(found)), content_type="application/json")


@require_GET
@page()
def order_document(request: PageRequest, public_id: str) -> HttpResponse:
    """Answer the document as escaped text, for the drawer."""
    found = queries.one(request.organization, public_id, with_source_doc=True)
    return render(request, f"{TEMPLATE}#document", {"document": full_document(found)})
