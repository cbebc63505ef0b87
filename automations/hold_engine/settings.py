"""What people set in the Order Hold Engine: one transaction each, with history."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction

from automations.models import HoldEngine, HoldEngineRow
from orders.models import Source
from portal.audit.actor import Actor
from portal.audit.record import Entry, record
from portal.entities import patch
from portal.kit.json import Json
from portal.tenancy.models import Organization


class SettingsChangedMeanwhile(ValueError):
    """Somebody else has saved these settings since the page was loaded. Look again, then save."""


class Migrated(ValueError):
    """The engine was migrated to rules meanwhile: change the rules."""


@dataclass(frozen=True, slots=True)
class RowSetting:
    """What is different for the orders of one store."""

    source: Source
    minutes: int | None
    next_status: str


@dataclass(frozen=True, slots=True)
class Setting:
    """All that can be set."""

    enabled: bool
    minutes: int | None
    next_status: str
    rows: Sequence[RowSetting] = ()


def engine_of(organization: Organization) -> HoldEngine | None:
    """Return the engine of an organization; None where it never had one."""
    found: HoldEngine | None = HoldEngine.objects.within(organization).first()
    return found


def give(organization: Organization) -> HoldEngine:
    """Give an organization the engine as it began: no hold, then ready. Safe to call again."""
    return HoldEngine.across.get_or_create(organization=organization)[0]


def setting_of(engine: HoldEngine) -> Setting:
    """Return what is set, rows by the name of their store."""
    rows = engine.rows.select_related("source").order_by("source__name", "pk")
    told = tuple(RowSetting(row.source, row.minutes, row.next_status) for row in rows)
    return Setting(engine.enabled, engine.minutes, engine.next_status, told)


def save(engine: HoldEngine, setting: Setting, *, by: Actor, seen: int) -> HoldEngine:
    """Save all of it; it acts from the next order on. Raises SettingsChangedMeanwhile or Migrated."""
    with transaction.atomic():
        engine = HoldEngine.across.select_for_update().get(pk=engine.pk)
        if engine.migrated_at is not None:
            raise Migrated(Migrated.__doc__)
        if engine.version != seen:
            raise SettingsChangedMeanwhile(SettingsChangedMeanwhile.__doc__)
        before = setting_of(engine)
        changes = patch.diff(_told(before), _told(setting))
        if not changes:
            return engine
        engine.enabled, engine.minutes, engine.next_status = setting.enabled, setting.minutes, setting.next_status
        engine.version += 1
        engine.save(update_fields=["enabled", "minutes", "next_status", "version"])
        engine.rows.all().delete()
        HoldEngineRow.objects.bulk_create(
            HoldEngineRow(engine=engine, source=row.source, minutes=row.minutes, next_status=row.next_status)
            for row in setting.rows
        )
        log(engine, by, "edited", "Changed the Order Hold Engine.", changes)
    return engine


def log(engine: HoldEngine, by: Actor, verb: str, summary: str, changes: Sequence[patch.Change] = ()) -> None:
    """Write a line of the engine's history."""
    record([Entry(engine.organization_id, "hold_engine", engine.pk, engine.version, by, verb, summary, changes)])


def _told(setting: Setting) -> Json:
    told: Json = {"enabled": setting.enabled, **_one(setting)}
    return told | {"stores": {row.source.public_id: _one(row) | {"store": row.source.name} for row in setting.rows}}


def _one(row: Setting | RowSetting) -> Json:
    return {"minutes": row.minutes, "nextStatus": row.next_status}
