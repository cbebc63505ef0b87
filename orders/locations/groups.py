"""Groups of locations, for orders and cards that prefer them (behaviour.md 5.5)."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import cast

from django.db import IntegrityError, transaction
from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _

from orders.locations.document import document
from orders.locations.write import fresh, lock, remember
from orders.models import Location, LocationGroup
from portal.audit.actor import Actor
from portal.audit.record import Entry, record
from portal.tenancy.models import Organization

ENTITY = "location_group"


class NameTaken(ValueError):
    """Another group has this name already."""


def groups(organization: Organization) -> QuerySet[LocationGroup]:
    """Return the groups by name, each with the number of its locations as `size`."""
    rows = cast("QuerySet[LocationGroup]", LocationGroup.objects.within(organization))
    return rows.annotate(size=Count("locations", filter=Q(locations__deleted_at=None))).order_by("name")


def add(organization: Organization, name: str, *, by: Actor) -> LocationGroup:
    """Add a group. Raises NameTaken."""
    with _once(name), transaction.atomic():
        group = LocationGroup.across.create(organization=organization, name=name)
        _log(group, by, "created", f"Added the group “{name}”.")
    return group


def rename(group: LocationGroup, name: str, *, by: Actor) -> LocationGroup:
    """Give a group another name; what prefers it goes on doing so. Raises NameTaken."""
    old = group.name
    if name == old:
        return group
    with _once(name), transaction.atomic():
        group.name = name
        group.save(update_fields=["name"])
        _log(group, by, "renamed", f"Renamed from “{old}” to “{name}”.")
    return group


def delete(group: LocationGroup, *, by: Actor) -> None:
    """Delete a group. Its locations stay, each with a line of history that it left."""
    with transaction.atomic():
        inside = Location.across.filter(groups=group, deleted_at=None).values_list("pk", flat=True)
        summary = f"Left the group “{group.name}”, which was deleted."
        for location in lock(inside).values():
            before = document(location)
            location.groups.remove(group)
            remember(fresh(location), before, by, "edited", summary)
        _log(group, by, "deleted", f"Deleted the group “{group.name}”.")
        group.delete()


@contextmanager
def _once(name: str) -> Iterator[None]:
    """Turn the refusal of a second group of one name into a sentence."""
    try:
        yield
    except IntegrityError as error:
        raise NameTaken(_("There is a group “{name}” already.").format(name=name)) from error


def _log(group: LocationGroup, by: Actor, verb: str, summary: str) -> None:
    record([Entry(group.organization_id, ENTITY, group.pk, 1, by, verb, summary)])
