"""The page that shows what the API can do, drawn from its own OpenAPI document: no script, nothing from elsewhere."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.views.decorators.http import require_GET

from portal.tenancy.roles import Permission
from portal.ui.access import PageRequest, may, page


@dataclass(frozen=True)
class Parameter:
    """A parameter, or a member of the body."""

    name: str
    type: str
    needed: bool
    description: SafeString


@dataclass(frozen=True)
class Operation:
    """One thing that can be asked."""

    id: str
    method: str
    path: str
    summary: str
    description: SafeString
    parameters: list[Parameter]
    body: list[Parameter]
    answers: list[tuple[str, str]]
    public: bool


@require_GET
@page()
def page_of_api(request: PageRequest) -> HttpResponse:
    """Show every operation, what it takes and what it answers."""
    from portal.api.urls import api  # the addresses name this view

    document = api.get_openapi_schema()
    groups: dict[str, list[Operation]] = {}
    for tag, operation in _operations(document):
        groups.setdefault(tag, []).append(operation)
    root = request.build_absolute_uri(reverse("api:v1:api-root"))
    context = {
        "groups": [(tag, groups[tag]) for tag in sorted(groups, reverse=True)],
        "example": f"{root}orders?view=on-hold&count=10",
        "openapi_url": reverse("api:v1:openapi-json"),
        "schema_url": reverse("api:v1:filter_schema"),
        "keys_url": reverse("portal:api_keys") if may(request, Permission.CREDENTIALS) else "",
    }
    return render(request, "portal/api_docs.html", context)


def _operations(document: dict[str, Any]) -> Iterator[tuple[str, Operation]]:
    for path, methods in document["paths"].items():
        for method, one in methods.items():
            parameters = [_parameter(given["name"], given["schema"], given) for given in one.get("parameters", ())]
            answers = [(str(code), told["description"]) for code, told in sorted(one["responses"].items(), key=str)]
            operation = Operation(
                one["operationId"], method.upper(), path, one["summary"], _marked(one.get("description", "")),
                parameters, list(_body(one, document)), answers, not one.get("security"),
            )  # fmt: skip
            yield (one.get("tags") or ["Other"])[0], operation


def _parameter(name: str, schema: dict[str, Any], told: dict[str, Any]) -> Parameter:
    kind = schema.get("type", "any")
    words = " or ".join(kind) if isinstance(kind, list) else str(kind)
    if "maximum" in schema:
        words = f"{words}, {schema.get('minimum', 0)} to {schema['maximum']}"
    return Parameter(name, words, bool(told.get("required")), _marked(told.get("description", "")))


def _body(one: dict[str, Any], document: dict[str, Any]) -> Iterator[Parameter]:
    content = one.get("requestBody", {}).get("content", {}).get("application/json")
    if content is None:
        return
    reference = content["schema"].get("$ref", "").rpartition("/")[2]
    schema = document["components"]["schemas"].get(reference, content["schema"])
    for name, member in schema.get("properties", {}).items():
        yield _parameter(name, member, {**member, "required": name in schema.get("required", ())})


def _marked(text: str) -> SafeString:
    """Return a description for a page: what stands between backticks is code."""
    parts = enumerate(text.split("`"))
    return format_html_join(
        "", "{}", ((format_html("<code>{}</code>", part) if number % 2 else part,) for number, part in parts)
    )
