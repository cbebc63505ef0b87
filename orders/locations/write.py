"""Changing locations: each act is one transaction with the change and its line of history."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from orders.locations.document import document
from orders.locations.uses import live_requests
from orders.models import Location
from portal.audit.actor import Actor
from portal.audit.record import Entry, record
from portal.entities.patch import diff
from portal.kit.clock import now
from portal.kit.json import Json
from portal.tenancy.models import Organization

ENTITY = "location"
_COLUMNS = (
    "name", "address", "active", "paused", "pickup", "infinite", "preserve_bundles", "exclude_from_totals",
    "fulfillment_source_id", "ships_by_hand", "inventory_source_id",
)  # fmt: skip


class ChangedMeanwhile(ValueError):
    """Somebody else has changed the location since the page was loaded."""


class StillUsed(ValueError):
    """The location cannot be switched off while something is under way there; the message says what."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What people set about a location (behaviour.md 6.4); sources and groups by their numbers."""

    name: str
    address: Json = field(default_factory=dict)
    active: bool = True
    paused: bool = False
    pickup: bool = False
    infinite: bool = False
    preserve_bundles: bool = False
    exclude_from_totals: bool = False
    fulfillment_source_id: int | None = None
    ships_by_hand: bool = False
    inventory_source_id: int | None = None
    excluded_for: frozenset[int] = frozenset()
    groups: frozenset[int] = frozenset()


def settings_of(location: Location) -> Settings:
    """Return what is set about a location now."""
    own: dict[str, Any] = {name: getattr(location, name) for name in _COLUMNS}
    return Settings(
        **own,
        excluded_for=frozenset(one.pk for one in location.excluded_for.all()),
        groups=frozenset(one.pk for one in location.groups.all()),
    )


def create(organization: Organization, settings: Settings, *, by: Actor) -> Location:
    """Add a location by hand."""
    with transaction.atomic():
        location = Location.across.create(organization=organization, **_columns(settings))
        location.excluded_for.set(settings.excluded_for)
        location.groups.set(settings.groups)
        remember(location, {}, by, "created", "Added by hand.")
    return location


def save(location: Location, settings: Settings, *, by: Actor, seen: int | None = None) -> Location:
    """Save the settings of a location. `seen` is the version the person edited.

    Raises ChangedMeanwhile when it has moved on since, StillUsed when it is to be switched off too early.
    """
    with transaction.atomic():
        location = lock([location.pk])[location.pk]
        if seen is not None and seen != location.version:
            raise ChangedMeanwhile(_("“{name}” was changed while you edited it.").format(name=location.name))
        before = document(location)
        was = settings_of(location)
        if was == settings:
            return location
        if was.active and not settings.active:
            check_unused(location)
        for name, value in _columns(settings).items():
            setattr(location, name, value)
        location.excluded_for.set(settings.excluded_for)
        location.groups.set(settings.groups)
        remember(fresh(location), before, by, *_told(was, settings))
    return location


def switch(location: Location, *, by: Actor, **values: Any) -> Location:
    """Set `active` or `paused` and nothing else, whatever else somebody changes meanwhile. Raises StillUsed."""
    with transaction.atomic():
        location = lock([location.pk])[location.pk]
        return save(location, replace(settings_of(location), **values), by=by)


def lock(ids: Iterable[int]) -> dict[int, Location]:
    """Lock locations, in the order of their numbers, and return them whole.

    Nobody can begin to point to them until the transaction ends: a request that is being made at this moment is
    waited for, and is there when its location is looked at.
    """
    rows = Location.across.select_for_update(of=("self",)).filter(pk__in=list(ids), deleted_at=None).order_by("pk")
    return {one.pk: fresh(one) for one in rows.select_related("organization")}


def fresh(location: Location) -> Location:
    """Forget what was read beside a location, so that its document tells what is there now."""
    location._prefetched_objects_cache = {}  # type: ignore[attr-defined]
    for name in ("source", "fulfillment_source", "inventory_source"):
        location._state.fields_cache.pop(name, None)
    return location


def check_unused(location: Location) -> None:
    """Raise StillUsed while shipping requests are under way there."""
    count = live_requests(location).count()
    if count:
        told = ngettext(
            "%(count)s shipping request is still under way here. Wait until it is done, or cancel it and route its "
            "order again. To send nothing new here meanwhile, pause the location.",
            "%(count)s shipping requests are still under way here. Wait until they are done, or cancel them and route "
            "their orders again. To send nothing new here meanwhile, pause the location.",
            count,
        )
        raise StillUsed(told % {"count": count})


def remember(location: Location, before: Json, by: Actor, verb: str, summary: str) -> None:
    """Write a changed location as its next version, with its line of history."""
    if before:
        location.version += 1
    location.updated_at = now()
    location.save(update_fields=[*_COLUMNS, "source_id", "version", "updated_at", "deleted_at"])
    changes = [one for one in diff(before, document(location)) if one["path"] != "/updatedAt"]
    record([Entry(location.organization_id, ENTITY, location.pk, location.version, by, verb, summary, changes)])


def _columns(settings: Settings) -> dict[str, Any]:
    return {name: getattr(settings, name) for name in _COLUMNS}


def _told(was: Settings, settings: Settings) -> tuple[str, str]:
    """Return the verb and the sentence of a change: its own words where only a switch was turned."""
    if was == replace(settings, active=was.active):
        if settings.active:
            return "activated", "Switched on: orders can be routed here again."
        return "deactivated", "Switched off: nothing is routed here any more."
    if was == replace(settings, paused=was.paused):
        if settings.paused:
            return "paused", "Paused: nothing new is routed here."
        return "resumed", "Resumed: orders are routed here again."
    if was == replace(settings, name=was.name):
        return "renamed", f"Renamed from “{was.name}” to “{settings.name}”."
    return "edited", "Changed the settings."
