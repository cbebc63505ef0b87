"""What all settings pages share: their tabs, of which each person sees those that are for them."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django_stubs_ext import StrOrPromise

from portal.kit.registry import Registry
from portal.tenancy.roles import Permission
from portal.ui.access import PageRequest, may
from portal.ui.components import Tab

more_tabs: Registry[tuple[StrOrPromise, str]] = Registry("settings page")
"""Settings pages of other apps: their label and the name of their address."""


def render_settings(request: PageRequest, template: str, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    """Draw a settings page with the tabs above it."""
    return render(request, template, {**context, "tabs": _tabs(request)}, status=status)


def _tabs(request: PageRequest) -> list[Tab]:
    here = request.path
    pages = [(_("Organization"), "portal:settings"), (_("Members"), "portal:members")]
    if may(request, Permission.CREDENTIALS):
        pages.append((_("API keys"), "portal:api_keys"))
    pages += [(str(label), name) for label, name in more_tabs.all()]
    pages.append((_("My account"), "portal:account"))
    return [Tab(label, reverse(name), _is_current(name, here)) for label, name in pages]


def _is_current(name: str, here: str) -> bool:
    return here == reverse(name) if name == "portal:settings" else here.startswith(reverse(name))
