"""Error pages: what went wrong, what was done about it, what helps, and the request's ID."""

from django.http import HttpRequest, HttpResponse, HttpResponseServerError
from django.shortcuts import render
from django.template import loader
from django.utils.cache import add_never_cache_headers

from portal.kit import request_id


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400."""
    return _page(request, "400.html", 400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403, with the reason that the check gave."""
    return _page(request, "403.html", 403, reason=str(exception))


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404; the same for what is not there and for what is another organization's."""
    return _page(request, "404.html", 404)


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form without a valid token (`CSRF_FAILURE_VIEW`)."""
    return _page(request, "403_csrf.html", 403)


def failed(request: HttpRequest) -> HttpResponse:
    """500. Without the request's context: the database may be what failed."""
    page = loader.render_to_string("500.html", {"request_id": request_id.current.get(), "theme": "auto"})
    response = HttpResponseServerError(page)
    add_never_cache_headers(response)
    return response


def _page(request: HttpRequest, template: str, status: int, **context: str) -> HttpResponse:
    """Draw the page. It is never kept: a 404 may be kept by any cache that is not told otherwise."""
    response = render(request, template, context, status=status)
    add_never_cache_headers(response)
    return response
