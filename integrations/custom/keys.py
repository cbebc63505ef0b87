"""The keys and the signing secret of a custom integration. Each is shown once, where it is made."""

import datetime as dt
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from integrations import lifecycle
from integrations.custom.client import ADDRESS, FORMER, SIGNING
from integrations.history import change
from integrations.kit import standard_webhooks
from integrations.manifest import Account, OwnApi
from integrations.models import Credential, Integration, IntegrationKey
from integrations.models.credential import store
from integrations.registry import connectors
from portal.audit.actor import Actor
from portal.kit.clock import database_now
from portal.tenancy import keyring
from portal.tenancy.keys import ApiKey
from portal.tenancy.models import User
from portal.tenancy.scopes import Scope, scopes

OVERLAP = dt.timedelta(days=1)
"""How long the signing secret before a rotation goes on beside the new one."""
SCOPES = {
    "store:orders": gettext_lazy("Orders of its shop, sent"),
    "store:products": gettext_lazy("Products of its shop, sent"),
    "store:fulfillments": gettext_lazy("Fulfillments of its shop's orders"),
    "store:stock": gettext_lazy("Stock that its shop may promise"),
    "system:orders": gettext_lazy("Orders that are pushed to its system"),
    "warehouse:requests": gettext_lazy("Shipping requests of its warehouse"),
    "warehouse:fulfillments": gettext_lazy("Fulfillments of its warehouse, sent"),
    "warehouse:stock": gettext_lazy("Stock of its warehouse, sent"),
    "warehouse:locations": gettext_lazy("Locations of its warehouse"),
}
for _key, _label in SCOPES.items():
    scopes.register(_key, Scope(_key, _label, of_integration=True))


@dataclass(frozen=True, slots=True)
class Secrets:
    """What is shown this once."""

    key: str = ""
    signing: str = ""


def api_of(integration: Integration) -> OwnApi | None:
    """Return what an integration's system may call; None where it does not call us."""
    return connectors.get(integration.connector).own_api


def begin(integration: Integration, *, by: Actor, user: User | None) -> Secrets:
    """Connect a custom integration that was just added: its first key and its signing secret are made."""
    with transaction.atomic():
        details = {"key": integration.public_id, "name": integration.name}
        account = Account(integration.public_id, integration.name, "", details=details)
        signing = standard_webhooks.new_secret()
        lifecycle.connected(integration, account, {SIGNING: signing}, by=by)
        return Secrets(make_key(integration, user=user, by=by), signing)


def make_key(integration: Integration, *, user: User | None, by: Actor) -> str:
    """Make another key. Returns its secret. Raises CannotDo when there are too many keys."""
    own_api = api_of(integration)
    if own_api is None:
        raise lifecycle.CannotDo(_("This system does not call us."))
    with transaction.atomic():
        row = lifecycle.locked(integration)
        made = _make(row, own_api, user)
        IntegrationKey.objects.create(integration=row, key=made.key)
        change(row, by=by, verb="key_made", summary=_("Made the key “%(name)s”.") % {"name": made.key.name})
    return made.secret


def _make(row: Integration, own_api: OwnApi, user: User | None) -> keyring.Made:
    base = row.name[:60]
    for name in (base, *(f"{base} ({number})" for number in range(2, keyring.MOST + 2))):
        try:
            return keyring.make(row.organization, name=name, allowed=own_api.scopes, by=user)
        except keyring.KeyNameTaken:
            continue
        except keyring.KeyRefused as refused:
            raise lifecycle.CannotDo(str(refused)) from refused
    raise lifecycle.CannotDo(_("There are too many keys; revoke one that nobody needs any more."))


def keys_of(integration: Integration) -> list[ApiKey]:
    """Return the keys of an integration that still open something, the newest first."""
    rows = IntegrationKey.objects.filter(integration=integration, key__revoked_at=None).select_related("key")
    return [row.key for row in rows.order_by("-key__created_at", "-pk")]


def revoke(integration: Integration, public_id: str, *, by: Actor) -> bool:
    """End one key of an integration at once. False where it has no such key."""
    with transaction.atomic():
        row = lifecycle.locked(integration)
        found = IntegrationKey.objects.filter(integration=row, key__public_id=public_id).select_related("key").first()
        if found is None or not keyring.revoke(found.key):
            return False
        change(row, by=by, verb="key_revoked", summary=_("Revoked the key “%(name)s”.") % {"name": found.key.name})
    return True


def revoke_all(integration: Integration) -> None:
    """End every key of an integration, because it is deleted."""
    for key in keys_of(integration):
        keyring.revoke(key)


def integration_of(key: ApiKey) -> Integration | None:
    """Return the integration for which a key speaks, None where it speaks for none."""
    row = (
        IntegrationKey.objects.filter(key=key)
        .select_related("integration__source", "integration__organization")
        .first()
    )
    return row.integration if row else None


def rotate(integration: Integration, *, by: Actor) -> str:
    """Make a new signing secret; the one before signs beside it, and is taken, for a day. Returns the new one."""
    with transaction.atomic():
        row = lifecycle.locked(integration)
        old = Credential.objects.filter(integration=row, field=SIGNING).select_related("integration").first()
        made = standard_webhooks.new_secret()
        store(row, {SIGNING: made, **({FORMER: old.open()} if old else {})})
        change(row, by=by, verb="secret_rotated", summary=_("Made a new signing secret; the old one counts for a day."))
    return made


def forget_former() -> int:
    """Forget signing secrets whose day is over. Returns how many."""
    gone, _ = Credential.objects.filter(field=FORMER, updated_at__lt=database_now() - OVERLAP).delete()
    return int(gone)


def signing_secrets(integration: Integration) -> str:
    """Return the secrets that count now, separated by spaces. Raises portal.kit.secrets.CannotOpen."""
    since = database_now() - OVERLAP
    rows = Credential.objects.filter(integration=integration, field__in=(SIGNING, FORMER)).select_related("integration")
    return " ".join(row.open() for row in rows.order_by("field") if row.field == SIGNING or row.updated_at > since)


def save_address(integration: Integration, url: str, *, by: Actor) -> Integration:
    """Keep the address that is called, or none; what can only be told to one is told from then on, or fetched.

    An integration that had stopped for its address works again.
    """
    from urllib.parse import urlsplit

    with transaction.atomic():
        row = lifecycle.locked(integration)
        if url:
            store(row, {ADDRESS: url})
        else:
            Credential.objects.filter(integration=row, field=ADDRESS).delete()
        host = urlsplit(url).hostname or ""
        said = _("Calls go to %(host)s from now on.") % {"host": host} if url else _("Nothing is called any more.")
        change(row, by=by, verb="address_changed", summary=said, account={**row.account, "host": host})
        pushed = [flow.key for flow in connectors.get(row.connector).flows if "push" in flow.directions]
        lifecycle.save_flows(row, dict.fromkeys(pushed, "push" if url else "disabled"), by=by)
        if row.cause:
            account = Account(row.account_key or row.public_id, row.name, "", details={**row.account, "host": host})
            lifecycle.connected(row, account, {}, by=by)
    return Integration.across.select_related("source", "organization").get(pk=row.pk)
