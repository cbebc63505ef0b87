"""Every request has an ID, which stands in its log lines, its answer and its error page."""

import contextvars
import logging
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from portal.kit.ids import new_public_id

current: contextvars.ContextVar[str] = contextvars.ContextVar("request_id", default="-")


class RequestIdMiddleware:
    """Give each request a fresh ID and send it back as `X-Request-Id`."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer with the ID in place for everything below."""
        token = current.set(new_public_id())
        try:
            response = self.get_response(request)
            response["X-Request-Id"] = current.get()
            return response
        finally:
            current.reset(token)


class RequestIdFilter(logging.Filter):
    """Put the ID of the request (or "-") on each log line."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Add the ID; keep every record."""
        record.request_id = current.get()
        return True
