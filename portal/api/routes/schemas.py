"""The published JSON Schema of filters: for everybody, and to be kept by caches."""

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.cache import patch_cache_control
from ninja import Router

from portal.api import asked
from portal.api.answers import answer
from portal.api.problems import ApiProblem
from portal.api.resources import of_entity, resources
from portal.filters.schema import json_schema

SECONDS = 3600
KIND = "application/schema+json"


def router() -> Router:
    """Return these routes."""
    found = Router(tags=["Filters"])
    for path, name, view, summary in _ROUTES:
        found.get(
            f"/schemas/{path}",
            auth=None,
            operation_id=f"{name}_schema",
            url_name=f"{name}_schema",
            summary=summary,
            openapi_extra={"responses": {200: {"content": {KIND: {"schema": {"type": "object"}}}}}},
        )(view)
    return found


def any_filter(request: HttpRequest) -> HttpResponse:
    """The JSON Schema of any filter. Needs no key."""
    asked.known_only(request)
    return _kept(json_schema(identity=request.build_absolute_uri(reverse("api:v1:filter_schema"))))


def filter_of(request: HttpRequest, entity: str) -> HttpResponse:
    """The JSON Schema of the filters of one entity, with its fields, operators and choices. Needs no key."""
    asked.known_only(request)
    resource = of_entity(entity)
    if resource is None:
        known = ", ".join(one.catalogue.entity for one in resources.all())
        raise ApiProblem(404, "not-found", f"There is no such entity. Entities are: {known}.")
    address = reverse("api:v1:entity_schema", args=[resource.catalogue.entity])
    return _kept(json_schema(resource.catalogue, identity=request.build_absolute_uri(address)))


def _kept(schema: dict[str, object]) -> HttpResponse:
    response = answer(schema)
    response["Content-Type"] = KIND
    patch_cache_control(response, public=True, max_age=SECONDS)
    return response


_ROUTES = (
    ("filter.json", "filter", any_filter, "The shape of any filter"),
    ("filter/{entity}.json", "entity", filter_of, "The shape of an entity's filters"),
)
