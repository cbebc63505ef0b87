"""Locking a record of stock, so that nothing changes it by itself, and unlocking it (behaviour.md 6.3)."""

import enum
from collections.abc import Iterator, Mapping
from typing import Any

from django.db import connection, transaction

from orders.inventory.commits import REQUEST, Held, held_by
from orders.inventory.editing import EDITABLE, CannotEdit, check_values, fresh, quantities
from orders.inventory.movements import Movement
from orders.inventory.post import post
from orders.lifecycle.shipping_request import CLOSED, RequestStatus
from orders.models import InventoryLevel, ShippingRequest
from portal.audit.actor import Actor
from portal.filters.mark import gettext_noop as _

HOLDS_NOTHING = CLOSED | {RequestStatus.FAILED}
"""A request that failed has given back what it held: its units are open again."""


class Lock(enum.StrEnum):
    """What becomes of the figures when a record is locked."""

    KEEP = "keep"
    ZERO = "zero"
    UNTIL_NONE_AVAILABLE = "untilNoneAvailable"
    BY_HAND = "byHand"

    @property
    def label(self) -> str:
        """The way in words."""
        return _LOCKS[self]


class Unlock(enum.StrEnum):
    """What becomes of the figures when a record is unlocked."""

    KEEP = "keep"
    RESTORE = "restore"

    @property
    def label(self) -> str:
        """The way in words."""
        return _UNLOCKS[self]


_LOCKS = {
    Lock.KEEP: _("Keep the figures"),
    Lock.ZERO: _("Set on hand to 0, keep committed and unavailable"),
    Lock.UNTIL_NONE_AVAILABLE: _("Lower on hand until nothing is available"),
    Lock.BY_HAND: _("Set the figures by hand"),
}
_UNLOCKS = {
    Unlock.KEEP: _("Keep the figures"),
    Unlock.RESTORE: _("Go back to the figures before it was locked"),
}


def lock(
    level: InventoryLevel, way: Lock, *, by: Actor, version: int | None = None, values: Mapping[str, int] | None = None
) -> InventoryLevel:
    """Stop everything but people from changing a record; `values` are those of `Lock.BY_HAND`.

    Returns the level as it is now. Raises CannotEdit (locked already, figures that cannot be), ChangedMeanwhile.
    """
    check_values(values or {})
    with transaction.atomic():
        row = fresh(level, version)
        if row.locked:
            raise CannotEdit("The record is locked already.")
        change = {name: units - getattr(row, name) for name, units in _figures(row, way, values or {}).items()}
        InventoryLevel.across.filter(pk=row.pk).update(locked=True, before_lock=quantities(row))
        post([Movement(row.organization_id, row.location_id, row.sku, "lock", note=f"{way.label}.", **change)], by=by)
        row.refresh_from_db()
    return row


def _figures(row: InventoryLevel, way: Lock, values: Mapping[str, int]) -> Mapping[str, int]:
    if way is Lock.ZERO:
        return {"on_hand": 0}
    if way is Lock.UNTIL_NONE_AVAILABLE:
        return {"on_hand": min(row.on_hand, row.committed)}
    return values if way is Lock.BY_HAND else {}


def unlock(level: InventoryLevel, way: Unlock, *, by: Actor, version: int | None = None) -> InventoryLevel:
    """Let stock move again. What is committed becomes what the location's requests need now, in either way.

    Requests that were made, shipped or canceled meanwhile moved nothing, so this makes up for it. Returns the
    level as it is now. Raises CannotEdit, ChangedMeanwhile.
    """
    with transaction.atomic():
        requests = _concerned(level)
        row = fresh(level, version)
        if not row.locked:
            raise CannotEdit("The record is not locked.")
        before = row.before_lock if way is Unlock.RESTORE and row.before_lock else {}
        change = {name: before[name] - getattr(row, name) for name in EDITABLE if name in before}
        InventoryLevel.across.filter(pk=row.pk).update(locked=False, before_lock=None)
        told = Movement(row.organization_id, row.location_id, row.sku, "unlock", note=f"{way.label}.", **change)
        post([told, *_made_up(row, requests)], by=by)
        row.refresh_from_db()
    return row


def _concerned(level: InventoryLevel) -> dict[int, ShippingRequest]:
    """Lock the requests that are open for this SKU here, or had to do with it while it was locked."""
    closed = [str(one) for one in CLOSED]
    with connection.cursor() as cursor:
        cursor.execute(_CONCERNED, {"level": level.pk, "closed": closed})
        ids = [row[0] for row in cursor.fetchall()]
    rows = ShippingRequest.across.select_for_update(of=("self",)).filter(pk__in=ids).order_by("pk")
    return {row.pk: row for row in rows}


_CONCERNED = """
WITH since AS (
    SELECT DISTINCT entity_id FROM orders_ledgerentry
    WHERE level_id = %(level)s AND entity_id <> '' AND id > (
        SELECT coalesce(max(id), 0) FROM orders_ledgerentry WHERE level_id = %(level)s AND event = 'lock'))
SELECT r.id FROM orders_shippingrequest r JOIN orders_inventorylevel v ON v.location_id = r.location_id
WHERE v.id = %(level)s AND r.deleted_at IS NULL AND r.status <> ALL(%(closed)s) AND r.commits_stock
  AND EXISTS (SELECT 1 FROM orders_shippingrequestline l WHERE l.request_id = r.id AND l.sku_folded = v.sku_folded)
UNION SELECT r.id FROM orders_shippingrequest r JOIN since ON since.entity_id = r.public_id
UNION SELECT f.request_id FROM orders_fulfillment f JOIN since ON since.entity_id = f.public_id
WHERE f.request_id IS NOT NULL
"""


def _made_up(row: InventoryLevel, requests: Mapping[int, ShippingRequest]) -> Iterator[Movement]:
    """Yield, request by request, what is committed too much or too little."""
    held, needed = held_by(requests.values()), _needed(row.sku_folded, requests)
    for pk, one in requests.items():
        has = held.get(pk, {}).get(row.sku_folded, Held())
        units = 0 if one.status in HOLDS_NOTHING else needed.get(pk, 0)
        now = min(has.committed, units) if one.on_future else units
        change: dict[str, Any] = {"committed": now - has.committed, "committed_future": units - now - has.future}
        if any(change.values()):
            yield Movement(
                row.organization_id, row.location_id, row.sku, "unlock", entity_type=REQUEST, entity_id=one.public_id,
                order_id=one.order_id, note="Made up for while it was locked.", **change,
            )  # fmt: skip


def _needed(sku_folded: str, requests: Mapping[int, ShippingRequest]) -> dict[int, int]:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT request_id, sum(quantity - fulfilled)::int FROM orders_shippingrequestline
            WHERE request_id = ANY(%s) AND sku_folded = %s
              AND quantity = trunc(quantity) AND fulfilled = trunc(fulfilled)
            GROUP BY request_id
            """,
            [list(requests), sku_folded],
        )
        return dict(cursor.fetchall())
