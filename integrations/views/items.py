"""The Products tab of a warehouse: what it keeps and what we sell, what found each other, and how people help."""

from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpResponse
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
from portal.ui.access import PageRequest, get_or_404, page
from portal.ui.htmx import done

TEMPLATE = "integrations/products.html"


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


def _shown(
    request: PageRequest, integration: Integration, *, fault: dict[str, str] | None = None, status: int = 200
) -> HttpResponse:
    text = request.POST.get("q", request.GET.get("q", ""))[:200]
    context: dict[str, Any] = frame(request, integration, "products") | {
        "items": items.shown(integration, text),
        "q": text,
        "most": items.MOST,
        "fault": fault,
        "is_on": items.FLOW in lifecycle.running(integration),
        "makes": items.makes(integration),
        "state": integration.flow_states.filter(flow=items.FLOW).first(),
    }
    return render(request, TEMPLATE, context, status=status)


def _warehouse(request: PageRequest, public_id: str) -> Integration:
    integration = found(request, public_id)
    if not items.are_kept(integration):
        raise Http404(_("It does not tell what it keeps."))
    return integration


def _product(request: PageRequest, product_id: str) -> Product:
    return get_or_404(Product, request.organization, public_id=product_id, deleted_at=None)


def _back(request: PageRequest, public_id: str) -> str:
    asked = urlencode({"q": request.POST["q"]}) if request.POST.get("q") else ""
    return f"{reverse('integrations:products', args=[public_id])}{'?' if asked else ''}{asked}"
