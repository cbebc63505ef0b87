"""Finds the organization that a signed-in person works in."""

import zoneinfo
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from portal.tenancy.models import Membership

SESSION_KEY = "organization"


class OrganizationMiddleware:
    """Set `request.member`, `.organization` and `.memberships`, and show times in the person's timezone.

    The session remembers the choice; a membership that has ended since falls back to the first.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer with member, organization and timezone in place."""
        request.memberships = _memberships(request)  # type: ignore[attr-defined]
        request.member = _member(request)  # type: ignore[attr-defined]
        request.organization = request.member and request.member.organization  # type: ignore[attr-defined]
        if request.user.is_authenticated:
            with timezone.override(zoneinfo.ZoneInfo(request.user.timezone)):
                return self.get_response(request)
        return self.get_response(request)


def _memberships(request: HttpRequest) -> list[Membership]:
    if not request.user.is_authenticated:
        return []
    rows = Membership.objects.filter(user=request.user).select_related("organization").order_by("created_at", "pk")
    memberships = list(rows)
    for membership in memberships:
        membership.user = request.user
    return memberships


def _member(request: HttpRequest) -> Membership | None:
    memberships: list[Membership] = request.memberships  # type: ignore[attr-defined]
    chosen = request.session.get(SESSION_KEY) if memberships else None
    first = memberships[0] if memberships else None
    return next((one for one in memberships if one.organization.public_id == chosen), first)
