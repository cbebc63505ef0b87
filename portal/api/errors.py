"""What goes wrong outside any route: programs get a problem, people get a page."""

from django.http import HttpRequest, HttpResponse

from portal.api import problems
from portal.api.frame import nowhere
from portal.api.problems import ApiProblem
from portal.ui import errors

_ROOT = "/api/v"


def _is_api(request: HttpRequest) -> bool:
    return request.path.startswith(_ROOT)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400."""
    if not _is_api(request):
        return errors.bad_request(request, exception)
    detail = "The request cannot be read: it has a character that nothing holds, or a wrong host."
    return problems.response(ApiProblem(400, "not-json", detail))


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404."""
    return problems.response(nowhere()) if _is_api(request) else errors.not_found(request, exception)


def failed(request: HttpRequest) -> HttpResponse:
    """500; the log knows more, under the ID of the request."""
    if not _is_api(request):
        return errors.failed(request)
    detail = "This is our fault. Try again; if it stays, ask for help and name the requestId."
    return problems.response(ApiProblem(500, "failed", detail))
