"""The addresses that outside systems call, and the secrets that they sign with."""

import datetime as dt
import hashlib
import secrets as random

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from integrations.kit.standard_webhooks import new_secret
from integrations.manifest import Hooks
from integrations.models import Credential, Hook, Integration
from integrations.models.credential import store
from integrations.registry import connectors
from portal.kit.clock import database_now

TOKEN, SECRET, FORMER = "hook_token", "hook_secret", "hook_secret_former"
FIELDS = (TOKEN, SECRET, FORMER)
"""Credentials that are not for calling the other side."""
STALE, BEFORE = "stale", "before"
"""Members of a registration: it has to be made anew; what it replaces and has still to be ended."""
BURST = 1_000.0
"""Messages that are taken at once after a rest (`integrations.hooks.inbox`)."""
OVERLAP = dt.timedelta(days=1)
"""How long messages that are signed with the former secret are still taken."""


def hooks_of(integration: Integration) -> Hooks | None:
    """Return how the other side of an integration calls us; None where it is only asked."""
    return connectors.get(integration.connector).hooks


def is_shared(hooks: Hooks) -> bool:
    """Say whether the outside system knows one address for all accounts."""
    return hooks.account_key is not None


def ensure(integration: Integration) -> Hook:
    """Return the address of an integration, made on first use with its token and its secret."""
    with transaction.atomic():
        found = Hook.objects.filter(integration=integration).first()
        if found is not None:
            return found
        Integration.across.select_for_update(of=("self",), no_key=True).get(pk=integration.pk)
        token = random.token_urlsafe(32)
        values = {"token_hash": hashed(token), "tokens": BURST}
        made, is_new = Hook.objects.get_or_create(integration=integration, defaults=values)
        if is_new:
            hooks = hooks_of(integration)
            own_secret = hooks is not None and hooks.secret is None and hooks.signing is None
            store(integration, {TOKEN: token} | ({SECRET: new_secret()} if own_secret else {}))
        return made


def rotate(integration: Integration) -> str:
    """Make a new secret and return it, to be shown this once; messages with the former one are taken for a day more."""
    ensure(integration)
    made = new_secret()
    with transaction.atomic():
        row = Credential.objects.select_for_update().get(integration=integration, field=SECRET)
        store(integration, {SECRET: made, FORMER: row.open()})
        hook = Hook.objects.select_for_update().get(integration=integration)
        if hook.address:  # the other side signs with what it was told: it is told the new one
            hook.registration = hook.registration | {STALE: True}
            hook.next_at = database_now()
            hook.save(update_fields=["registration", "next_at"])
    return made


def can_rotate(integration: Integration) -> bool:
    """Say whether the kit makes the secret that the other side signs with."""
    hooks = hooks_of(integration)
    own = hooks is not None and hooks.secret is None and hooks.signing is None
    return own and Hook.objects.filter(integration=integration).exists()


def secrets_of(integration: Integration, hooks: Hooks) -> str:
    """Return the secrets that a message may be signed with, separated by spaces; empty where there is none.

    Raises portal.kit.secrets.CannotOpen.
    """
    if hooks.secret is not None:
        return hooks.secret()
    if hooks.signing is not None:
        return hooks.signing(integration)
    rows = {one.field: one for one in Credential.objects.filter(integration=integration, field__in=(SECRET, FORMER))}
    valid = [rows[SECRET]] if SECRET in rows else []
    if FORMER in rows and rows[FORMER].updated_at + OVERLAP > database_now():
        valid.append(rows[FORMER])
    return " ".join(one.open() for one in valid)


def path_of(integration: Integration, hooks: Hooks) -> str:
    """Return the path that the other side calls. Raises portal.kit.secrets.CannotOpen."""
    if is_shared(hooks):
        return reverse("hooks:shared", args=[integration.connector])
    token = Credential.objects.get(integration=integration, field=TOKEN).open()
    return reverse("hooks:own", args=[integration.connector, token])


def public_url() -> str:
    """Return where the outside world reaches this installation, without a slash behind it; empty where it does not."""
    return str(settings.PUBLIC_URL).rstrip("/")


def hashed(token: str) -> str:
    """Return what finds an address by its token."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
