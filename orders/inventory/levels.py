"""Levels: locked in one order everywhere, made where they are missing, and looked at without locks."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db import connection

from orders.engines.setting import INVENTORY, off
from orders.models import InventoryLevel
from portal.kit.ids import new_public_id
from portal.kit.text import fold

Key = tuple[int, str, int | None]
"""Organization, folded SKU, location (none: the virtual record)."""
Levels = dict[tuple[str, int], InventoryLevel]


@dataclass(frozen=True, slots=True)
class Stock:
    """What can be promised of one SKU at one location, in whole units."""

    available: int = 0
    """On hand − committed; negative where more was promised than there is."""
    future: int = 0
    """Future − committed future."""


def has_stock(organization_id: int) -> bool:
    """Say whether an organization keeps stock here at all."""
    return InventoryLevel.across.filter(organization_id=organization_id).exists()


def counts_needs(organization_id: int) -> bool:
    """Say whether what orders need is counted: the organization keeps stock, and its Inventory Engine is on."""
    rows = InventoryLevel.across.filter(organization_id=organization_id)
    return rows.exclude(organization_id__in=off(INVENTORY)).exists()


NEEDS_RESTING = """
SELECT e.organization_id FROM orders_enginesetting e
WHERE e.engine = 'inventory'
  AND (NOT e.enabled OR EXISTS (SELECT 1 FROM orders_virtualstart v WHERE v.organization_id = e.organization_id))
"""
"""Organizations of which it is not known what their open orders need: their Inventory Engine is off, or it was and
counts them anew. Whoever told a channel a number now would give back what the channel has sold meanwhile."""


def are_needs_known(organization_id: int) -> bool:
    """Say whether channels may be told what they can promise (`NEEDS_RESTING`)."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT %s IN ({NEEDS_RESTING})", [organization_id])
        row = cursor.fetchone()
    return not (row and row[0])


def lock_levels(organization_id: int, skus: Iterable[str], location_ids: Iterable[int]) -> Levels:
    """Lock what there is of these SKUs at these locations, by folded SKU and location; missing ones are left out.

    Call it after orders and shipping requests were locked. Virtual records are locked after it, by `post`.
    """
    rows = InventoryLevel.across.select_for_update(no_key=True, of=("self",)).filter(
        organization_id=organization_id, sku_folded__in={fold(sku) for sku in skus}, location_id__in=set(location_ids)
    )
    return {(row.sku_folded, _of(row)): row for row in rows.order_by("sku_folded", "location_id")}


def availability(
    organization_id: int, skus: Iterable[str], location_ids: Iterable[int]
) -> Mapping[tuple[str, int], Stock]:
    """Return what is available, by folded SKU and location, without locks; where there is no record, no entry."""
    rows = InventoryLevel.across.filter(
        organization_id=organization_id, sku_folded__in={fold(sku) for sku in skus}, location_id__in=set(location_ids)
    ).values_list("sku_folded", "location_id", "available", "future", "committed_future")
    return {
        (sku, location_id): Stock(available, future - committed)
        for sku, location_id, available, future, committed in rows
        if location_id is not None
    }


def hold(wanted: Mapping[Key, str]) -> dict[Key, InventoryLevel]:
    """Lock the levels of these keys, making those that are missing; the values are the SKUs as they are written.

    One order for all: by SKU and location, virtual records last. Whoever makes the same one at the same time is
    waited for.
    """
    found = _lock(wanted)
    missing = {key: sku for key, sku in wanted.items() if key not in found}
    if missing:
        _make(missing)
        found |= _lock(missing)
    return found


def _of(level: InventoryLevel) -> int:
    assert level.location_id is not None, "Virtual records are not asked for by location."
    return level.location_id


def _lock(wanted: Iterable[Key]) -> dict[Key, InventoryLevel]:
    columns = [list(column) for column in zip(*wanted, strict=True)] or [[], [], []]
    rows = InventoryLevel.across.raw(_LOCK, columns)
    return {(row.organization_id, row.sku_folded, row.location_id): row for row in rows}


_LOCK = """
SELECT l.* FROM orders_inventorylevel l
JOIN unnest(%s::bigint[], %s::text[], %s::bigint[]) AS k(organization_id, sku_folded, location_id)
  ON k.organization_id = l.organization_id AND k.sku_folded = l.sku_folded
 AND k.location_id IS NOT DISTINCT FROM l.location_id
ORDER BY l.location_id IS NULL, l.sku_folded, l.location_id, l.organization_id FOR NO KEY UPDATE OF l
"""
"""Not `FOR UPDATE`: the ledger's rows point here, and writing one must wait for nobody."""


def _make(missing: Mapping[Key, str]) -> None:
    organizations, folded, locations = (list(column) for column in zip(*missing, strict=True))
    with connection.cursor() as cursor:
        cursor.execute(_START, [sorted(set(organizations))])
        cursor.execute(_MAKE, [organizations, folded, locations, list(missing.values()),
                               [new_public_id() for _ in folded]])  # fmt: skip


_START = """
INSERT INTO orders_virtualstart (organization_id, after)
SELECT o.id, 0 FROM unnest(%s::bigint[]) AS o(id)
WHERE NOT EXISTS (SELECT 1 FROM orders_inventorylevel l WHERE l.organization_id = o.id)
ON CONFLICT DO NOTHING
"""
"""An organization's first level: what its open orders need is looked up once (`orders.inventory.listen`)."""

_MAKE = """
INSERT INTO orders_inventorylevel (organization_id, sku_folded, location_id, sku, public_id, on_hand, committed,
    future, committed_future, incoming, unavailable, locked, version)
SELECT n.*, 0, 0, 0, 0, 0, 0, false, 0
FROM unnest(%s::bigint[], %s::text[], %s::bigint[], %s::text[], %s::text[])
    AS n(organization_id, sku_folded, location_id, sku, public_id)
ORDER BY n.location_id IS NULL, n.sku_folded, n.location_id, n.organization_id
ON CONFLICT DO NOTHING
"""
"""A level begins at version 0: its first movement makes it the first version."""
