"""Acts on one integration: switch on and off, sync now, delete."""

from django.db import transaction
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from integrations import lifecycle
from integrations.history import change
from integrations.hooks import registration
from integrations.hooks.address import can_rotate, rotate
from integrations.models import Integration
from integrations.registry import connectors
from integrations.sync.pull import BELL
from integrations.views.found import found
from orders.models import Order
from portal.audit.actor import Actor
from portal.kit.jobs import ring
from portal.tenancy.roles import Permission
from portal.ui.access import PageRequest, page
from portal.ui.htmx import add_message, done


@require_POST
@page(Permission.CREDENTIALS)
def toggle(request: PageRequest, public_id: str) -> HttpResponse:
    """Switch on or off, at once; `on` in the form says which, without it the other way round."""
    integration = found(request, public_id)
    wanted = request.POST.get("on", "no" if integration.enabled else "yes") == "yes"
    by = Actor.user(request.user)
    if wanted:
        lifecycle.enable(integration, by=by)
        text = _("%(name)s is on. It goes on where it stopped.")
    else:
        lifecycle.disable(integration, by=by)
        text = _("%(name)s is off. Nothing is pulled or sent.")
    undo = reverse("integrations:toggle", args=[public_id])
    return done(request, _back(request), text % {"name": integration.name}, event="integrationChanged", undo_url=undo)


@require_POST
@page(Permission.OPERATE)
def sync(request: PageRequest, public_id: str) -> HttpResponse:
    """Look at the other side now."""
    integration = found(request, public_id)
    count = lifecycle.sync_now(integration) if integration.is_active else 0
    ring(BELL)
    text = _("Looking at %(name)s now.") if count else _("%(name)s is not connected, so nothing was asked.")
    url = reverse("integrations:activity", args=[public_id])
    return done(request, url, text % {"name": integration.name}, event="integrationChanged")


@require_POST
@page(Permission.CREDENTIALS)
def renew_hook(request: PageRequest, public_id: str) -> HttpResponse:
    """Make a new secret for what the other side sends us; it is told of it by itself, and nobody has to see it."""
    integration = found(request, public_id)
    if not can_rotate(integration):
        raise Http404(_("Nobody here makes the secret of this integration."))
    rotate(integration)
    summary = _("Made a new secret for messages to us; the old one counts for a day.")
    with transaction.atomic():
        change(lifecycle.locked(integration), by=Actor.user(request.user), verb="secret_rotated", summary=summary)
    ring(registration.BELL)
    add_message(request, _("The new secret is made. %(name)s is told of it now.") % {"name": integration.name})
    return HttpResponseRedirect(reverse("integrations:detail", args=[public_id]))


@page(Permission.CREDENTIALS)
def delete(request: PageRequest, public_id: str) -> HttpResponse:
    """Ask for the name, offer to switch off instead, and delete."""
    integration = found(request, public_id)
    problem = ""
    if request.method == "POST":
        typed = request.POST.get("name", "")
        if typed.strip() == integration.name:
            registration.end(integration)
        try:
            lifecycle.delete(integration, typed_name=typed, by=Actor.user(request.user))
        except lifecycle.CannotDo as refused:
            problem = str(refused)
        else:
            add_message(request, _("%(name)s is deleted. Its orders are still here.") % {"name": integration.name})
            return HttpResponseRedirect(reverse("integrations:list"))
    context = {
        "integration": integration,
        "manifest": connectors.get(integration.connector),
        "problem": problem,
        "order_count": _orders(integration),
    }
    return render(request, "integrations/delete.html", context, status=422 if problem else 200)


def _orders(integration: Integration) -> int:
    return Order.across.filter(source_id=integration.source_id, deleted_at=None).count()


def _back(request: PageRequest) -> str:
    """Return to the list or to the page of the integration, whichever asked."""
    here = request.POST.get("back", "")
    is_own = here.startswith(reverse("integrations:list")) and "//" not in here
    return here if is_own else reverse("integrations:list")
