"""What people do to stock by hand: type figures, begin a record, copy one to another location."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from orders.inventory.levels import hold
from orders.inventory.movements import LABELS, MOST, QUANTITIES, Movement
from orders.inventory.post import post
from orders.models import InventoryLevel, Location
from portal.audit.actor import Actor
from portal.kit.text import fold

EDITABLE = ("on_hand", "future", "incoming", "unavailable")
"""What people may type. What is committed follows from shipping requests alone."""


class CannotEdit(ValueError):
    """These figures cannot be, or not here; the message says why in a sentence."""


class ChangedMeanwhile(ValueError):
    """The stock has moved since the page was loaded."""


class AlreadyThere(ValueError):
    """There is a record of this SKU at this location already."""


def set_quantities(
    level: InventoryLevel, values: Mapping[str, int], *, by: Actor, version: int | None = None, note: str = ""
) -> InventoryLevel:
    """Set quantities of a level to what a person typed; the ledger gets the difference as `edit`.

    `version` is the one that the person saw. A locked level can be edited. Returns the level as it is now. Raises
    CannotEdit for what people may not set, negative figures and virtual records; ChangedMeanwhile.
    """
    check_values(values)
    with transaction.atomic():
        row = fresh(level, version)
        change = {name: units - getattr(row, name) for name, units in values.items()}
        if any(change.values()):
            post([_movement(row, "edit", note=note, **change)], by=by)
            row.refresh_from_db()
    return row


def add_level(location: Location, sku: str, values: Mapping[str, int], *, by: Actor, note: str = "") -> InventoryLevel:
    """Begin the record of a SKU at a location. Raises CannotEdit, AlreadyThere."""
    check_values(values)
    if not fold(sku) or len(sku) > _MOST_SKU:
        raise CannotEdit(f"An SKU has 1 to {_MOST_SKU} characters.")
    if not location.active or location.deleted_at is not None:
        raise CannotEdit(f"“{location.name}” is not active. Switch the location on first.")
    at = (location.organization_id, fold(sku), location.pk)
    with transaction.atomic():
        row = hold({at: sku.strip()})[at]
        if row.version > 0:
            raise AlreadyThere(f"There is a record of {row.sku} at “{location.name}” already.")
        post([_movement(row, "edit", note=note or "Begun by hand.", **values)], by=by)
        if not any(values.values()):
            InventoryLevel.across.filter(pk=row.pk).update(version=1)
        row.refresh_from_db()
    return row


_MOST_SKU = 300


def copy_to(level: InventoryLevel, location: Location, *, by: Actor, with_quantities: bool = False) -> InventoryLevel:
    """Begin a record of the same SKU at another location.

    Empty unless `with_quantities`: copied units would be promised to customers without being there. Raises
    CannotEdit, AlreadyThere.
    """
    if location.organization_id != level.organization_id:
        raise CannotEdit("The location belongs to somebody else.")
    values = {name: max(getattr(level, name), 0) for name in EDITABLE} if with_quantities else {}
    where = level.location.name if level.location else "the virtual record"
    return add_level(location, level.sku, values, by=by, note=f"Copied from {where}.")


def fresh(level: InventoryLevel, version: int | None) -> InventoryLevel:
    """Lock a level of a location and return it as it is. Raises CannotEdit, ChangedMeanwhile."""
    if level.location_id is None:
        raise CannotEdit("This record says what orders need that are not routed yet; it cannot be edited.")
    row = InventoryLevel.across.select_for_update(no_key=True, of=("self",)).get(pk=level.pk)
    if version is not None and row.version != version:
        raise ChangedMeanwhile("The stock has changed since this page was loaded. Nothing was overwritten.")
    return row


def quantities(level: InventoryLevel) -> dict[str, int]:
    """Return all quantities of a level by their names."""
    return {name: getattr(level, name) for name in QUANTITIES}


def check_values(values: Mapping[str, int]) -> None:
    """Raise CannotEdit for quantities that people may not set, and figures that cannot be."""
    for name, units in values.items():
        if name not in EDITABLE:
            raise CannotEdit(f"“{LABELS.get(name, name)}” cannot be edited.")
        if isinstance(units, bool) or not isinstance(units, int) or not 0 <= units <= MOST:
            raise CannotEdit(f"“{LABELS[name]}” must be a whole number from 0 to {MOST:,}.")


def _movement(row: InventoryLevel, event: str, *, note: str = "", **units: Any) -> Movement:
    return Movement(row.organization_id, row.location_id, row.sku, event, note=note, **units)
