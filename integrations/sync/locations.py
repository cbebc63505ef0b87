"""Pulling locations, and what the account says of itself (its currency above all)."""

from collections.abc import Sequence

from django.db import transaction
from django.db.models.functions import Now

from integrations.manifest import Account, Client
from integrations.models import FlowState, Integration
from integrations.sync.outcome import Outcome
from orders.models import Location
from orders.records.location import LocationRecord

EVERY = 900
"""Seconds between two pulls."""


def pull(integration: Integration, client: Client) -> Outcome:
    """Write the locations of the account. Raises OutsideFailed."""
    account, records = client.account(), client.locations()
    with transaction.atomic():
        _keep_account(integration, account)
        return _write(integration, records)


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
    known = {row.ext_location_id: row for row in Location.across.filter(source_id=integration.source_id)}
    created = updated = 0
    for record in records:
        values = {"name": record.name, "pickup": record.pickup, "active": True, "address": _address(record)}
        row = known.pop(record.ext_location_id, None)
        if row is None:
            Location.across.create(
                organization_id=integration.organization_id,
                source_id=integration.source_id,
                ext_location_id=record.ext_location_id,
                **values,
            )
            created += 1
        elif any(getattr(row, name) != value for name, value in values.items()):
            Location.across.filter(pk=row.pk).update(**values, updated_at=Now())
            updated += 1
    gone = Location.across.filter(pk__in=[row.pk for row in known.values()], active=True)
    return Outcome(pages=1, created=created, updated=updated, deleted=gone.update(active=False, updated_at=Now()))


def _address(record: LocationRecord) -> dict[str, str]:
    address: dict[str, str] = record.address.model_dump(by_alias=True, exclude_none=True)
    return address
