"""PostgreSQL stores no NUL character, so one is refused at the door rather than by every query."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, HttpResponseBase

NUL = "\x00"


class NulMiddleware:
    """Answer 400 to a request with a NUL in its path, parameters, form or cookies."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Look at what is there without reading the body."""
        if NUL in request.path_info or _has(request.GET.lists()) or any(NUL in v for v in request.COOKIES.values()):
            raise BadRequest("A NUL character cannot be stored.")
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_: Any, **__: Any) -> HttpResponseBase | None:
        """Look at the form, which the check of its token has read by now."""
        if request.method == "POST" and _has(request.POST.lists()):
            raise BadRequest("A NUL character cannot be stored.")
        return None


def _has(lists: Iterable[tuple[str, Sequence[object]]]) -> bool:
    return any(NUL in name or any(NUL in str(value) for value in values) for name, values in lists)
