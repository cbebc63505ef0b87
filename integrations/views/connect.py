"""Connecting: to the other side's sign-in page in a new tab and back, or with a key typed in."""

from django.conf import settings as options
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from integrations import lifecycle, queries
from integrations.connect import with_token
from integrations.forms import TokenForm
from integrations.kit import oauth
from integrations.models import Connection, Integration
from integrations.registry import connectors
from integrations.views.found import found
from integrations.views.wizard import steps
from portal.audit.actor import Actor
from portal.tenancy.roles import Permission
from portal.ui.access import PageRequest, page
from portal.ui.htmx import is_part, page_or_part, redirect


@page(Permission.CREDENTIALS)
def connect(request: PageRequest, public_id: str) -> HttpResponse:
    """Offer the ways to connect; the part with the state looks for itself until it is connected."""
    integration = found(request, public_id)
    if connectors.get(integration.connector).own_api is not None:
        return redirect(request, reverse("integrations:connection", args=[public_id]))
    if is_part(request) and integration.connection == Connection.CONNECTED:
        return redirect(request, reverse("integrations:connect", args=[public_id]))
    return page_or_part(request, "integrations/connect.html", "state", _context(integration))


@require_GET
@page(Permission.CREDENTIALS)
def authorize(request: PageRequest, public_id: str) -> HttpResponse:
    """Send the person to the other side's sign-in page (opened in a new tab)."""
    integration = found(request, public_id)
    callback = request.build_absolute_uri(reverse("integrations:callback", args=[integration.connector]))
    try:
        address = oauth.begin(integration, _visitor(request), callback=callback)
    except lifecycle.CannotDo as refused:
        return _ended(request, integration, problem=str(refused))
    return HttpResponseRedirect(address)


@require_GET
@page(Permission.CREDENTIALS)
def callback(request: PageRequest, connector: str) -> HttpResponse:
    """Take the answer of a sign-in page, then move on to an address without the code in it."""
    try:
        integration = oauth.finish(connector, _visitor(request), request.GET.dict())
    except oauth.NotOurs as refused:
        return _ended(request, None, problem=str(refused))
    if integration.cause and integration.connection == Connection.CONNECTED:
        return _ended(request, integration, problem=f"{integration.cause} {integration.cure}")
    return HttpResponseRedirect(reverse("integrations:returned", args=[integration.public_id]))


@page(Permission.CREDENTIALS)
def returned(request: PageRequest, public_id: str) -> HttpResponse:
    """Say in the new tab how it went; the first tab has noticed by itself."""
    return _ended(request, found(request, public_id))


@require_POST
@page(Permission.CREDENTIALS)
def token(request: PageRequest, public_id: str) -> HttpResponse:
    """Connect with a key typed in."""
    integration = found(request, public_id)
    form = TokenForm(connectors.get(integration.connector), request.POST)
    if form.is_valid():
        integration = with_token(integration, form.cleaned_data, by=Actor.user(request.user))
        if integration.connection == Connection.CONNECTED and not integration.cause:
            return HttpResponseRedirect(reverse("integrations:connect", args=[public_id]))
        form.add_error(None, f"{integration.cause} {_('Check what you have copied, then try again.')}")
    context = _context(found(request, public_id)) | {"token_form": form}
    return render(request, "integrations/connect.html", context, status=422)


def _context(integration: Integration) -> dict[str, object]:
    manifest = connectors.get(integration.connector)
    client = options.CONNECTOR_APPS.get(manifest.key, {})
    state = integration.connection
    return {
        "integration": integration,
        "manifest": manifest,
        "row": queries.row(integration),
        "steps": steps(at=1, failed=state == Connection.ERROR, done=state == Connection.CONNECTED),
        "by_oauth": manifest.oauth is not None and bool(client.get("client_id")),
        "token_form": TokenForm(manifest) if manifest.token else None,
        "connected": state == Connection.CONNECTED,
        "sandbox_url": options.SANDBOX_URLS.get(manifest.key, ""),
    }


def _ended(request: PageRequest, integration: Integration | None, *, problem: str = "") -> HttpResponse:
    context = {"integration": integration, "problem": problem, "row": integration and queries.row(integration)}
    return render(request, "integrations/returned.html", context, status=400 if problem else 200)


def _visitor(request: PageRequest) -> oauth.Visitor:
    return oauth.Visitor(request.user, request.session.session_key or "", request.organization)
