"""Changing fields of an order by hand: a drawer on its page, or a page of its own."""

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from orders import queries
from orders.documents.values import NotWritable
from orders.edit_form import EditForm, meanwhile
from orders.lifecycle import edits
from orders.lifecycle.edits import ChangedMeanwhile
from orders.lifecycle.write import MoveRefused
from orders.models import Order
from orders.views.acts import CHANGED
from portal.audit.actor import Actor
from portal.tenancy.roles import Permission
from portal.ui.access import PageRequest, page
from portal.ui.htmx import done, page_or_part

TEMPLATE = "orders/edit.html"


@require_http_methods(["GET", "HEAD", "POST"])
@page(Permission.OPERATE)
def edit(request: PageRequest, public_id: str) -> HttpResponse:
    """Show the form, and save what was changed; every fault stands beside its field."""
    found = queries.one(request.organization, public_id)
    if request.method != "POST":
        return _shown(request, found, EditForm(found))
    form = EditForm(found, request.POST)
    if not form.is_valid():
        return _shown(request, found, form, status=422)
    try:
        edits.set_fields(found.pk, form.changes(), by=Actor.user(request.user), version=form.cleaned_data["version"])
    except ChangedMeanwhile:
        fresh = queries.one(request.organization, public_id)
        return _shown(request, fresh, meanwhile(form, fresh), status=422)
    except NotWritable as error:
        for fault in error.faults:
            form.add_error(fault.path if fault.path in form.fields else None, fault.message)
        return _shown(request, found, form, status=422)
    except MoveRefused as refusal:
        form.add_error(None, str(refusal))
        return _shown(request, found, form, status=422)
    address = reverse("orders:detail", args=[found.public_id])
    return done(request, address, _("%(number)s: saved") % {"number": found.ext_order_id}, event=CHANGED)


def _shown(request: PageRequest, order: Order, form: EditForm, status: int = 200) -> HttpResponse:
    return page_or_part(request, TEMPLATE, "form", {"order": order, "form": form}, status=status)
