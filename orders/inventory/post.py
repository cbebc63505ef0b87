"""The one writer of stock: entries of the ledger, and the levels that are their sum."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.db import connection, transaction

from orders.events import INVENTORY_CHANGED
from orders.exceptions.raise_ import Problem, raise_exceptions
from orders.inventory.balance import Moved, Whole, balanced, promised
from orders.inventory.levels import Key, Level, keep
from orders.inventory.movements import EVENTS, NAMES, QUANTITIES, TOLD, Movement, check
from orders.models import InventoryLevel
from portal.audit.actor import Actor
from portal.events import outbox
from portal.kit import json
from portal.kit.json import Json

LOCKED = "Not counted: the record is locked."
_MOST_NOTE = 500


_kept: ContextVar[list[Moved] | None] = ContextVar("levels that are told of together", default=None)


@contextmanager
def told_together() -> Iterator[None]:
    """Have others hear of the changes of several calls at the end of the block, in the caller's transaction.

    What one call takes from a SKU and another gives back is nothing to those who count the SKU as a whole
    (`orders.inventory.balance`). Hold the locations as they are until the end of the transaction. Nothing is told where
    the block ends in an error, which undoes the changes.
    """
    moved: list[Moved] = []
    outer = _kept.set(moved)
    try:
        yield
    finally:
        _kept.reset(outer)
    _announce(moved, balanced(moved))


def post(movements: Sequence[Movement], *, by: Actor) -> list[int]:
    """Write movements of stock in the caller's transaction; returns the ids of the ledger's new entries.

    Levels are locked in one order (`orders.inventory.levels`) and made where they are missing. A movement whose
    key is in the ledger already is passed over. At a locked level nothing changes but by a person's hand: the
    entry is written with no units and a note that says how many were meant. Others hear of each level that
    changed by one `inventory.changed`.

    Raises NotOfThisEvent, before anything is written, for a movement that cannot be; django.db.IntegrityError
    where more would be released than is committed.
    """
    check(movements)
    if not movements:
        return []
    if not transaction.get_connection().in_atomic_block:
        raise transaction.TransactionManagementError("Stock moves in the transaction of what moves it.")
    levels = keep({one.level: one.sku for one in movements})
    given = json.dumps_text([_row(one, levels) for one in movements])
    with connection.cursor() as cursor:
        cursor.execute(_POST, [given, by.kind, by.id[:80], by.name[:200]])
        found = cursor.fetchall()
    moved = [_moved(row[1:]) for row in found if row[1] is not None]
    if (kept := _kept.get()) is None:
        _announce(moved)
    else:
        kept.extend(moved)
    _tell_negative(moved, by)
    return list(found[0][0])


def _row(one: Movement, levels: Mapping[Key, Level]) -> Json:
    """Return a movement as the statement reads it: what is nothing is left out."""
    level = levels[one.level]
    units, note = one.units, one.note
    if level.locked and not EVENTS[one.event].by_hand:
        meant = ", ".join(f"{NAMES[name]} {n:+d}" for name, n in zip(QUANTITIES, units, strict=True) if n)
        units, note = (0,) * len(QUANTITIES), " ".join(filter(None, [LOCKED, meant, note]))
    told = {
        "level_id": level.pk, "organization_id": one.organization_id, "event": one.event,
        "entity_type": one.entity_type, "entity_id": one.entity_id, "order_id": one.order_id,
        "note": note[:_MOST_NOTE], "key": one.key, **dict(zip(QUANTITIES, units, strict=True)),
    }  # fmt: skip
    return {name: value for name, value in told.items() if value}


_SUMS = ", ".join(f"sum(w.{name})::int AS {name}" for name in QUANTITIES)
_ADDED = ", ".join(f"{name} = l.{name} + s.{name}" for name in QUANTITIES)
_ANY = " OR ".join(f"w.{name} <> 0" for name in QUANTITIES)
_NAMED = ", ".join(QUANTITIES)
_TOLD = ", ".join(f"'{name}'" for name in sorted(TOLD))

_UNITS = ", ".join(f"{name} int" for name in QUANTITIES)
_GIVEN = ", ".join(f"coalesce({name}, 0)" for name in QUANTITIES)

_POST = f"""
WITH given AS MATERIALIZED (
    SELECT * FROM ROWS FROM (json_to_recordset(%s) AS (
        level_id bigint, organization_id bigint, event text, {_UNITS}, entity_type text, entity_id text,
        order_id bigint, note text, key text))
    WITH ORDINALITY AS n(level_id, organization_id, event, {_NAMED}, entity_type, entity_id, order_id, note, key,
                         place)),
written AS (
    INSERT INTO orders_ledgerentry (level_id, organization_id, event, {_NAMED}, entity_type, entity_id, order_id,
                                    actor_kind, actor_id, actor_name, note, key)
    SELECT level_id, organization_id, event, {_GIVEN}, coalesce(entity_type, ''), coalesce(entity_id, ''), order_id,
           %s, %s, %s, coalesce(note, ''), key
    FROM given ORDER BY place
    ON CONFLICT (organization_id, key) WHERE key IS NOT NULL DO NOTHING
    RETURNING id, level_id, event, {_NAMED}),
moved AS (
    UPDATE orders_inventorylevel l SET {_ADDED}, version = l.version + 1, updated_at = now()
    FROM (SELECT w.level_id, {_SUMS}, array_agg(DISTINCT w.event::text) AS events FROM written w
          GROUP BY w.level_id HAVING bool_or({_ANY} OR w.event IN ({_TOLD}))) s
    WHERE l.id = s.level_id
    RETURNING l.id, l.organization_id, l.location_id, l.version, l.sku, l.on_hand AS now_on_hand,
              {", ".join(f"s.{name}" for name in QUANTITIES)}, s.events)
SELECT CASE WHEN row_number() OVER (ORDER BY m.id) = 1
       THEN coalesce((SELECT array_agg(id ORDER BY id) FROM written), '{{}}') END, m.*
FROM (SELECT 1) AS one LEFT JOIN moved m ON true ORDER BY m.id
"""  # noqa: S608 - names of our own columns
"""Entries and sums in one statement: what a known key keeps out of the ledger is not added either.

The ids of all entries come with the first row alone: with each they would grow by the square of the movements.
"""


def _moved(row: Sequence[Any]) -> Moved:
    pk, organization_id, location_id, version, sku, on_hand, *units, events = row
    return Moved(pk, organization_id, location_id, version, sku, on_hand, tuple(units), events)


def _announce(moved: Sequence[Moved], as_before: Collection[Whole] = ()) -> None:
    news = promised(moved, as_before)
    outbox.record(
        [
            outbox.NewEvent(
                INVENTORY_CHANGED.name, one.organization_id, one.id, one.version,
                {"from": one.version - 1, "sku": one.sku, "changes": _paths(one), "events": sorted(one.events)}
                | ({"promised": news[one.change]} if one.change in news else {}),
            )
            for one in moved
        ]
    )  # fmt: skip


def _paths(one: Moved) -> list[str]:
    changed = [name for name, units in zip(QUANTITIES, one.units, strict=True) if units]
    paths = [f"/{NAMES[name]}" for name in changed]
    on_hand, committed = one.units[:2]
    return paths + (["/available"] if on_hand != committed else [])


def _tell_negative(moved: Sequence[Moved], by: Actor) -> None:
    """Tell people where a warehouse's word has brought what is on hand below zero (reliability.md I9)."""
    below = {one.id: one for one in moved if one.on_hand < 0 and one.units[0] < 0}
    if not below:
        return
    rows = InventoryLevel.across.filter(pk__in=below).select_related("location")
    raise_exceptions([_problem(row, below[row.pk].on_hand) for row in rows], by=by)


def _problem(level: InventoryLevel, on_hand: int) -> Problem:
    where = level.location.name if level.location else ""
    return Problem(
        "stock_negative",
        level.organization_id,
        level.public_id,
        f"{level.sku} is below zero at {where}",
        f"By what was reported there are {on_hand} on hand.",
        entity_type="inventory",
        entity_id=level.pk,
        entity_label=f"{level.sku} at {where}",
        entity_public_id=level.public_id,
    )
