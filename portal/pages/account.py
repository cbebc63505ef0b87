"""Signing in and out, and what a person chooses for themselves."""

from django.contrib.auth import logout
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from portal.tenancy.middleware import SESSION_KEY
from portal.tenancy.models import Membership, User
from portal.ui.access import PageRequest, page

LOCKED_SECONDS = 15 * 60


class SignInForm(AuthenticationForm):
    """E-mail and password."""

    error_messages = {
        "invalid_login": _("This e-mail and password do not belong together. Check both and try again."),
        "inactive": _("This account is switched off. Ask an administrator of your organization."),
    }


class SignIn(LoginView):
    """The sign-in page; failures are counted by `portal.tenancy.throttle`."""

    template_name = "portal/login.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True


def locked_out(request: HttpRequest, *_: object) -> HttpResponse:
    """Say that no more tries are taken for a while (`AXES_LOCKOUT_CALLABLE`)."""
    response = render(request, "portal/locked_out.html", status=429)
    response["Retry-After"] = str(LOCKED_SECONDS)
    add_never_cache_headers(response)
    return response


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session."""
    logout(request)
    return redirect("portal:login")


@require_POST
@page()
def switch_organization(request: PageRequest) -> HttpResponse:
    """Work in another organization that the person is a member of; 404 for any other."""
    public_id = request.POST.get("organization", "")
    if not Membership.objects.filter(user=request.user, organization__public_id=public_id).exists():
        raise Http404
    request.session[SESSION_KEY] = public_id
    return redirect("portal:dashboard")


@require_POST
@page()
def choose_theme(request: PageRequest) -> HttpResponse:
    """Remember light, dark or like the system; unknown values change nothing."""
    theme = request.POST.get("theme", "")
    if theme in User.Theme.values:
        User.objects.filter(pk=request.user.pk).update(theme=theme)
    return HttpResponse(status=204) if request.htmx else redirect("portal:dashboard")  # type: ignore[attr-defined]
