"""Views by key or by name: the built-in ones of a list, and those that people share. A key has no views of its own."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import cast

from django.http import QueryDict

from portal.api.problems import Fault, refused
from portal.api.resources import Resource
from portal.savedviews.models import SavedView
from portal.tenancy.models import Organization
from portal.ui import list_state
from portal.ui.list_state import State
from portal.ui.lists import ListPage

MOST = 500


@dataclass(frozen=True)
class ApiView:
    """A view that a key may use."""

    key: str
    name: str
    query: str
    shared: bool


def views_of(resource: Resource, organization: Organization) -> list[ApiView]:
    """Return the views of a list: built-in ones, then the shared ones by name."""
    page = resource.page()
    built_in = [ApiView(tab.key, str(tab.label), tab.query, False) for tab in page.tabs]
    rows = SavedView.objects.within(organization).filter(list_key=page.key, shared=True, deleted_at=None)
    saved = cast("Iterable[SavedView]", rows.order_by("name", "pk")[:MOST])
    return built_in + [ApiView(one.public_id, one.name, one.query, True) for one in saved]


def find(resource: Resource, organization: Organization, wanted: str) -> ApiView:
    """Return the view with this key, else the only one with this name. Raises ApiProblem."""
    views = views_of(resource, organization)
    keyed = [view for view in views if view.key == wanted]
    folded = " ".join(wanted.split()).casefold()
    found = keyed or [view for view in views if view.name.casefold() == folded]
    if len(found) == 1:
        return found[0]
    if found:
        keys = ", ".join(view.key for view in found)
        raise refused(Fault("view", "Several views have this name.", f"Give the key instead: {keys}."))
    names = ", ".join(f"“{view.name}”" for view in views[:20])
    cure = f"Views that everybody may see: {names}." if names else "Share a view on its page, or leave this out."
    raise refused(Fault("view", "There is no such view for everybody.", cure))


def state_of(view: ApiView, page: ListPage, organization: Organization) -> State:
    """Return what a view keeps, read in the organization's timezone; `problems` where it no longer fits."""
    return list_state.read(QueryDict(view.query), page.target.catalogue, organization.zone, {}, page.sizes)
