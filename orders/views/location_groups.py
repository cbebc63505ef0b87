"""Groups of locations: a page on which they are added, renamed and deleted."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from orders.locations import groups
from orders.locations.form import GroupForm
from orders.models import LocationGroup
from portal.audit.actor import Actor
from portal.tenancy.roles import Permission
from portal.ui.access import PageRequest, check, get_or_404, may, page
from portal.ui.htmx import add_message, redirect

TEMPLATE = "orders/location_groups.html"


@require_http_methods(["GET", "HEAD", "POST"])
@page()
def group_page(request: PageRequest) -> HttpResponse:
    """Show the groups, or add one."""
    if request.method != "POST":
        return _shown(request, GroupForm())
    check(request, Permission.EDIT_RULES)
    form = GroupForm(request.POST)
    if not form.is_valid():
        return _shown(request, form, status=422)
    try:
        made = groups.add(request.organization, form.cleaned_data["name"], by=Actor.user(request.user))
    except groups.NameTaken as error:
        form.add_error("name", str(error))
        return _shown(request, form, status=422)
    add_message(request, _("The group “{name}” is added.").format(name=made.name))
    return redirect(request, reverse("orders:location_groups"))


@require_POST
@page(Permission.EDIT_RULES)
def rename(request: PageRequest, public_id: str) -> HttpResponse:
    """Give a group another name; a fault stands in its row, with what was typed."""
    group = get_or_404(LocationGroup, request.organization, public_id=public_id)
    form = GroupForm(request.POST)
    if form.is_valid():
        try:
            groups.rename(group, form.cleaned_data["name"], by=Actor.user(request.user))
        except groups.NameTaken as error:
            form.add_error("name", str(error))
    if form.errors:
        return _shown(request, GroupForm(), wrong=(public_id, form), status=422)
    add_message(request, _("The group is called “{name}” now.").format(name=form.cleaned_data["name"]))
    return redirect(request, reverse("orders:location_groups"))


@require_POST
@page(Permission.EDIT_RULES)
def delete(request: PageRequest, public_id: str) -> HttpResponse:
    """Delete a group; its locations stay."""
    group = get_or_404(LocationGroup, request.organization, public_id=public_id)
    groups.delete(group, by=Actor.user(request.user))
    add_message(request, _("The group “{name}” is deleted. Its locations stay.").format(name=group.name))
    return redirect(request, reverse("orders:location_groups"))


def _shown(
    request: PageRequest, form: GroupForm, *, wrong: tuple[str, GroupForm] | None = None, status: int = 200
) -> HttpResponse:
    found: list[dict[str, Any]] = [
        {"group": one, "form": wrong[1] if wrong and wrong[0] == one.public_id else None}
        for one in groups.groups(request.organization)
    ]
    context = {"groups": found, "form": form, "may_edit": may(request, Permission.EDIT_RULES)}
    return render(request, TEMPLATE, context, status=status)
