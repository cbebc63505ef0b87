"""Answers: written by our own JSON, so that money stays exact, and described for the OpenAPI document."""

from typing import Any

from django.http import HttpResponse
from ninja import Schema
from pydantic import ConfigDict

from portal.filters.problems import Problem
from portal.filters.tree import show_path
from portal.kit import json
from portal.kit.json import Json
from portal.kit.text import storable


def answer(value: Any) -> HttpResponse:
    """Return a value as the JSON of a good answer."""
    return HttpResponse(json.dumps(value), content_type="application/json")


def problem_json(problem: Problem) -> Json:
    """Return a problem of a filter as the API tells it."""
    return {
        "node": show_path(problem.path),
        "part": problem.part,
        "message": storable(problem.message),
        "cure": storable(problem.cure),
    }


class Shape(Schema):
    """The shape of an answer; what it does not name may be there too."""

    model_config = ConfigDict(extra="allow")


class ListAnswer(Shape):
    """A page of records. `total` is null where it was not asked for; `next` where nothing is behind it."""

    rows: list[dict[str, Any]]
    total: int | None
    estimated: bool
    next: str | None


class NodeProblem(Shape):
    """One fault of a filter: the path of its node ("" the root), the part of it, what is wrong, the cure."""

    node: str
    part: str
    message: str
    cure: str


class CheckAnswer(Shape):
    """What a filter means here, or what is wrong with it. `count` is null where it is wrong."""

    ok: bool
    problems: list[NodeProblem]
    sentence: str | None
    count: int | None
    estimated: bool


class WhyAnswer(Shape):
    """Why a filter holds or not for one record: `why` is its tree with what each condition saw."""

    id: str
    outcome: bool
    sentence: str
    blocker: str | None
    why: dict[str, Any]


class FieldAnswer(Shape):
    """One field that a filter may name. `choices` are all there are, `suggestions` what is known."""

    path: str
    label: str
    type: str
    group: str
    operators: list[str]


class OperatorAnswer(Shape):
    """One operator and what it takes as its value."""

    label: str
    takes: str
    operand: str


class CatalogueAnswer(Shape):
    """Everything that a filter of an entity may ask."""

    entity: str
    resource: str
    fields: list[FieldAnswer]
    operators: dict[str, OperatorAnswer]
    sorts: list[str]


class ViewAnswer(Shape):
    """A view: its filter as a tree, in words, and what else it keeps."""

    key: str
    name: str
    shared: bool
    filter: dict[str, Any] | None
    sentence: str | None
    q: str
    sort: str
    problems: list[NodeProblem]


class ViewsAnswer(Shape):
    """The views of a list that a key may use."""

    resource: str
    views: list[ViewAnswer]
