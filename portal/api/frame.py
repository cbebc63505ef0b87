"""The frame that every route of the API hangs in: reading, errors, caching, and the OpenAPI document."""

import functools
import importlib
import pkgutil
from collections.abc import Callable
from typing import Any, cast

from django.core.exceptions import RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response, patch_vary_headers, set_response_etag
from django.views.decorators.csrf import csrf_exempt
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.openapi.schema import OpenAPISchema
from ninja.parser import Parser
from ninja.types import DictStrAny

from portal.api import auth, problems, routes
from portal.api.problems import ApiProblem, Fault
from portal.api.resources import routers
from portal.kit import json

VERSION = "1"
NAMESPACE = "api:v1"
_ABOUT = "Orders, exceptions and runs, filtered as on the pages. How to use it stands in docs/api.md."


class _Parser(Parser):
    """Reads bodies exactly: decimals stay decimals, and NaN is no JSON."""

    def parse_body(self, request: HttpRequest) -> DictStrAny:
        """Return the body. Raises NotJson."""
        return cast(DictStrAny, json.loads(request.body))


class Api(NinjaAPI):
    """The API with its answers to what goes wrong, which every operation of the OpenAPI document names."""

    def get_openapi_schema(
        self, *, path_prefix: str | None = None, path_params: DictStrAny | None = None
    ) -> OpenAPISchema:
        """Return the OpenAPI document."""
        found = super().get_openapi_schema(path_prefix=path_prefix, path_params=path_params)
        shape = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
        components = found["components"]
        components.setdefault("schemas", {})["Problem"] = problems.schema()
        for path, operations in found["paths"].items():
            for operation in operations.values():
                for status, words in _failures(path, operation):
                    operation["responses"][status] = {"description": words, "content": shape}
        return found


def _failures(path: str, operation: dict[str, Any]) -> list[tuple[int, str]]:
    found = [(422, "Something in the request is wrong"), (400, "The request cannot be read")]
    if operation.get("security"):
        found += [(401, "No key, or none that is known"), (403, "The key lacks the scope"), (429, "Too many requests")]
    if "{" in path or path.endswith("/why"):
        found += [(404, "There is no such thing"), (409, "Several records have this ID")]
    return [*found, (413, "The request is too large")] if "requestBody" in operation else found


def make_api() -> Api:
    """Return the API with every route that there is now: the modules of `routes`, and what apps registered."""
    api = Api(
        title="Switchyard",
        version=VERSION,
        description=_ABOUT,
        urls_namespace=NAMESPACE,
        docs_url=None,
        auth=[auth.Bearer(), auth.KeyHeader()],
        parser=_Parser(),
    )
    for module in sorted(pkgutil.iter_modules(routes.__path__), key=lambda one: one.name):
        api.add_router("", importlib.import_module(f"{routes.__name__}.{module.name}").router())
    for router in routers.all():
        api.add_router("", router)
    _handle(api)
    return api


def _handle(api: Api) -> None:
    api.add_exception_handler(ApiProblem, lambda request, error: problems.response(cast(ApiProblem, error)))
    api.add_exception_handler(AuthenticationError, lambda request, error: problems.response(auth.missing()))
    api.add_exception_handler(Http404, lambda request, error: problems.response(nowhere()))
    api.add_exception_handler(RequestDataTooBig, lambda request, error: problems.response(too_large()))
    api.add_exception_handler(HttpError, _unreadable)
    api.add_exception_handler(ValidationError, _invalid)


def nowhere() -> ApiProblem:
    """Return the problem of an address that leads nowhere."""
    return ApiProblem(404, "not-found", "There is nothing at this address. /api/docs lists what there is.")


def too_large() -> ApiProblem:
    """Return the problem of a body that is larger than the portal reads."""
    return ApiProblem(413, "too-large", "The body is larger than 2.5 MB. Send less.")


def _unreadable(request: HttpRequest, error: Any) -> HttpResponse:
    detail = "The body is not JSON in UTF-8. Check brackets, quotes and commas, and that no number is NaN."
    return problems.response(ApiProblem(400, "not-json", detail))


def _invalid(request: HttpRequest, error: Any) -> HttpResponse:
    """Name each parameter or member at fault; what was sent is not repeated."""
    faults = []
    for one in error.errors[:50]:
        place = [str(part)[:80] for part in one["loc"]]
        name = ".".join(place[2:] if place[0] == "body" and len(place) > 2 else place[1:] or place)
        faults.append(Fault(name, f"{one['msg'][:200]}.", "See /api/docs for what it takes."))
    return problems.response(problems.refused(*faults))


def framed(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Put the frame around a view: errors as problems, no shared caches, 304 where nothing is new."""

    @csrf_exempt
    @functools.wraps(view)
    def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        if response.status_code == 405:
            allowed = response["Allow"]
            detail = f"This address knows {allowed}, and not {str(request.method)[:20]}."
            response = problems.response(ApiProblem(405, "no-such-method", detail, headers={"Allow": allowed}))
        response.setdefault("Cache-Control", "private, no-cache")
        if "public" not in response["Cache-Control"]:
            patch_vary_headers(response, ("Authorization", auth.HEADER))
        if request.method != "GET" or response.status_code != 200:
            return response
        set_response_etag(response)
        found = get_conditional_response(request, etag=response["ETag"], response=response)
        return cast(HttpResponse, found)

    return answered
