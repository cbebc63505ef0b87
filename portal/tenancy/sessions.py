"""How long a session lasts: two hours without a person, twelve in any case (reliability.md D)."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse

from portal.kit.clock import now

BEGAN, SEEN = "began", "seen"
_WRITE_EVERY = 60
REFRESH = "X-Refresh"
"""A page that asks for itself every few seconds says so by this header: that is no sign of a person."""


class SessionTimesMiddleware:
    """End a session that is too old or was left alone, before anything is done with it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, as nobody where the session has ended."""
        if request.user.is_authenticated:
            moment = _seconds()
            if _is_over(request, moment):
                logout(request)
            elif REFRESH not in request.headers and moment - request.session.get(SEEN, 0) >= _WRITE_EVERY:
                request.session[SEEN] = moment
        return self.get_response(request)


def _is_over(request: HttpRequest, moment: int) -> bool:
    began, seen = (int(request.session.get(name, 0)) for name in (BEGAN, SEEN))
    too_old = moment - began > int(settings.SESSION_COOKIE_AGE)
    return too_old or moment - seen > int(settings.SESSION_IDLE_SECONDS)


@receiver(user_logged_in)
def _begin(request: HttpRequest, **_: Any) -> None:
    request.session[BEGAN] = request.session[SEEN] = _seconds()


def _seconds() -> int:
    return int(now().timestamp())
