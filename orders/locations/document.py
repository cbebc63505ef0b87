"""What a location can be asked, and its document."""

from typing import cast

from django.db.models import QuerySet

from orders.documents.instants import instant
from orders.models import Location, Source
from portal.filters.fields import Catalogue, Field, Type
from portal.filters.mark import gettext_noop as _
from portal.kit.json import Json
from portal.tenancy.models import Organization

_PLACE, _ROUTING, _STOCK, _DATES = _("Location"), _("Routing"), _("Stock"), _("Dates")


def _switch(path: str, label: str, column: str, group: str) -> Field:
    return Field(path, label, Type.BOOLEAN, group, column=column)


LOCATION = Catalogue(
    "location",
    _("location"),
    [
        Field("locationId", _("Location ID"), Type.TEXT, _PLACE, folded="public_id"),
        _switch("active", _("Active"), "active", _PLACE),
        _switch("pickup", _("Customers collect here"), "pickup", _PLACE),
        Field("integration", _("Brought by"), Type.TEXT, _PLACE, folded="source__public_id"),
        Field("fulfillmentIntegration", _("Ships"), Type.TEXT, _ROUTING, folded="fulfillment_source__public_id"),
        _switch("shipsByHand", _("People ship by hand"), "ships_by_hand", _ROUTING),
        _switch("paused", _("Paused"), "paused", _ROUTING),
        _switch("preserveBundles", _("Bundles go out as they are"), "preserve_bundles", _ROUTING),
        Field("inventoryIntegration", _("Reports stock"), Type.TEXT, _STOCK, folded="inventory_source__public_id"),
        _switch("infinite", _("Stock is always enough"), "infinite", _STOCK),
        _switch("excludeFromTotals", _("Left out of totals"), "exclude_from_totals", _STOCK),
        Field("createdAt", _("Added"), Type.DATETIME, _DATES, column="created_at"),
        Field("updatedAt", _("Changed"), Type.DATETIME, _DATES, column="updated_at"),
    ],
)
"""Where filters of locations find their values; the name and the address are found by the search box."""


def rows(organization: Organization) -> QuerySet[Location]:
    """Return the locations of an organization with everything that their documents tell."""
    found = cast("QuerySet[Location]", Location.objects.within(organization))
    joined = found.select_related("organization", "source", "fulfillment_source", "inventory_source")
    return joined.prefetch_related("groups", "excluded_for", "externals__source").filter(deleted_at=None)


def document(one: Location) -> Json:
    """Return the document of a location, as *View JSON*, the API and history show it (behaviour.md 2.6).

    Reads what `rows` has joined.
    """
    told: Json = {
        "locationId": one.public_id,
        "orgKey": one.organization.public_id,
        "name": one.name,
        "address": one.address,
        "active": one.active,
        "shipsByHand": one.ships_by_hand,
        "paused": one.paused,
        "pickup": one.pickup,
        "infinite": one.infinite,
        "preserveBundles": one.preserve_bundles,
        "excludeFromTotals": one.exclude_from_totals,
        "excludeFromTotalsFor": sorted(source.public_id for source in one.excluded_for.all()),
        "groups": [
            {"groupId": group.public_id, "name": group.name}
            for group in sorted(one.groups.all(), key=lambda group: group.name)
        ],
        "externalLocations": _externals(one),
        "createdAt": instant(one.created_at),
        "updatedAt": instant(one.updated_at),
    }
    named: dict[str, Source | None] = {
        "integration": one.source,
        "fulfillmentIntegration": one.fulfillment_source,
        "inventoryIntegration": one.inventory_source,
    }
    return told | {name: source.public_id for name, source in named.items() if source is not None}


def _externals(one: Location) -> list[Json]:
    """Return what other systems call it, those that still do first."""
    found = sorted(one.externals.all(), key=lambda row: (not row.active, row.source.name, row.ext_location_id))
    return [
        {
            "integration": row.source.public_id,
            "extLocationId": row.ext_location_id,
            "name": row.name,
            "address": row.address,
            "active": row.active,
        }
        for row in found
    ]
