"""The Products tab of a warehouse: what it keeps and what we sell, what found each other, and how people help."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from integrations import items, lifecycle
from integrations.models import Integration
from integrations.views.detail import frame
from integrations.views.found import found
from orders.models import Product
from portal.audit.actor import Actor
from portal.tenancy.roles import Permission
from portal.ui.access import PageRequest, get_or_404, may, page
from portal.ui.components import Pager
from portal.ui.htmx import done, is_part
from portal.ui.paging import number_in, page_of

TEMPLATE = "integrations/products.html"
SIZE, MOST_QUERY = 50, 4_000
PART = "items"
"""What a pager changes: all lists, so that each form knows where one is in the others."""


@require_GET
@page()
def products(request: PageRequest, public_id: str) -> HttpResponse:
    """Show what found each other, and what one side alone has."""
    return _shown(request, _warehouse(request, public_id))


@require_POST
@page(Permission.OPERATE)
def join(request: PageRequest, public_id: str) -> HttpResponse:
    """Say that a SKU here is a SKU there; what does not fit stands at its row."""
    integration = _warehouse(request, public_id)
    ours, theirs = (request.POST.get(name, "")[:300] for name in ("ours", "theirs"))
    try:
        product, sku = items.join(integration, ours, theirs, by=Actor.user(request.user))
    except items.CannotMap as fault:
        return _shown(request, integration, fault={"text": str(fault), "ours": ours, "theirs": theirs}, status=422)
    undo = reverse("integrations:part_product", args=[public_id, product.public_id])
    text = _("{ours} is {theirs} at {name}.").format(ours=product.sku, theirs=sku, name=integration.name)
    return done(request, _back(request, public_id), text, undo_url=undo)


@require_POST
@page(Permission.OPERATE)
def part(request: PageRequest, public_id: str, product_id: str) -> HttpResponse:
    """Forget what a product is called there."""
    integration = _warehouse(request, public_id)
    product = _product(request, product_id)
    items.part(integration, product, by=Actor.user(request.user))
    text = _("{sku} is called the same at {name} again.").format(sku=product.sku, name=integration.name)
    return done(request, _back(request, public_id), text)


@require_POST
@page(Permission.OPERATE)
def make(request: PageRequest, public_id: str, product_id: str) -> HttpResponse:
    """Have a product made there."""
    integration = _warehouse(request, public_id)
    if not items.makes(integration):
        raise Http404(_("Nothing is made there."))
    product = _product(request, product_id)
    items.have_made(integration, product, by=Actor.user(request.user))
    text = _("{sku} is being made at {name}.").format(sku=product.sku, name=integration.name)
    return done(request, _back(request, public_id), text)


@dataclass(frozen=True, slots=True)
class Listed:
    """A page of one of the lists, and where one is in it."""

    rows: Sequence[Any]
    pager: Pager


def _shown(
    request: PageRequest, integration: Integration, *, fault: dict[str, str] | None = None, status: int = 200
) -> HttpResponse:
    asked = request.GET if fault is None else _asked(request)
    text = asked.get("q", "")[:200].replace("\0", "")  # inside `asked` no middleware has looked for it
    context: dict[str, Any] = {
        "integration": integration,
        "may_operate": may(request, Permission.OPERATE),
        "lists": {name: _listed(integration, name, text, asked) for name in items.LISTS},
        "q": text,
        "asked": asked.urlencode(),
        "fault": fault,
        "makes": items.makes(integration),
    }
    if is_part(request) and request.headers.get("HX-Target") == PART:
        return render(request, f"{TEMPLATE}#lists", context)
    context |= frame(request, integration, "products") | {
        "matched": items.matched(integration),
        "is_on": items.FLOW in lifecycle.running(integration),
        "state": integration.flow_states.defer("cursor").filter(flow=items.FLOW).first(),
    }
    return render(request, TEMPLATE, context, status=status)


def _listed(integration: Integration, name: str, text: str, asked: QueryDict) -> Listed:
    query = [(key, str(value)) for key, value in asked.items() if key in {"q", *items.LISTS}]
    path = reverse("integrations:products", args=[integration.public_id])
    rows, pager = page_of(
        items.LISTS[name](integration, text), number_in(asked.get(name, ""), 1), size=SIZE, path=path, query=query,
        sizes=(), target=PART, key=name,
    )  # fmt: skip
    return Listed(rows, pager)


def _warehouse(request: PageRequest, public_id: str) -> Integration:
    integration = found(request, public_id)
    if not items.are_kept(integration):
        raise Http404(_("It does not tell what it keeps."))
    return integration


def _product(request: PageRequest, product_id: str) -> Product:
    return get_or_404(Product, request.organization, public_id=product_id, deleted_at=None)


def _back(request: PageRequest, public_id: str) -> str:
    asked = _asked(request).urlencode()
    return f"{reverse('integrations:products', args=[public_id])}{'?' if asked else ''}{asked}"


def _asked(request: PageRequest) -> QueryDict:
    """Return what the page that a form stood on was asked for."""
    return QueryDict(request.POST.get("asked", "")[:MOST_QUERY])
