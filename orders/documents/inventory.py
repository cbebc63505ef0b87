"""What a record of stock can be asked, and its document: names as in behaviour.md 2.5.

One record per SKU and location; without a location it is the virtual record of what orders need that are not
routed yet. `rows` brings what has no column of its own: the kind, and what can be promised.
"""

from typing import cast

from django.db.models import Case, F, QuerySet, TextField, Value, When

from orders.documents.instants import instant
from orders.inventory.movements import LABELS, NAMES, QUANTITIES
from orders.models import InventoryLevel
from portal.filters.fields import Catalogue, Field, Type, choices
from portal.filters.mark import gettext_noop as _
from portal.kit.json import Json
from portal.tenancy.models import Organization

ENTITY = "inventory"
PHYSICAL, VIRTUAL = "physical", "virtual"
KINDS = {PHYSICAL: _("At a location"), VIRTUAL: _("Not routed yet (virtual)")}

_WHAT, _UNITS, _DATES = _("Record"), _("Units"), _("Dates")
MEANINGS = {
    "available": _("What can still be promised from what is there: on hand − committed."),
    "on_hand": _("Physically there and fit to be shipped."),
    "committed": _("Reserved for orders that are on their way out."),
    "incoming": _("On the way here, by transfer or purchase; it cannot be promised yet."),
    "future": _("Expected units that are open for orders already; set by hand."),
    "committed_future": _("Expected units that orders have reserved."),
    "unavailable": _("There, but not for sale: damaged or set aside. It is not part of on hand."),
    "promise": _("What a channel may sell: available + future − committed future, before units kept back from it."),
}
"""Each quantity in words (behaviour.md 6.1)."""


def _units(name: str) -> Field:
    return Field(NAMES[name], LABELS[name], Type.NUMBER, _UNITS, column=name, help=MEANINGS[name])


INVENTORY = Catalogue(
    ENTITY,
    _("stock record"),
    [
        Field("sku", _("SKU"), Type.TEXT, _WHAT, folded="sku_folded"),
        Field("locationId", _("Location"), Type.TEXT, _WHAT, folded="location__public_id"),
        Field("type", _("Kind"), Type.ENUM, _WHAT, choices=choices(KINDS), column="kind",
              help=_("Virtual records count what orders need that are not routed yet")),
        Field("inventoryNotTracked", _("Locked"), Type.BOOLEAN, _WHAT, column="locked",
              help=_("Nothing but a person changes a locked record")),
        Field("integration", _("Location brought by"), Type.TEXT, _WHAT, folded="location__source__public_id"),
        Field("inventoryId", _("Record ID"), Type.TEXT, _WHAT, folded="public_id"),
        Field("available", _("Available"), Type.NUMBER, _UNITS, column="available", help=MEANINGS["available"]),
        Field("availableToPromise", _("Available to promise"), Type.NUMBER, _UNITS, column="promise",
              help=MEANINGS["promise"]),
        *(_units(name) for name in QUANTITIES),
        Field("createdAt", _("Added"), Type.DATETIME, _DATES, column="created_at"),
        Field("updatedAt", _("Changed"), Type.DATETIME, _DATES, column="updated_at"),
    ],
)  # fmt: skip


def rows(organization: Organization) -> QuerySet[InventoryLevel]:
    """Return the records of an organization with everything that filters and documents ask for."""
    found = cast("QuerySet[InventoryLevel]", InventoryLevel.objects.within(organization))
    return found.select_related("organization", "location").annotate(
        kind=Case(When(location=None, then=Value(VIRTUAL)), default=Value(PHYSICAL), output_field=TextField()),
        promise=F("available") + F("future") - F("committed_future"),
    )


def kind(level: InventoryLevel) -> str:
    """Return whether a record is of a place or virtual."""
    return PHYSICAL if level.location_id else VIRTUAL


def promised(level: InventoryLevel) -> int:
    """Return how many units of a record a channel without a buffer may sell."""
    return int(level.available) + level.future - level.committed_future


def document(level: InventoryLevel) -> Json:
    """Return the document of a record, as *View JSON* and the API show it.

    Reads the organization and the location: have them joined where there are many.
    """
    told: Json = {
        "inventoryId": level.public_id,
        "orgKey": level.organization.public_id,
        "sku": level.sku,
        "type": kind(level),
        "available": level.available,
        "availableToPromise": promised(level),
        "inventoryNotTracked": level.locked,
        "version": level.version,
        "createdAt": instant(level.created_at),
        "updatedAt": instant(level.updated_at),
    }
    if level.location is not None:
        told["locationId"] = level.location.public_id
    return told | {NAMES[name]: getattr(level, name) for name in QUANTITIES}
