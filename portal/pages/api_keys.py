"""Settings, API keys: the keys of other programs, and the secret that signs what they are sent.

A secret is shown once, in the answer that makes it.
"""

import datetime as dt

from django import forms
from django.db import transaction
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from portal.deliveries import signing
from portal.kit.clock import now
from portal.pages.audited import note
from portal.pages.settings_frame import render_settings
from portal.tenancy import keyring
from portal.tenancy.keyring import Made
from portal.tenancy.keys import ApiKey
from portal.tenancy.roles import Permission
from portal.tenancy.scopes import label_of, scopes
from portal.ui.access import PageRequest, get_or_404, page
from portal.ui.htmx import add_message

_ENDS = (
    ("90", gettext_lazy("In 90 days")),
    ("365", gettext_lazy("In a year")),
    ("never", gettext_lazy("Never")),
)


def _scopes() -> list[tuple[str, str]]:
    return [(one.key, str(one.label)) for one in scopes.all() if not one.of_integration]


class ApiKeyForm(forms.Form):
    """A new key."""

    name = forms.CharField(
        label=gettext_lazy("Name"), max_length=80, help_text=gettext_lazy("The program that will use it.")
    )
    scopes = forms.MultipleChoiceField(
        label=gettext_lazy("It may read"),
        choices=_scopes,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Choose at least one.")},
    )
    days = forms.ChoiceField(label=gettext_lazy("Expires"), choices=_ENDS, initial="365")

    def expires_at(self) -> dt.datetime | None:
        """Return when the key shall end, None for never."""
        days = self.cleaned_data["days"]
        return now() + dt.timedelta(days=int(days)) if days != "never" else None


@require_GET
@page(Permission.CREDENTIALS)
def api_keys(request: PageRequest) -> HttpResponse:
    """Show the keys: what each may do, and when it was last used."""
    return _keys(request)


def _keys(
    request: PageRequest,
    *,
    form: ApiKeyForm | None = None,
    made: Made | None = None,
    webhook_secret: str = "",
    status: int = 200,
) -> HttpResponse:
    rows = [(key, [label_of(scope) for scope in key.scopes]) for key in keyring.keys_of(request.organization)]
    context = {
        "rows": rows,
        "form": form or ApiKeyForm(),
        "made": made,
        "docs_url": reverse("api:docs"),
        "signing": signing.secret_of(request.organization),
        "webhook_secret": webhook_secret,
        "now": now(),
    }
    response = render_settings(request, "portal/settings_api_keys.html", context, status=status)
    if made or webhook_secret:
        patch_cache_control(response, no_store=True)
    return response


@require_POST
@page(Permission.CREDENTIALS)
def make_api_key(request: PageRequest) -> HttpResponse:
    """Make a key and show its secret this one time."""
    form = ApiKeyForm(request.POST)
    if not form.is_valid():
        return _keys(request, form=form, status=422)
    told = form.cleaned_data
    try:
        with transaction.atomic():
            made = keyring.make(
                request.organization,
                name=told["name"],
                allowed=told["scopes"],
                by=request.user,
                expires_at=form.expires_at(),
            )
            may = ", ".join(made.key.scopes)
            note(request, "api_key", made.key.pk, "made", f"Made the API key “{made.key.name}” with {may}.")
    except keyring.KeyRefused as refusal:
        form.add_error("name", str(refusal))
        return _keys(request, form=form, status=422)
    return _keys(request, made=made)


@require_POST
@page(Permission.CREDENTIALS)
def revoke_api_key(request: PageRequest, public_id: str) -> HttpResponse:
    """End a key at once; 404 for any other organization's."""
    key = get_or_404(ApiKey, request.organization, public_id=public_id)
    with transaction.atomic():
        if keyring.revoke(key):
            note(request, "api_key", key.pk, "revoked", f"Revoked the API key “{key.name}”.")
    told = _("Revoked. A new key is made within five minutes") if key.system else _("“%(name)s” opens nothing any more")
    add_message(request, told % {"name": key.name})
    return HttpResponseRedirect(reverse("portal:api_keys"))


@require_POST
@page(Permission.CREDENTIALS)
def rotate_webhook_secret(request: PageRequest) -> HttpResponse:
    """Make the secret that signs webhooks, or a new one, and show it this one time."""
    first = signing.secret_of(request.organization) is None
    with transaction.atomic():
        secret = signing.rotate(request.organization)
        summary = "Made the webhook secret." if first else "Made a new webhook secret; the old one signs for a day."
        note(request, "organization", request.organization.pk, "webhook_secret", summary)
    return _keys(request, webhook_secret=secret)
