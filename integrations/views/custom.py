"""The Connection tab of a custom integration: its keys, its signing secret, the address that is called, how to test.

Secrets are shown once, in the answer that makes them.
"""

import uuid
from typing import Any

from django import forms
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST
from django_stubs_ext import StrOrPromise

from integrations import lifecycle
from integrations.connect import client_of
from integrations.custom import keys
from integrations.custom.client import ADDRESS, FORMER, SIGNING, CustomClient
from integrations.custom.examples import EXAMPLES
from integrations.custom.hooks import TOPICS
from integrations.hooks import address as hooked
from integrations.kit.errors import OutsideFailed
from integrations.models import Integration
from integrations.views.detail import frame
from integrations.views.found import found
from portal.audit.actor import Actor
from portal.kit import addresses
from portal.kit.secrets import CannotOpen
from portal.tenancy.roles import Permission
from portal.ui.access import PageRequest, page
from portal.ui.htmx import add_message


class AddressForm(forms.Form):
    """Where messages to the other side go."""

    url = forms.CharField(
        label=gettext_lazy("Address"),
        required=False,
        max_length=2_000,
        strip=True,
        widget=forms.URLInput(attrs={"placeholder": "https://shop.example.com/switchyard", "autocomplete": "off"}),
        help_text=gettext_lazy("Public and https. Empty: nothing is called, and your system fetches what it needs."),
    )

    def clean_url(self) -> str:
        """Refuse what cannot be called, with the cure."""
        from django.conf import settings

        url = str(self.cleaned_data["url"])
        if not url:
            return ""
        try:
            addresses.check(url, allowed=settings.ALLOWED_PRIVATE_HOSTS)
        except addresses.AddressRefused as error:
            raise forms.ValidationError(
                _("%(why)s Enter a public address that starts with https://.") % {"why": error}
            ) from error
        except addresses.NameUnknown as error:
            raise forms.ValidationError(_("%(why)s Check how it is spelled.") % {"why": error}) from error
        return url


@page(Permission.CREDENTIALS)
def connection(request: PageRequest, public_id: str) -> HttpResponse:
    """Show how the other side connects."""
    return shown(request, _custom(request, public_id))


@require_POST
@page(Permission.CREDENTIALS)
def make_key(request: PageRequest, public_id: str) -> HttpResponse:
    """Make another key, and show it this once."""
    integration = _custom(request, public_id)
    try:
        secret = keys.make_key(integration, user=request.user, by=Actor.user(request.user))
    except lifecycle.CannotDo as refused:
        return shown(request, integration, problem=str(refused), status=422)
    return shown(request, integration, made=keys.Secrets(key=secret))


@require_POST
@page(Permission.CREDENTIALS)
def revoke_key(request: PageRequest, public_id: str, key_id: str) -> HttpResponse:
    """End one key at once; 404 for one of another integration."""
    integration = _custom(request, public_id)
    if not keys.revoke(integration, key_id, by=Actor.user(request.user)):
        raise Http404(_("There is no such key here."))
    add_message(request, _("The key opens nothing any more."))
    return _back(integration)


@require_POST
@page(Permission.CREDENTIALS)
def rotate(request: PageRequest, public_id: str) -> HttpResponse:
    """Make a new signing secret, and show it this once."""
    integration = _custom(request, public_id)
    signing = keys.rotate(integration, by=Actor.user(request.user))
    return shown(request, integration, made=keys.Secrets(signing=signing))


@require_POST
@page(Permission.CREDENTIALS)
def save_address(request: PageRequest, public_id: str) -> HttpResponse:
    """Keep the address that is called, or call none."""
    integration = _custom(request, public_id)
    form = AddressForm(request.POST)
    if not form.is_valid():
        return shown(request, integration, form=form, status=422)
    keys.save_address(integration, form.cleaned_data["url"], by=Actor.user(request.user))
    add_message(request, _("Saved. Send a test message now.") if form.cleaned_data["url"] else _("Saved."))
    return _back(integration)


@require_POST
@page(Permission.CREDENTIALS)
def test(request: PageRequest, public_id: str) -> HttpResponse:
    """Send one signed message that means nothing, and say what came back."""
    integration = _custom(request, public_id)
    try:
        client, _way = client_of(integration)
        assert isinstance(client, CustomClient)
        client.say("test", str(uuid.uuid4()), {"integration": integration.public_id})
    except (OutsideFailed, CannotOpen) as failed:
        said = failed.sentence() if isinstance(failed, OutsideFailed) else str(failed)
        return shown(request, integration, problem=said, status=422)
    add_message(request, _("The address has answered: it works."))
    return _back(integration)


def shown(
    request: PageRequest,
    integration: Integration,
    *,
    made: keys.Secrets | None = None,
    form: AddressForm | None = None,
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    """Return the page, with secrets that were made just now."""
    integration = found(request, integration.public_id)
    own_api = keys.api_of(integration)
    assert own_api is not None
    credentials = {one.field: one for one in integration.credentials.all()}
    root = request.build_absolute_uri(reverse("api:v1:api-root"))
    context: dict[str, Any] = frame(request, integration, "connection") | {
        "made": made,
        "problem": problem,
        "form": form or AddressForm(),
        "keys": [(key, [keys.SCOPES[scope] for scope in key.scopes]) for key in keys.keys_of(integration)],
        "signing": credentials.get(SIGNING),
        "former": credentials.get(FORMER),
        "host": integration.account.get("host", "") if ADDRESS in credentials else "",
        "root": root,
        "docs_url": reverse("api:docs"),
        "examples": _examples(integration, root),
        "hook_url": _hook_url(request, integration),
        "topics": [name for name, (kind, _own) in TOPICS.items() if _takes(integration, kind)],
    }
    response = render(request, "integrations/connection.html", context, status=status)
    patch_cache_control(response, private=True, no_store=True)
    return response


def _takes(integration: Integration, kind: str) -> bool:
    from integrations.custom.doors import door_of

    return door_of(integration, kind) is not None


def _examples(integration: Integration, root: str) -> list[tuple[StrOrPromise, str]]:
    place = _location(integration)
    told = EXAMPLES[integration.connector]
    return [(label, text.replace("ROOT/", root).replace("LOCATION", place)) for label, text in told]


def _location(integration: Integration) -> str:
    from orders.models import ExternalLocation

    rows = ExternalLocation.objects.within(integration.organization).filter(source=integration.source_id, active=True)
    first = rows.order_by("pk").values_list("ext_location_id", flat=True).first()
    return first if first and first.isascii() and "'" not in first else "main"


def _hook_url(request: PageRequest, integration: Integration) -> str:
    hooks = hooked.hooks_of(integration)
    if hooks is None or integration.connection == "not_configured":
        return ""
    hooked.ensure(integration)
    path = hooked.path_of(integration, hooks)
    return f"{hooked.public_url()}{path}" if hooked.public_url() else request.build_absolute_uri(path)


def _custom(request: PageRequest, public_id: str) -> Integration:
    """Return an integration whose system calls us. Raises Http404."""
    integration = found(request, public_id)
    if keys.api_of(integration) is None:
        raise Http404(_("This integration connects in another way."))
    return integration


def _back(integration: Integration) -> HttpResponse:
    return HttpResponseRedirect(reverse("integrations:connection", args=[integration.public_id]))
