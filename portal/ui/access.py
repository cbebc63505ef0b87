"""Who may see a page, and how a page gets a record: through the organization, or not at all."""

import functools
from collections.abc import Callable
from typing import Any, Concatenate, ParamSpec, TypeVar, cast

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRedirect

from portal.tenancy.models import Membership, Organization, User
from portal.tenancy.roles import Permission
from portal.tenancy.scope import Scoped

P = ParamSpec("P")
S = TypeVar("S", bound=Scoped)


class PageRequest(HttpRequest):
    """The request of a signed-in member, as `@page` hands it to a view."""

    user: User
    organization: Organization
    member: Membership


View = Callable[Concatenate[PageRequest, P], HttpResponseBase]


def page(
    permission: Permission = Permission.VIEW,
) -> Callable[[View[P]], Callable[Concatenate[HttpRequest, P], HttpResponseBase]]:
    """Guard a view: sign-in, membership and the permission, else the login page or 403.

    The answer is private to the person and never kept by a shared cache. The view carries
    `required_permission`, so that the menu and the test that walks every URL can read it.
    """

    def guard(view: View[P]) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
        @functools.wraps(view)
        def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            refused = _sign_in(request)
            if refused is not None:
                return refused
            check(request, permission)
            response = view(cast(PageRequest, request), *args, **kwargs)
            patch_cache_control(response, private=True, no_cache=True)
            return response

        guarded.required_permission = permission  # type: ignore[attr-defined]
        return guarded

    return guard


def _sign_in(request: HttpRequest) -> HttpResponse | None:
    if request.user.is_authenticated:
        return None
    there = redirect_to_login(request.get_full_path())
    if request.headers.get("HX-Request") == "true":  # a login form inside a table would be no answer
        return HttpResponseClientRedirect(redirect_to_login(_page_address(request)).url)
    return there


def _page_address(request: HttpRequest) -> str:
    shown = request.headers.get("HX-Current-URL", "")
    host = request.get_host()
    return shown.split(host, 1)[1] if host in shown else request.get_full_path()


def check(request: HttpRequest, permission: Permission) -> None:
    """Raise PermissionDenied with the reason unless the member of this request may."""
    member: Membership | None = getattr(request, "member", None)
    if member is None:
        raise PermissionDenied(_("You belong to no organization yet. Ask an administrator to invite you."))
    if not member.may(permission):
        raise PermissionDenied(
            _("Your role here, %(role)s, does not include this. An administrator can change it.")
            % {"role": member.get_role_display()}
        )


def may(request: HttpRequest, permission: Permission) -> bool:
    """Say whether the member of this request has the permission: for buttons."""
    member: Membership | None = getattr(request, "member", None)
    return member is not None and member.may(permission)


def get_or_404(model: type[S], organization: Organization, *related: str, **lookup: Any) -> S:
    """Return the organization's record, with `related` joined. Raises Http404, also for another organization's."""
    rows = model.objects.within(organization)
    try:
        return cast(S, rows.select_related(*related).get(**lookup) if related else rows.get(**lookup))
    except cast(type[Model], model).DoesNotExist:  # type: ignore[attr-defined]
        raise Http404(_("There is no such record here.")) from None
