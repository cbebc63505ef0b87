"""Pushing an order to outside systems: a page with the systems that take orders."""

from collections.abc import Sequence

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from orders import queries
from orders.models import Source
from orders.pushes.push import push_one
from orders.pushes.receivers import offered
from orders.pushes.shown import cards
from portal.audit.actor import Actor
from portal.tenancy.roles import Permission
from portal.ui.access import PageRequest, page
from portal.ui.htmx import add_message, redirect

TEMPLATE = "orders/push.html"


@require_http_methods(["GET", "HEAD", "POST"])
@page(Permission.OPERATE)
def push(request: PageRequest, public_id: str) -> HttpResponse:
    """Show which systems take orders, or push the order to those that were chosen."""
    found, systems = queries.one(request.organization, public_id), offered(request.organization)
    chosen = chosen_of(request, systems)
    notice = ""
    if request.method == "POST":
        notice = push_one(found.pk, chosen, by=Actor.user(request.user)) if chosen else _("Choose where it goes first.")
        if not notice:
            names = ", ".join(one.name for one in chosen)
            told = {"number": found.ext_order_id, "names": names}
            add_message(request, _("%(number)s: pushed to %(names)s") % told)
            return redirect(request, reverse("orders:detail", args=[found.public_id]))
    context = {
        "order": found,
        "systems": systems,
        "chosen": [one.public_id for one in (systems if len(systems) == 1 else chosen)],
        "notice": notice,
        **cards(found),
    }
    return render(request, TEMPLATE, context, status=422 if notice else 200)


def chosen_of(request: PageRequest, systems: Sequence[Source]) -> list[Source]:
    """Return the systems that were ticked, among those that there are."""
    ticked = set(request.POST.getlist("to"))
    return [one for one in systems if one.public_id in ticked]
