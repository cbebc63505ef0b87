"""What can be done to an integration: add, connect, switch on and off, change, delete.

Each is one transaction with the change, its history and its event. Calls to the outside are made by
the callers (`integrations.kit.oauth`, `integrations.connect`), never inside a transaction.
"""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _
from pydantic import BaseModel

from integrations import events
from integrations.history import change
from integrations.manifest import Account, Direction, Manifest
from integrations.models import Connection, Credential, FlowState, Hook, Integration, IntegrationKey
from integrations.models.credential import store
from integrations.outbound import held
from integrations.registry import connectors
from integrations.sync import spans
from orders.exceptions.raise_ import Problem, close, raise_exceptions
from orders.models import Source
from portal.audit.actor import Actor
from portal.kit.clock import database_now
from portal.kit.json import Json
from portal.tenancy import keyring
from portal.tenancy.models import Organization

PROBLEM = "integration_failed"
PUSHED = "orders"
"""The flow whose pushes begin with the connection, and with the setting that says which orders are pushed."""


class CannotDo(ValueError):
    """What was asked for is not possible; the message says why, for people."""


def add(
    organization: Organization, connector: str, *, name: str, by: Actor, flows: Mapping[str, str] | None = None
) -> Integration:
    """Add an integration, not connected yet. Raises CannotDo, or portal.kit.registry.Unknown."""
    manifest = connectors.get(connector)
    chosen = _flows(manifest, flows or {})
    with transaction.atomic():
        source = Source.across.create(organization=organization, name=name, connector=connector)
        integration = Integration(organization=organization, connector=connector, name=name, source=source)
        integration.flows = chosen
        integration.save()
        FlowState.objects.bulk_create(
            FlowState(integration=integration, flow=flow.key) for flow in manifest.flows if flow.asked
        )
        spans.note(integration, {}, chosen)
        return change(integration, by=by, verb="added", summary=_("Added %(name)s.") % {"name": manifest.name})


def begin_connecting(integration: Integration, *, by: Actor) -> Integration:
    """Note that somebody is on the way to the other side; a connection that works stays as it is."""
    with transaction.atomic():
        row = locked(integration)
        if row.connection == Connection.CONNECTED:
            return row
        return change(row, by=by, verb="connecting", summary=_("Began to connect."), **_now(Connection.CONNECTING))


def connected(integration: Integration, account: Account, secrets: dict[str, str], *, by: Actor) -> Integration:
    """Keep a credential that has proved good, and let the flows begin. Raises CannotDo."""
    with transaction.atomic():
        row = locked(integration)
        _check_account(row, account)
        store(row, secrets)
        values = _now(Connection.CONNECTED) | {
            "account_key": account.key,
            "account_name": account.name,
            "account": account.details | {"url": account.url},
            "enabled_at": row.enabled_at or account.clock or database_now(),
            "last_ok_at": database_now(),
        }
        summary = _("Connected to %(account)s.") % {"account": account.name}
        change(row, by=by, verb="connected", summary=summary, event=events.INTEGRATION_CONNECTED, **values)
        FlowState.objects.filter(integration=row).update(next_at=Now(), failures=0, last_error="", last_full_at=None)
        spans.begin(row, PUSHED)
        close(row.organization_id, PROBLEM, cause_key=row.public_id, by=by)
        held.release(row)
    return row


def failed(integration: Integration, *, cause: str, cure: str, by: Actor) -> Integration:
    """Stop all flows and say what is wrong and how it is mended; a person hears of it."""
    with transaction.atomic():
        row = locked(integration)
        if row.connection == Connection.ERROR and (row.cause, row.cure) == (cause, cure):
            return row
        values = _now(Connection.ERROR) | {"cause": cause, "cure": cure}
        change(row, by=by, verb="failed", summary=cause, event=events.INTEGRATION_FAILED, **values)
        raise_exceptions(
            [
                Problem(
                    PROBLEM,
                    row.organization_id,
                    row.public_id,
                    _("%(name)s does not work") % {"name": row.name},
                    cause,
                    cure,
                    entity_type="integration",
                    entity_id=row.pk,
                    entity_label=row.name,
                    entity_public_id=row.public_id,
                    source_id=row.source_id,
                )
            ]
        )
    return row


def attempt_failed(integration: Integration, *, cause: str, cure: str, by: Actor) -> Integration:
    """Note that connecting did not work; a connection that works is left as it was.

    The returned integration carries cause and cure either way.
    """
    with transaction.atomic():
        row = locked(integration)
        if row.connection == Connection.CONNECTED:
            change(row, by=by, verb="connect_failed", summary=cause)
            row.cause, row.cure = cause, cure  # for the page that is about to be shown; not stored
            return row
    return failed(integration, cause=cause, cure=cure, by=by)


def enable(integration: Integration, *, by: Actor) -> Integration:
    """Switch on: the flows go on where they stopped."""
    with transaction.atomic():
        row = locked(integration)
        if row.enabled:
            return row
        _source_state(row, Source.State.ACTIVE)
        change(row, by=by, verb="enabled", summary=_("Switched on."), event=events.INTEGRATION_ENABLED, enabled=True)
        FlowState.objects.filter(integration=row).update(next_at=Now(), last_full_at=None)
        held.release(row)
    return row


def disable(integration: Integration, *, by: Actor) -> Integration:
    """Switch off: everything is kept, and nothing flows."""
    with transaction.atomic():
        row = locked(integration)
        if not row.enabled:
            return row
        _source_state(row, Source.State.DISABLED)
        return change(
            row, by=by, verb="disabled", summary=_("Switched off."), event=events.INTEGRATION_DISABLED, enabled=False
        )


def delete(integration: Integration, *, typed_name: str, by: Actor) -> None:
    """Delete for good: flows stop, credentials go, orders stay. Raises CannotDo when the name is not typed."""
    with transaction.atomic():
        row = locked(integration)
        if typed_name.strip() != row.name:
            raise CannotDo(_("Type the name “%(name)s” to delete it.") % {"name": row.name})
        Credential.objects.filter(integration=row).delete()
        for link in IntegrationKey.objects.filter(integration=row).select_related("key__organization"):
            keyring.revoke(link.key)
        FlowState.objects.filter(integration=row).delete()
        Hook.objects.filter(integration=row).delete()
        row.attempts.all().delete()
        _source_state(row, Source.State.DELETED)
        close(row.organization_id, PROBLEM, cause_key=row.public_id, by=by)
        values = {"deleted_at": database_now(), "enabled": False, "connection": Connection.NOT_CONFIGURED}
        change(row, by=by, verb="deleted", summary=_("Deleted."), event=events.INTEGRATION_DELETED, **values)


def rename(integration: Integration, *, name: str, by: Actor) -> Integration:
    """Give another name; orders show it as their source from then on."""
    with transaction.atomic():
        row = locked(integration)
        if name == row.name:
            return row
        Source.across.filter(pk=row.source_id).update(name=name)
        summary = _("Renamed to “%(name)s”.") % {"name": name}
        return change(row, by=by, verb="renamed", summary=summary, name=name)


def save_flows(integration: Integration, flows: Mapping[str, str], *, by: Actor) -> Integration:
    """Choose the direction of each flow; it acts at once. Raises CannotDo."""
    with transaction.atomic():
        row = locked(integration)
        chosen = _flows(connectors.get(row.connector), {**row.flows, **flows})
        if chosen == row.flows:
            return row
        FlowState.objects.filter(integration=row).update(next_at=Now(), last_full_at=None)
        spans.note(row, row.flows, chosen)
        held.release(row)
        return change(row, by=by, verb="flows_changed", summary=_("Changed what flows."), flows=chosen)


def save_settings(
    integration: Integration, settings: BaseModel, *, sync_from: dt.datetime | None, by: Actor
) -> Integration:
    """Save the settings of the connector; they act at once."""
    with transaction.atomic():
        row = locked(integration)
        if sync_from != row.sync_from:
            _begin_at(row, sync_from)
        values: Json = {"settings": settings.model_dump(mode="json"), "sync_from": sync_from}
        if all(getattr(row, name) == value for name, value in values.items()):
            return row
        sync_now(row)
        spans.begin(row, PUSHED)
        return change(row, by=by, verb="settings_changed", summary=_("Changed the settings."), **values)


def sync_now(integration: Integration, *, flow: str | None = None) -> int:
    """Have the flows that run look at once, whatever their schedule says. Returns how many will."""
    rows = FlowState.objects.filter(integration=integration, flow__in=running(integration))
    if flow is not None:
        rows = rows.filter(flow=flow)
    with transaction.atomic():
        Integration.across.select_for_update(of=("self",), no_key=True).get(
            pk=integration.pk
        )  # before its flows, as everybody does
        return rows.update(next_at=Now(), asked_at=Now(), last_full_at=None)


def running(integration: Integration) -> list[str]:
    """Return the keys of the flows that are on and built."""
    manifest = connectors.get(integration.connector)
    return [
        flow.key
        for flow in manifest.flows
        if (direction := Direction(integration.flows.get(flow.key, flow.initial))) is not Direction.DISABLED
        and direction in flow.built
    ]


def locked(integration: Integration) -> Integration:
    """Return the row, locked in this transaction. Raises CannotDo when it has been deleted.

    The lock lets rows be made that name the integration: a pull makes them while it holds its flow.
    """
    row = Integration.across.select_for_update(of=("self",), no_key=True).get(pk=integration.pk)
    if row.deleted_at is not None:
        raise CannotDo(_("This integration has been deleted."))
    return row


def _flows(manifest: Manifest, asked: Mapping[str, str]) -> dict[str, str]:
    chosen: dict[str, str] = {}
    for flow in manifest.flows:
        direction = flow.initial if flow.fixed else Direction(asked.get(flow.key, flow.initial))
        if direction not in flow.built:
            raise CannotDo(_("“%(flow)s” cannot flow this way yet.") % {"flow": flow.label})
        chosen[flow.key] = direction.value
    return chosen


def _check_account(row: Integration, account: Account) -> None:
    """One account has one integration, and one integration stays with its account: its orders came from there."""
    if row.account_key and row.account_key != account.key:
        raise CannotDo(
            _("This integration belongs to %(old)s, but %(new)s answered. Add another integration for it.")
            % {"old": row.account_name, "new": account.name}
        )
    others = Integration.across.filter(
        organization_id=row.organization_id, connector=row.connector, account_key=account.key, deleted_at=None
    )
    other = others.exclude(pk=row.pk).first()
    if other is not None:
        raise CannotDo(
            _("%(account)s is connected already, as “%(name)s”.") % {"account": account.name, "name": other.name}
        )


def _now(connection: Connection) -> dict[str, Any]:
    return {"connection": connection, "connection_since": database_now(), "cause": "", "cure": ""}


def _source_state(row: Integration, state: Source.State) -> None:
    Source.across.filter(pk=row.source_id).update(state=state)


def _begin_at(row: Integration, moment: dt.datetime | None) -> None:
    """Begin the cursor of orders afresh at another moment; what is here already stays as it is."""
    begin = moment or row.enabled_at
    cursor = {"start": int(begin.timestamp())} if begin else {}
    FlowState.objects.filter(integration=row, flow="orders").update(cursor=cursor, next_at=Now(), last_full_at=None)
