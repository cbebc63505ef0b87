"""What the shell needs on every page. Lazy: an HTMX part, which has no shell, pays nothing."""

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from portal.kit import request_id
from portal.tenancy.models import Membership
from portal.ui.menu import Shown, menu

THEMES = ("auto", "light", "dark")


def shell(request: HttpRequest) -> dict[str, Any]:
    """Context processor: theme, navigation, organizations and the request's ID."""
    return {
        "theme": _theme(request),
        "request_id": request_id.current.get(),
        "navigation": SimpleLazyObject(lambda: _navigation(request)),
        "memberships": SimpleLazyObject(lambda: _memberships(request)),
    }


def _theme(request: HttpRequest) -> str:
    user = getattr(request, "user", None)
    chosen = getattr(user, "theme", "auto") if user is not None and user.is_authenticated else "auto"
    return chosen if chosen in THEMES else "auto"


def _navigation(request: HttpRequest) -> list[Shown]:
    return menu.shown(request) if getattr(request, "member", None) else []


def _memberships(request: HttpRequest) -> list[Membership]:
    """Return the memberships that the middleware has read, by the name of the organization."""
    found: list[Membership] = getattr(request, "memberships", [])
    return sorted(found, key=lambda membership: membership.organization.name.casefold())
