"""Every resource: a page of its list, and one record by its ID."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router

from portal.api import asked, cursor
from portal.api.answers import ListAnswer, answer
from portal.api.asked import Asked, ListParameters
from portal.api.auth import need
from portal.api.problems import ApiProblem, Fault, refused
from portal.api.resources import Resource, resources
from portal.kit.clock import now
from portal.tenancy.models import Organization

MOST_ID = 300


def router() -> Router:
    """Return the routes of all resources that apps have brought."""
    found = Router(tags=["Records"])
    for resource in resources.all():
        _add(found, resource)
    return found


def _add(to: Router, resource: Resource) -> None:
    name, key = str(resource.label), resource.key
    to.get(
        f"/{key}",
        response=ListAnswer,
        operation_id=f"list_{key}",
        url_name=f"list_{key}",
        summary=f"{name}: a page of the list",
        description=f"Needs the scope `{resource.scope}`. Conditions, filter and view narrow together.",
    )(_lister(resource))
    to.get(
        f"/{key}/{{path:record_id}}",
        response=dict[str, Any],
        operation_id=f"get_{key}",
        url_name=f"get_{key}",
        summary=f"{name}: one record",
        description=f"Needs the scope `{resource.scope}`. {resource.ids}",
    )(_getter(resource))


def _lister(resource: Resource) -> Callable[..., HttpResponse]:
    def listed(request: HttpRequest, given: Query[ListParameters]) -> HttpResponse:
        key = need(request, resource.scope)
        asked.known_only(request, *ListParameters.model_fields, many=("f",))
        return answer(_page(resource, key.organization, given, asked.read(given, resource, key.organization)))

    return listed


def _page(resource: Resource, organization: Organization, given: ListParameters, what: Asked) -> dict[str, Any]:
    page, names = what.page, what.page.by_key[what.sort.removeprefix("-")].sort
    matching = page.filtered(organization, what.state, organization.zone, now())
    rows = matching
    if given.after:
        try:
            place = cursor.read(given.after, what.sort, names, matching.model)
        except cursor.BadCursor:
            cure = "Give `next` of the page before as it came, with the same sort, or leave it out."
            raise refused(Fault("after", "This is no place in this list.", cure)) from None
        rows = rows.filter(place.behind(back=what.sort.startswith("-")))
    records = list(resource.rows(page.ordered(rows, what.state))[: given.count + 1])
    more = len(records) > given.count
    records = records[: given.count]
    total, about = page.count(matching) if given.total else (None, False)
    return {
        "rows": [resource.document(record) for record in records],
        "total": total,
        "estimated": about,
        "next": cursor.write(what.sort, names, records[-1]) if more else None,
    }


def _getter(resource: Resource) -> Callable[..., HttpResponse]:
    def got(request: HttpRequest, record_id: str) -> HttpResponse:
        key = need(request, resource.scope)
        asked.known_only(request)
        return answer(resource.document(one(resource, key.organization, record_id)))

    return got


def one(resource: Resource, organization: Organization, record_id: str) -> Any:
    """Return the organization's record that an ID means. Raises ApiProblem: 404, or 409 where several fit."""
    if not record_id or len(record_id) > MOST_ID or "\x00" in record_id:
        raise _nothing(resource)
    rows = resource.by_id(resource.rows(resource.page().rows(organization)), record_id)
    found = list(rows.order_by("pk")[:5])
    if not found:
        raise _nothing(resource)
    if len(found) > 1:
        ids = ", ".join(resource.page().id_of(record) for record in found)
        raise ApiProblem(409, "ambiguous", f"Several records have this ID. Ask for one of: {ids}.")
    return found[0]


def _nothing(resource: Resource) -> ApiProblem:
    return ApiProblem(404, "not-found", f"There is no such record here. {resource.ids}")
