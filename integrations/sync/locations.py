"""Pulling locations, and what the account says of itself (its currency above all)."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from django.db import transaction
from django.db.models import Exists, F, OuterRef
from django.db.models.functions import Now

from integrations.capabilities import OffersMethods
from integrations.manifest import Account, Client, Role
from integrations.models import FlowState, Integration
from integrations.registry import connectors
from integrations.sync.outcome import Outcome
from orders.methods.write import take_methods
from orders.models import ExternalLocation, Location
from orders.records.location import LocationRecord

EVERY = 900
"""Seconds between two pulls."""


def pull(integration: Integration, client: Client) -> Outcome:
    """Write the locations of the account, and the shipping methods where it tells them. Raises OutsideFailed."""
    account, records = client.account(), client.locations()
    methods = client.methods() if isinstance(client, OffersMethods) else None
    with transaction.atomic():
        _keep_account(integration, account)
        outcome = _write(integration, records)
        changed = 0 if methods is None else take_methods(integration.source, methods)
        return replace(outcome, updated=outcome.updated + changed)


def _keep_account(integration: Integration, account: Account) -> None:
    """Keep what changed; orders that were refused for it are looked at again."""
    details = account.details | {"url": account.url}
    if details == integration.account and account.name == integration.account_name:
        return
    # The integration before its flows, as everywhere (docs/architecture.md).
    Integration.across.filter(pk=integration.pk).update(account=details, account_name=account.name)
    if details.get("currency") != integration.account.get("currency"):
        rows = FlowState.objects.filter(integration=integration, flow="orders")
        for row in rows.select_for_update():
            row.cursor = {key: value for key, value in row.cursor.items() if key == "start"}
            row.last_full_at = None
            row.save(update_fields=["cursor", "last_full_at"])


def _write(integration: Integration, records: Sequence[LocationRecord]) -> Outcome:
    """Bring the locations to what the account says: those that it does not name are gone."""
    kept = keep(integration, records)
    named = {record.ext_location_id for record in records}
    rows = ExternalLocation.across.filter(source_id=integration.source_id, active=True)
    return replace(kept, deleted=close(list(rows.exclude(ext_location_id__in=named))))


def keep(integration: Integration, records: Sequence[LocationRecord]) -> Outcome:
    """Make or update the locations that an outside system names; others stay as they are."""
    rows = ExternalLocation.across.filter(source_id=integration.source_id).select_related("location")
    known = {row.ext_location_id: row for row in rows}
    created = updated = 0
    for record in records:
        row = known.get(record.ext_location_id)
        if row is None:
            known[record.ext_location_id] = _create(integration, record)
            created += 1
        else:
            updated += _update(row, record)
    return Outcome(pages=1, created=created, updated=updated)


def close(gone: Sequence[ExternalLocation]) -> int:
    """Note that the outside system has these no more. Returns how many."""
    ExternalLocation.across.filter(pk__in=[row.pk for row in gone]).update(active=False, updated_at=Now())
    _close(row.location_id for row in gone)
    return len(gone)


def _create(integration: Integration, record: LocationRecord) -> ExternalLocation:
    own = {"organization_id": integration.organization_id, "source_id": integration.source_id}
    told: dict[str, Any] = {"name": record.name, "address": _address(record)}
    # A warehouse ships from its own locations; people may change that on the page of a location.
    ships = connectors.get(integration.connector).role is Role.FULFILLMENT_CHANNEL
    shipper = integration.source_id if ships else None
    location = Location.across.create(**own, **told, pickup=record.pickup, fulfillment_source_id=shipper)
    return ExternalLocation.across.create(**own, **told, location=location, ext_location_id=record.ext_location_id)


def _update(row: ExternalLocation, record: LocationRecord) -> bool:
    """Bring a known location up to date; what people made of it (another name, a merge) stays theirs."""
    told: dict[str, Any] = {"name": record.name, "address": _address(record), "active": True}
    location = row.location
    ours: dict[str, Any] = {"pickup": record.pickup}
    if not row.active:
        ours["active"] = True  # back again; one that a person has switched off stays off
    ours |= {name: told[name] for name in ("name", "address") if getattr(location, name) == getattr(row, name)}
    if location.source_id != row.source_id:
        ours = {}
    changed = any(getattr(row, name) != value for name, value in told.items())
    changed |= any(getattr(location, name) != value for name, value in ours.items())
    if changed:
        ExternalLocation.across.filter(pk=row.pk).update(**told, updated_at=Now())
        if ours:
            Location.across.filter(pk=location.pk).update(**ours, updated_at=Now(), version=F("version") + 1)
    return changed


def _close(ids: Iterable[int]) -> None:
    """Switch off locations that no system names any more."""
    named = ExternalLocation.across.filter(location=OuterRef("pk"), active=True)
    rows = Location.across.filter(pk__in=list(ids), active=True).exclude(Exists(named))
    rows.update(active=False, updated_at=Now(), version=F("version") + 1)


def _address(record: LocationRecord) -> dict[str, str]:
    address: dict[str, str] = record.address.model_dump(by_alias=True, exclude_none=True)
    return address
