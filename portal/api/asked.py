"""What is asked of a list: its parameters, read strictly. A word too many is a fault and not ignored, because
a misspelt `filter` would answer every record there is."""

from dataclasses import dataclass, replace
from typing import Annotated

from django.http import HttpRequest
from ninja import Schema
from pydantic import Field

from portal.api import views
from portal.api.problems import Fault, of_filter, refused
from portal.api.resources import Resource
from portal.filters import codec
from portal.filters.check import check
from portal.filters.problems import BadFilter
from portal.filters.text import from_address
from portal.filters.tree import ALWAYS, Group
from portal.tenancy.models import Organization
from portal.ui import list_state
from portal.ui.list_state import State
from portal.ui.lists import ListPage

MOST_RECORDS, MOST_SEARCH, MOST_CONDITIONS = 250, 200, 100
USUAL = 50


class ListParameters(Schema):
    """Parameters of every list."""

    view: Annotated[str, Field(description="A built-in or shared view, by its key or its name.")] = ""
    filter: Annotated[
        str, Field(description="A filter: its JSON (schemas/filter.json), or the form that stands in a page's address.")
    ] = ""
    f: Annotated[
        list[str],
        Field(description="One condition, as in the list's address: `status~equals~onHold`. May be repeated."),
    ] = []
    q: Annotated[str, Field(description="Words to search for, as in the list's search box.")] = ""
    sort: Annotated[str, Field(description="A column's key; with “-” before it the other way round.")] = ""
    count: Annotated[int, Field(ge=1, le=MOST_RECORDS, description="How many records to answer at most.")] = USUAL
    after: Annotated[str, Field(description="`next` of the page before: the records behind it.")] = ""
    total: Annotated[
        bool, Field(description="Whether to count all that match; exact to 10,000, beyond that an estimate.")
    ] = True


@dataclass(frozen=True)
class Asked:
    """What is asked of a list: its state, as pages have it, and how much of it to answer."""

    page: ListPage
    state: State
    sort: str


def known_only(request: HttpRequest, *names: str, many: tuple[str, ...] = ()) -> None:
    """Raise ApiProblem for a parameter that does not exist, or is given twice where one counts."""
    known = ", ".join(sorted(names)) or "none"
    faults = [
        Fault(name[:80], "There is no such parameter.", f"Parameters here are: {known}.")
        for name in request.GET
        if name not in names
    ]
    faults += [
        Fault(name, "The parameter is given more than once.", "Give it once.")
        for name, values in request.GET.lists()
        if name in names and name not in many and len(values) > 1
    ]
    if faults:
        raise refused(*faults)


def read(given: ListParameters, resource: Resource, organization: Organization) -> Asked:
    """Return what is asked of a resource's list. Raises ApiProblem with every fault there is."""
    page = resource.page()
    kept = State()
    if given.view:
        kept = _kept(given.view, resource, page, organization)
    whole, faults = _filter(given.filter, page, organization)
    conditions, more = _conditions(given.f, page, organization)
    faults += more + _plain_faults(given, page)
    if faults:
        raise refused(*faults)
    tree = _all_of(kept.tree, whole, conditions)
    _ensure(tree, page, organization)
    state = replace(kept, tree=tree, q=" ".join(given.q.split()) or kept.q, sort=given.sort or kept.sort, page=1)
    return Asked(page, state, page.sort_of(state))


def _kept(wanted: str, resource: Resource, page: ListPage, organization: Organization) -> State:
    view = views.find(resource, organization, wanted)
    state = views.state_of(view, page, organization)
    if state.problems:
        raise refused(*of_filter("view", state.problems))
    return state


def tree_of(text: str) -> Group:
    """Read a filter from its JSON or its address form. Raises BadFilter."""
    text = text.strip()
    return codec.loads(text) if text.startswith("{") else from_address(text)


def _filter(text: str, page: ListPage, organization: Organization) -> tuple[Group, list[Fault]]:
    try:
        tree = tree_of(text)
    except BadFilter as error:
        return ALWAYS, of_filter("filter", error.problems)
    return tree, of_filter("filter", check(tree, page.target.catalogue, zone=organization.zone))


def _conditions(texts: list[str], page: ListPage, organization: Organization) -> tuple[Group, list[Fault]]:
    if len(texts) > MOST_CONDITIONS:
        return ALWAYS, [Fault("f", "There are more than 100 conditions.", "Give a filter instead.")]
    catalogue, zone = page.target.catalogue, organization.zone
    tree = Group("all", tuple(list_state.unpack(text, catalogue, zone) for text in texts))
    return tree, of_filter("f", check(tree, catalogue, zone=zone))


def _plain_faults(given: ListParameters, page: ListPage) -> list[Fault]:
    faults = []
    if "\x00" in given.q or len(given.q) > MOST_SEARCH:
        faults.append(Fault("q", "This cannot be searched for.", "Give at most 200 characters, and no NUL."))
    elif given.q and page.search is None:
        faults.append(Fault("q", "This list has no search.", "Give a filter instead."))
    column = page.by_key.get(given.sort.removeprefix("-"))
    if given.sort and not (column and column.sort):
        keys = ", ".join(one.key for one in page.columns if one.sort)
        faults.append(Fault("sort", "The list cannot be sorted by this.", f"Use one of: {keys}."))
    return faults


def _all_of(*trees: Group) -> Group:
    """Return the filter that holds where each of these does."""
    parts: list[Group] = [tree for tree in trees if tree != ALWAYS]
    if len(parts) <= 1:
        return parts[0] if parts else ALWAYS
    return Group("all", tuple(parts))


def _ensure(tree: Group, page: ListPage, organization: Organization) -> None:
    """Together they may be too deep or too large, though each is not."""
    problems = check(tree, page.target.catalogue, zone=organization.zone)
    if problems:
        raise refused(*of_filter("filter", problems))
