"""Whether an engine is on in an organization, and its settings. An organization without a word has it on.

What an engine does by itself asks here first: its consumer as it is told of an event, its watchers as they look.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from orders.models import EngineSetting
from portal.audit.actor import Actor
from portal.audit.record import Entry, record
from portal.entities import patch
from portal.kit import elders
from portal.kit.clock import database_now
from portal.kit.jobs import watcher
from portal.kit.json import Json
from portal.kit.registry import Registry
from portal.tenancy.models import Organization

EXCEPTIONS, INVENTORY, ROUTING, AUTOMATION = "exceptions", "inventory", "routing", "automation"

DEFAULTS: Mapping[str, Mapping[str, int]] = {
    EXCEPTIONS: {"sweep_hours": 3, "stuck_hours": 0},
    ROUTING: {"retry_hours": 3, "recheck_hours": 1},
}
"""Settings as an engine comes with them; 0 hours until an order counts as stuck means those of the installation."""

OFF_SQL = "SELECT e.organization_id FROM orders_enginesetting e WHERE NOT e.enabled AND e.engine = "
"""With the quoted key behind it: the organizations that have an engine switched off."""


class ChangedMeanwhile(ValueError):
    """Somebody else has changed the engine since it was read."""


@dataclass(frozen=True, slots=True)
class State:
    """One engine of one organization, as it stands."""

    enabled: bool
    settings: Mapping[str, Any]
    version: int
    """0: nobody has ever changed it."""
    changed_by: str = ""


on_again: Registry[Callable[[Organization], object]] = Registry("catching up of an engine")
"""By the engine's key: has it look at what it passed over while it was off. In the transaction that switches it on,
and once more when all have ended who wrote then and took it for off."""


def off(engine: str) -> QuerySet[EngineSetting, Any]:
    """Return the ids of the organizations that have an engine switched off, to be used inside a query."""
    return EngineSetting.across.filter(engine=engine, enabled=False).values("organization_id")


def is_on(organization_id: int, engine: str) -> bool:
    """Say whether an organization has an engine switched on."""
    return not EngineSetting.across.filter(organization_id=organization_id, engine=engine, enabled=False).exists()


def state(organization: Organization, engine: str) -> State:
    """Return how an engine stands; all engines of an organization are read with one query, once for a request."""
    kept: dict[str, State] | None = organization.__dict__.get("_engines")
    if kept is None:
        rows = EngineSetting.objects.within(organization)
        kept = organization.__dict__["_engines"] = {row.engine: _state(row) for row in rows}
    return kept.get(engine) or State(True, dict(DEFAULTS.get(engine, {})), 0)


def _state(row: EngineSetting) -> State:
    return State(row.enabled, {**DEFAULTS.get(row.engine, {}), **row.settings}, _shown(row), row.changed_by)


def settings_of(organization_id: int, engine: str) -> dict[str, Any]:
    """Return the settings of an engine, those that it comes with where nobody has changed them."""
    row = EngineSetting.across.filter(organization_id=organization_id, engine=engine).only("settings").first()
    return {**DEFAULTS.get(engine, {}), **(row.settings if row else {})}


def switch(organization: Organization, engine: str, *, on: bool, by: Actor) -> bool:
    """Switch an engine on or off. When it comes on again it catches up. Returns False where it was so already."""
    with transaction.atomic():
        row = _locked(organization, engine)
        if row.enabled == on:
            return False
        row.enabled, row.elders = on, 0 if on else None
        verb, words = ("switched_on", "Switched on.") if on else ("switched_off", "Switched off.")
        _save(row, by, verb, words, [{"op": "replace", "path": "/enabled", "old": not on, "value": on}])
        if on and engine in on_again:
            on_again.get(engine)(organization)
    organization.__dict__.pop("_engines", None)
    return True


@watcher("engines that are on again", every=3)
def look_again() -> None:
    """Have engines catch up with what was written as they came on, by those who took them for off."""
    for row in EngineSetting.across.filter(enabled=True, elders__isnull=False).select_related("organization"):
        elders.wait_out(row, row.elders or 0, partial(on_again.get(row.engine), row.organization))


def save(organization: Organization, engine: str, values: Json, *, version: int, by: Actor) -> None:
    """Keep the settings of an engine. Raises ChangedMeanwhile where another version of them was shown."""
    with transaction.atomic():
        row = _locked(organization, engine)
        if version != _shown(row):
            raise ChangedMeanwhile
        before = {**DEFAULTS.get(engine, {}), **row.settings}
        changes = patch.diff(before, {**before, **values})
        if changes:
            row.settings = {**row.settings, **values}
            _save(row, by, "edited", "Changed the settings.", changes)
    organization.__dict__.pop("_engines", None)


def _shown(row: EngineSetting) -> int:
    """Return the version that a page has shown: 0 where nobody had changed anything."""
    return row.version if row.changed_by else 0


def _locked(organization: Organization, engine: str) -> EngineSetting:
    EngineSetting.across.get_or_create(organization=organization, engine=engine)
    rows = EngineSetting.across.select_for_update()
    row: EngineSetting = rows.get(organization=organization, engine=engine)
    return row


def _save(row: EngineSetting, by: Actor, verb: str, words: str, changes: list[dict[str, Any]]) -> None:
    row.version, row.changed_at, row.changed_by = row.version + 1, database_now(), by.name[:200]
    row.save()
    record([Entry(row.organization_id, "engine", row.pk, row.version, by, verb, words, changes)])
