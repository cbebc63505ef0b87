"""What the API answers when it cannot do what was asked: problem+json (RFC 9457) that names field and cure."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse

from portal.filters.problems import Problem
from portal.filters.tree import show_path
from portal.kit import json, request_id
from portal.kit.json import Json
from portal.kit.text import storable

CONTENT_TYPE = "application/problem+json"
TITLES = {
    "not-json": "The request cannot be read",
    "no-key": "An API key is needed",
    "not-allowed": "The key may not do this",
    "not-found": "There is no such thing here",
    "no-such-method": "This cannot be done here",
    "ambiguous": "Several records fit",
    "too-large": "The request is too large",
    "refused": "Something in the request is wrong",
    "too-fast": "Too many requests",
    "other-content": "This was sent before with other content",
    "off": "Nothing is taken at the moment",
    "failed": "Something went wrong here",
}
"""Every kind of problem, by the last part of its `type`."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong: where (a parameter or a member of the body), what, and the cure.

    `node` is the path of the node inside a filter ("" its root), None where it is not about one.
    """

    field: str
    message: str
    cure: str
    node: str | None = None

    def told(self) -> Json:
        """Return it as the answer tells it."""
        place: Json = {} if self.node is None else {"node": self.node}
        return {"field": self.field, **place, "message": storable(self.message), "cure": storable(self.cure)}


class ApiProblem(Exception):
    """What was asked cannot be done; the answer says why, where and what helps."""

    def __init__(
        self,
        status: int,
        key: str,
        detail: str,
        faults: Iterable[Fault] = (),
        *,
        headers: dict[str, str] | None = None,
        errors: Iterable[Json] = (),
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.key = key
        self.detail = detail
        self.faults = tuple(faults)
        self.headers = headers or {}
        self.errors = list(errors)
        """What is wrong with a record that was sent: `path`, `code` and `message` of each fault."""


def refused(*faults: Fault) -> ApiProblem:
    """Return the problem of a request with these faults."""
    return ApiProblem(422, "refused", "Mend what `faults` names and send it again.", faults)


def of_filter(field: str, problems: Iterable[Problem]) -> list[Fault]:
    """Return the problems of a filter as faults of the field that holds it."""
    return [Fault(field, one.message, one.cure, show_path(one.path)) for one in problems]


def body(status: int, key: str, detail: str, faults: Iterable[Fault] = ()) -> Json:
    """Return the body of a problem."""
    told: Json = {
        "type": f"urn:switchyard:problem:{key}",
        "title": TITLES[key],
        "status": status,
        "detail": storable(detail),
        "requestId": request_id.current.get(),
    }
    if found := [fault.told() for fault in faults]:
        told["faults"] = found
    return told


def response(problem: ApiProblem) -> HttpResponse:
    """Return the answer of a problem. It is never kept by a cache."""
    told = body(problem.status, problem.key, problem.detail, problem.faults)
    if problem.errors:
        told["errors"] = problem.errors
    answer = HttpResponse(json.dumps(told), content_type=CONTENT_TYPE, status=problem.status)
    answer["Cache-Control"] = "private, no-store"
    for name, value in problem.headers.items():
        answer[name] = value
    return answer


def schema() -> dict[str, Any]:
    """Return the shape of a problem, for the OpenAPI document."""
    text = {"type": "string"}
    fault = {
        "type": "object",
        "required": ["field", "message", "cure"],
        "properties": {
            "field": {**text, "description": "The parameter, or the member of the body."},
            "node": {**text, "description": "The path of the node inside the filter, such as “0.2”; empty its root."},
            "message": text,
            "cure": text,
        },
    }
    error = {
        "type": "object",
        "required": ["path", "code", "message"],
        "properties": {"path": {**text, "description": "A JSON pointer."}, "code": text, "message": text},
    }
    return {
        "type": "object",
        "required": ["type", "title", "status", "detail", "requestId"],
        "properties": {
            "type": {"enum": [f"urn:switchyard:problem:{key}" for key in TITLES]},
            "title": text,
            "status": {"type": "integer"},
            "detail": text,
            "requestId": {**text, "description": "Name it when you ask for help."},
            "faults": {"type": "array", "items": fault},
            "errors": {"type": "array", "items": error, "description": "What is wrong with a record that was sent."},
        },
    }
