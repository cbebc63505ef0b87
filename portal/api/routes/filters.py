"""Filters, tried: what is wrong with one and what it means, and why it holds for a record or not."""

from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema
from pydantic import AfterValidator, ConfigDict, Field

from portal.api import asked
from portal.api.answers import CheckAnswer, WhyAnswer, answer, problem_json
from portal.api.auth import need
from portal.api.problems import Fault, of_filter, refused
from portal.api.resources import Resource, of_entity, resources
from portal.api.routes.records import one
from portal.filters import codec
from portal.filters.check import check as problems_of
from portal.filters.problems import BadFilter
from portal.filters.to_words import sentence
from portal.filters.tree import Group
from portal.filters.why import why as why_of
from portal.kit.clock import now
from portal.tenancy.keys import ApiKey
from portal.ui.list_state import State

_ANY = {"type": ["object", "string"], "description": "A filter as JSON (schemas/filter.json), or its address form."}


def _object_or_text(value: Any) -> Any:
    if value.__class__ not in (dict, str):
        raise ValueError("give the filter as an object, or as the text of an address")
    return value


class _Body(Schema):
    model_config = ConfigDict(extra="forbid", strict=True)

    entity: Annotated[str, Field(description="`order`, or the key of its list: `orders`.", examples=["order"])]
    filter: Annotated[Any, AfterValidator(_object_or_text), Field(json_schema_extra=_ANY)]


class CheckBody(_Body):
    """A filter to look at."""


class WhyBody(_Body):
    """A filter and a record."""

    id: Annotated[str, Field(description="The record, by any ID that its own address takes.")]


def router() -> Router:
    """Return these routes."""
    found = Router(tags=["Filters"])
    found.post(
        "/filters/check",
        response=CheckAnswer,
        operation_id="check_filter",
        url_name="check_filter",
        summary="Is a filter good?",
    )(check)
    found.post(
        "/filters/why",
        response=WhyAnswer,
        operation_id="explain_filter",
        url_name="explain_filter",
        summary="Why does it hold, or not?",
    )(why)
    return found


def check(request: HttpRequest, body: CheckBody) -> HttpResponse:
    """Say what is wrong with a filter, or what it means and how many records it finds.

    Needs the scope of the entity's list. A wrong filter is a good question: the answer is 200 with its problems.
    """
    resource, key = _resource(request, body.entity)
    zone, catalogue = key.organization.zone, resource.catalogue
    try:
        tree = _tree(body.filter)
        problems = problems_of(tree, catalogue, zone=zone)
    except BadFilter as error:
        tree, problems = None, list(error.problems)
    if problems or tree is None:
        told = [problem_json(problem) for problem in problems]
        return answer({"ok": False, "problems": told, "sentence": None, "count": None, "estimated": False})
    page = resource.page()
    count, about = page.count(page.filtered(key.organization, State(tree=tree), zone, now()))
    words = sentence(tree, catalogue, zone=zone)
    return answer({"ok": True, "problems": [], "sentence": words, "count": count, "estimated": about})


def why(request: HttpRequest, body: WhyBody) -> HttpResponse:
    """Say why a filter holds for one record or not: each condition, the value it saw, and what stood in the way.

    Needs the scope of the entity's list.
    """
    resource, key = _resource(request, body.entity)
    zone, catalogue = key.organization.zone, resource.catalogue
    try:
        tree = _tree(body.filter)
        document = resource.document(one(resource, key.organization, body.id))
        told = why_of(tree, catalogue, document, now(), zone=zone)
    except BadFilter as error:
        raise refused(*of_filter("filter", error.problems)) from None
    blocker = told.pop("blocker")
    words = sentence(tree, catalogue, zone=zone)
    return answer({"id": body.id, "outcome": told["outcome"], "sentence": words, "blocker": blocker, "why": told})


def _tree(given: Any) -> Group:
    return asked.tree_of(given) if isinstance(given, str) else codec.decode(given)


def _resource(request: HttpRequest, entity: str) -> tuple[Resource, ApiKey]:
    asked.known_only(request)
    resource = of_entity(entity)
    if resource is None:
        known = ", ".join(one.catalogue.entity for one in resources.all())
        raise refused(Fault("entity", "There is no such entity.", f"Entities are: {known}."))
    return resource, need(request, resource.scope)
