"""Finds the organization that a signed-in person works in."""

import zoneinfo
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from portal.tenancy.models import Membership

SESSION_KEY = "organization"


class OrganizationMiddleware:
    """Set `request.member` and `request.organization`, and show times in the person's timezone.

    The session remembers the choice; a membership that has ended since falls back to the first.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer with member, organization and timezone in place."""
        request.member = _member(request)  # type: ignore[attr-defined]
        request.organization = request.member and request.member.organization  # type: ignore[attr-defined]
        if request.user.is_authenticated:
            with timezone.override(zoneinfo.ZoneInfo(request.user.timezone)):
                return self.get_response(request)
        return self.get_response(request)


def _member(request: HttpRequest) -> Membership | None:
    if not request.user.is_authenticated:
        return None
    memberships = list(
        Membership.objects.filter(user=request.user).select_related("organization").order_by("created_at", "pk")
    )
    chosen = request.session.get(SESSION_KEY)
    for membership in memberships:
        membership.user = request.user
        if membership.organization.public_id == chosen:
            return membership
    return memberships[0] if memberships else None
