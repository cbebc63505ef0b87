"""Levels: locked in one order everywhere, made where they are missing, and looked at without locks."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields

from django.db import connection

from orders.engines.setting import INVENTORY, off
from orders.models import InventoryLevel
from portal.kit.ids import new_public_id
from portal.kit.text import fold

Key = tuple[int, str, int | None]
"""Organization, folded SKU, location (none: the virtual record)."""


@dataclass(slots=True)
class Level:
    """A locked level as moving stock looks at it: a thousand of them are read where a few orders are routed."""

    pk: int
    organization_id: int
    sku_folded: str
    location_id: int | None
    sku: str
    on_hand: int
    committed: int
    future: int
    committed_future: int
    locked: bool


Levels = dict[tuple[str, int], Level]


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
  AND (NOT e.enabled OR e.version > 1 AND EXISTS (
      SELECT 1 FROM orders_virtualstart v WHERE v.organization_id = e.organization_id))
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
    with connection.cursor() as cursor:
        cursor.execute(_LOCK_AT, [organization_id, list({fold(sku) for sku in skus}), list(set(location_ids))])
        found = (Level(*row) for row in cursor.fetchall())
        return {(level.sku_folded, _of(level)): level for level in found}


def availability(
    organization_id: int, skus: Iterable[str], location_ids: Iterable[int]
) -> Mapping[tuple[str, int], Stock]:
    """Return what is available, by folded SKU and location, without locks; where there is no record, no entry."""
    with connection.cursor() as cursor:
        cursor.execute(_AVAILABLE, [organization_id, list({fold(sku) for sku in skus}), list(set(location_ids))])
        return {
            (sku, location_id): Stock(available, future) for sku, location_id, available, future in cursor.fetchall()
        }


_AVAILABLE = """
SELECT l.sku_folded, l.location_id, l.available, l.future - l.committed_future FROM orders_inventorylevel l
WHERE l.organization_id = %s AND l.sku_folded = ANY(%s) AND l.location_id = ANY(%s)
"""


def hold(wanted: Mapping[Key, str]) -> dict[Key, InventoryLevel]:
    """Lock the levels of these keys, making those that are missing; the values are the SKUs as they are written.

    One order for all: by SKU and location, virtual records last. Whoever makes the same one at the same time is
    waited for.
    """
    kept = keep(wanted)
    rows = InventoryLevel.across.in_bulk([level.pk for level in kept.values()])
    return {at: rows[level.pk] for at, level in kept.items()}


def keep(wanted: Mapping[Key, str]) -> dict[Key, Level]:
    """Do what `hold` does, and return only what moving stock looks at."""
    found = _lock(wanted)
    missing = {key: sku for key, sku in wanted.items() if key not in found}
    if missing:
        _make(missing)
        found |= _lock(missing)
    return found


def _of(level: Level) -> int:
    assert level.location_id is not None, "Virtual records are not asked for by location."
    return level.location_id


def _lock(wanted: Iterable[Key]) -> dict[Key, Level]:
    columns = [list(column) for column in zip(*wanted, strict=True)] or [[], [], []]
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, columns)
        found = [Level(*row) for row in cursor.fetchall()]
    return {(one.organization_id, one.sku_folded, one.location_id): one for one in found}


_COLUMNS = ", ".join(f"l.{one.name}" if one.name != "pk" else "l.id" for one in fields(Level))
_LOCK = f"""
SELECT {_COLUMNS} FROM orders_inventorylevel l
JOIN unnest(%s::bigint[], %s::text[], %s::bigint[]) AS k(organization_id, sku_folded, location_id)
  ON k.organization_id = l.organization_id AND k.sku_folded = l.sku_folded
 AND k.location_id IS NOT DISTINCT FROM l.location_id
ORDER BY l.location_id IS NULL, l.sku_folded, l.location_id, l.organization_id FOR NO KEY UPDATE OF l
"""  # noqa: S608 - names of our own columns
"""Not `FOR UPDATE`: the ledger's rows point here, and writing one must wait for nobody."""

_LOCK_AT = f"""
SELECT {_COLUMNS} FROM orders_inventorylevel l
WHERE l.organization_id = %s AND l.sku_folded = ANY(%s) AND l.location_id = ANY(%s)
ORDER BY l.sku_folded, l.location_id FOR NO KEY UPDATE OF l
"""  # noqa: S608 - names of our own columns


def _make(missing: Mapping[Key, str]) -> None:
    organizations, folded, locations = (list(column) for column in zip(*missing, strict=True))
    with connection.cursor() as cursor:
        cursor.execute(_START, [sorted(set(organizations)), INVENTORY])
        cursor.execute(_MAKE, [organizations, folded, locations, list(missing.values()),
                               [new_public_id() for _ in folded]])  # fmt: skip


_START = """
WITH begun AS (
    SELECT o.id FROM unnest(%s::bigint[]) AS o(id)
    WHERE NOT EXISTS (SELECT 1 FROM orders_inventorylevel l WHERE l.organization_id = o.id)),
start AS (
    INSERT INTO orders_virtualstart (organization_id, after) SELECT id, 0 FROM begun ON CONFLICT DO NOTHING)
INSERT INTO orders_enginesetting (organization_id, engine, enabled, settings, version, elders)
SELECT id, %s, true, '{}', 1, 0 FROM begun
ON CONFLICT (organization_id, engine) DO UPDATE SET elders = 0
"""
"""An organization's first level: what its open orders need is looked up (`orders.inventory.listen`), and once more when
all have ended who took in orders and saw no stock (`orders.engines.setting.look_again`)."""

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
