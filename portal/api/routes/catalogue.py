"""What a filter may ask, and the views there are."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Router

from portal.api import asked, views
from portal.api.answers import CatalogueAnswer, ViewsAnswer, answer, problem_json
from portal.api.auth import need
from portal.api.problems import ApiProblem
from portal.api.resources import Resource, of_entity, resources
from portal.filters import codec
from portal.filters.fields import Field
from portal.filters.operators import operators_for
from portal.filters.to_words import sentence
from portal.kit.json import Json
from portal.savedviews.finding import Found
from portal.tenancy.keys import ApiKey
from portal.tenancy.models import Organization


def router() -> Router:
    """Return these routes."""
    found = Router(tags=["Filters"])
    found.get(
        "/fields/{entity}",
        response=CatalogueAnswer,
        operation_id="list_fields",
        url_name="list_fields",
        summary="What filters may ask",
    )(fields)
    found.get(
        "/views/{list_key}",
        response=ViewsAnswer,
        operation_id="list_views",
        url_name="list_views",
        summary="Views that a key may use",
    )(list_views)
    return found


def fields(request: HttpRequest, entity: str) -> HttpResponse:
    """Every field of an entity with its operators and choices, and the columns that its list sorts by.

    Needs the scope of the entity's list.
    """
    resource, key = _resource(request, entity)
    page, catalogue = resource.page(), resource.catalogue
    known = {path: read(key.organization) for path, read in (page.options or {}).items()}
    told = [_field(field, known.get(field.path, ()), changes=catalogue.changes) for field in catalogue]
    used = {operator for field in told for operator in field["operators"]}
    every = {one.key: one for field in catalogue for one in operators_for(field.type)}
    operators = {
        name: {"label": one.label, "takes": str(one.takes), "operand": str(one.operand)}
        for name, one in every.items()
        if name in used
    }
    sorts = [column.key for column in page.columns if column.sort]
    answered = {"entity": catalogue.entity, "resource": resource.key, "fields": told, "operators": operators}
    return answer({**answered, "sorts": sorts})


def _field(field: Field, known: Any, *, changes: bool) -> Json:
    told: Json = {
        "path": field.path,
        "label": field.label,
        "type": str(field.type),
        "group": field.group,
        "line": field.line,
        "writable": field.writable,
        "named": field.is_template,
        "operators": [one.key for one in operators_for(field.type, changes=changes)],
        "choices": [{"value": choice.value, "label": choice.label} for choice in field.choices],
        "suggestions": [{"value": choice.value, "label": choice.label} for choice in known],
    }
    return told | ({"currency": field.currency} if field.currency else {})


def list_views(request: HttpRequest, list_key: str) -> HttpResponse:
    """The views of a list that a key may use, each with its filter as a tree and in words.

    Needs the scope of the list.
    """
    resource, key = _resource(request, list_key)
    told = [_view(view, resource, key.organization) for view in views.views_of(resource, key.organization)]
    return answer({"resource": resource.key, "views": told})


def _view(view: Found, resource: Resource, organization: Organization) -> Json:
    state = views.state_of(view, resource.page(), organization)
    readable = not state.problems
    return {
        "key": view.key,
        "name": view.name,
        "shared": view.kind == "shared",
        "filter": codec.encode(state.tree) if readable else None,
        "sentence": sentence(state.tree, resource.catalogue, zone=organization.zone) if readable else None,
        "q": state.q,
        "sort": state.sort,
        "problems": [problem_json(problem) for problem in state.problems],
    }


def _resource(request: HttpRequest, name: str) -> tuple[Resource, ApiKey]:
    asked.known_only(request)
    resource = of_entity(name)
    if resource is None:
        known = ", ".join(one.catalogue.entity for one in resources.all())
        raise ApiProblem(404, "not-found", f"There is no such entity. Entities are: {known}.")
    return resource, need(request, resource.scope)
