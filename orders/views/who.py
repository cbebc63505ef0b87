"""Who set a field of an order, and giving a field that was set here back to rules and the channel."""

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from orders import queries
from orders.lifecycle import edits
from orders.lifecycle.edits import NotPinned
from orders.lifecycle.write import MoveRefused
from orders.models import Order
from orders.shown import who as shown
from orders.views.acts import CHANGED, refused
from portal.audit.actor import Actor
from portal.kit import json
from portal.tenancy.roles import Permission
from portal.ui.access import PageRequest, may, page
from portal.ui.htmx import done, page_or_part

TEMPLATE = "orders/who.html"
MOST = 700
"""Characters of a path: a custom field may have a long name."""


@require_GET
@page()
def who(request: PageRequest, public_id: str) -> HttpResponse:
    """Say who set a field, when and what it was before: a small window, or a page of its own."""
    found = queries.one(request.organization, public_id)
    context = {
        "order": found,
        "who": _asked(found, request.GET.get("path", "")),
        "may_operate": may(request, Permission.OPERATE) and found.deleted_at is None,
    }
    return page_or_part(request, TEMPLATE, "window", context)


@require_GET
@page()
def who_json(request: PageRequest, public_id: str) -> HttpResponse:
    """Answer the same as JSON."""
    found = queries.one(request.organization, public_id)
    told = shown.as_json(_asked(found, request.GET.get("path", "")))
    return HttpResponse(json.pretty(told), content_type="application/json")


@require_POST
@page(Permission.OPERATE)
def unpin(request: PageRequest, public_id: str) -> HttpResponse:
    """Give a field back to rules and the channel."""
    found = queries.one(request.organization, public_id)
    asked = _asked(found, request.POST.get("path", ""))
    try:
        edits.unpin(found.pk, asked.path, by=Actor.user(request.user))
    except (NotPinned, MoveRefused) as refusal:
        return refused(request, found, str(refusal))
    text = _("%(field)s: given back") % {"field": asked.label}
    return done(request, reverse("orders:detail", args=[found.public_id]), text, event=CHANGED)


def _asked(order: Order, path: str) -> shown.Who:
    found = shown.who(order, path) if path.startswith("/") and len(path) <= MOST and "\x00" not in path else None
    if found is None:
        raise Http404(_("An order has no such field."))
    return found
