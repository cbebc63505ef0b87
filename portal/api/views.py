"""Views by key or by name: the built-in ones of a list, and those that people share. A key has no views of its own."""

from django.http import QueryDict

from portal.api.problems import Fault, refused
from portal.api.resources import Resource
from portal.savedviews.built_in import built_in
from portal.savedviews.finding import Found, UnknownView
from portal.savedviews.finding import find as find_by_name
from portal.savedviews.shelf import seen_by
from portal.tenancy.models import Organization
from portal.ui import list_state
from portal.ui.list_state import State
from portal.ui.lists import ListPage


def views_of(resource: Resource, organization: Organization) -> list[Found]:
    """Return the views of a list: built-in ones, then the shared ones."""
    key = resource.page().key
    own = [Found(one.key, str(one.label), one.query, "built-in") for one in built_in(key)]
    return own + [Found(one.public_id, one.name, one.query, "shared") for one in seen_by(organization, None, key)]


def find(resource: Resource, organization: Organization, wanted: str) -> Found:
    """Return the view of this name or key. Raises ApiProblem, naming those that are like it."""
    try:
        return find_by_name(organization, None, resource.page().key, wanted)
    except UnknownView as error:
        raise refused(Fault("view", "There is no such view for everybody.", str(error))) from None


def state_of(view: Found, page: ListPage, organization: Organization) -> State:
    """Return what a view keeps, read in the organization's timezone; `problems` where it no longer fits."""
    return list_state.read(QueryDict(view.query), page.target.catalogue, organization.zone, {}, page.sizes)
