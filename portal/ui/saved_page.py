"""The page on which one arranges the views of a list: order, names, sharing, what the list opens with."""

from dataclasses import replace
from typing import Any

from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from portal.audit.models import History
from portal.savedviews import defaults, services
from portal.savedviews.built_in import ALL
from portal.savedviews.models import SavedView
from portal.tenancy.roles import Permission, Role
from portal.ui.access import PageRequest, may, page
from portal.ui.components import Happening
from portal.ui.htmx import page_or_part
from portal.ui.list_parts import View
from portal.ui.lists import ListPage, list_page, list_pages

ROLES = tuple(Role)
HISTORY = 15


def known(list_key: str) -> ListPage:
    """Return the list of this key. Raises Http404."""
    if list_key not in list_pages or not list_page(list_key).url_name:
        raise Http404
    return list_page(list_key)


def path_of(list_key: str) -> str:
    """Return the address of the list's page."""
    return reverse(list_page(list_key).url_name)


def name_of(request: PageRequest, list_key: str, key: str, *, shared: bool = False) -> str:
    """Return what the view of this key is called. Raises Http404 for one that the person, or others, do not see."""
    if key in ("", ALL):
        return _("All")
    views = {view.key: view for view in _views(request, list_key)}
    if key not in views or (shared and views[key].saved and not views[key].shared):
        raise Http404
    return str(views[key].label)


@require_GET
@page()
def show(request: PageRequest, list_key: str) -> HttpResponse:
    """Show the views of a list."""
    known(list_key)
    return page_or_part(request, "ui/views.html", "ui/views_part.html", _context(request, list_key))


def part(request: PageRequest, list_key: str) -> HttpResponse:
    """Return the views afresh, after an act on one of them."""
    response = render(request, "ui/views_part.html", _context(request, list_key))
    response["HX-Retarget"] = "#views"
    response["HX-Reswap"] = "outerHTML show:none"
    response["HX-Push-Url"] = "false"
    return response


def _views(request: PageRequest, list_key: str) -> list[View]:
    return list(list_page(list_key).listing(request, QueryDict(f"view={ALL}"), path_of(list_key)).views)


def _context(request: PageRequest, list_key: str) -> dict[str, Any]:
    own = list_page(list_key)
    listing = own.listing(request, QueryDict(f"view={ALL}"), path_of(list_key))
    shelf = own.shelf(request)
    shown = [
        {"view": view, "url": listing.bar.url_of(view.key), "broken": view.saved and listing.bar.kept(view).problems}
        for view in listing.views
    ]
    context: dict[str, Any] = {
        "list": replace(listing, default=""),
        "list_key": list_key,
        "name": own.name,
        "path": listing.path,
        "shown": shown,
        "own_default": shelf.own_default,
        "choices": [(ALL, _("All")), *((view.key, view.label) for view in listing.views)],
        "may_share": may(request, Permission.OPERATE),
        "may_rule": may(request, Permission.USERS),
        "happenings": _history(request, list_key),
    }
    if context["may_rule"]:
        chosen = defaults.role_defaults(request.organization, list_key)
        public = [(view.key, view.label) for view in listing.views if view.shared or not view.saved]
        context["roles"] = [(role, chosen.get(role.value, "")) for role in ROLES]
        context["public"] = [(ALL, _("All")), *public]
    return context


def _history(request: PageRequest, list_key: str) -> list[Happening]:
    """Return what happened to the shared views of the list, newest first."""
    views = SavedView.objects.within(request.organization).filter(list_key=list_key)
    rows = History.objects.within(request.organization).filter(
        entity_type=services.ENTITY, entity_id__in=views.values("pk")
    )
    return [Happening(row.at, row.actor_name, row.summary, "layout-list") for row in rows.order_by("-id")[:HISTORY]]
