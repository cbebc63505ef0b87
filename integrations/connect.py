"""Trying a credential on the other side, and keeping it when it is good."""

from collections.abc import Mapping

from django.conf import settings
from django.utils.translation import gettext as _

from integrations import lifecycle
from integrations.kit.client import Way
from integrations.kit.errors import OutsideFailed
from integrations.manifest import Access, Client
from integrations.models import Integration
from integrations.models.credential import opened
from integrations.registry import connectors
from portal.audit.actor import Actor
from portal.kit.json import Json


def client_of(integration: Integration) -> tuple[Client, Way]:
    """Return a client that calls as this integration, and its way out. Raises portal.kit.secrets.CannotOpen."""
    return _client(integration, integration.account, opened(integration))


def with_token(integration: Integration, values: Mapping[str, str], *, by: Actor) -> Integration:
    """Connect with what a person typed in; the status of the returned integration says how it went."""
    manifest = connectors.get(integration.connector)
    secret = {field.key: values[field.key] for field in manifest.token if field.secret}
    details: Json = {field.key: values[field.key] for field in manifest.token if not field.secret}
    lifecycle.begin_connecting(integration, by=by)
    return use(integration, details=details, secrets=secret, by=by)


def use(integration: Integration, *, details: Json, secrets: dict[str, str], by: Actor) -> Integration:
    """Try a credential by asking whose it is. Connects, or says what is wrong and how it is mended."""
    try:
        account = _client(integration, details, secrets)[0].account()
        return lifecycle.connected(integration, account, secrets, by=by)
    except OutsideFailed as failed:
        return lifecycle.attempt_failed(integration, cause=failed.sentence(), cure=str(failed.reaction.cure), by=by)
    except lifecycle.CannotDo as refused:
        cure = _("Press Connect and choose another account there.")
        return lifecycle.attempt_failed(integration, cause=str(refused), cure=cure, by=by)


def _client(integration: Integration, details: Json, secrets: Mapping[str, str]) -> tuple[Client, Way]:
    manifest = connectors.get(integration.connector)
    way = Way(integration.pk, manifest, secrets)
    endpoints = settings.CONNECTOR_ENDPOINTS.get(manifest.key, {})
    return manifest.client(way, Access(endpoints, details, secrets, integration.settings)), way
