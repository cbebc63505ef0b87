"""What warehouses and other systems report of stock (behaviour.md 6.4): counts and changes.

A system writes only into active locations that name it, and whose fulfillment and inventory integrations are it
or nobody. What it counted before its last count is old news; a change counts once, whatever is reported twice.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, transaction

from orders.exceptions.raise_ import Problem, close, raise_exceptions
from orders.inventory.levels import Key, hold
from orders.inventory.movements import Movement, key
from orders.inventory.post import post
from orders.models import ExternalLocation, InventoryLevel, Location, OrderException, Source
from orders.products.skus import our_skus
from orders.records.level import LevelRecord
from portal.audit.actor import Actor
from portal.kit.text import fold

REFUSED = "stock_refused"


@dataclass(slots=True)
class TakenLevels:
    """What became of a report, in records."""

    changed: int = 0
    unchanged: int = 0
    stale: int = 0
    """Counted before what is known already."""
    repeated: int = 0
    """Changes that are in the ledger already."""
    locked: int = 0
    refused: int = 0


@dataclass(frozen=True, slots=True)
class _Refusal:
    """Why a location's stock is not taken, and what to do about it."""

    reason: str
    cure: str


@dataclass(slots=True)
class _Report:
    """What is to be written of one page."""

    movements: list[Movement] = field(default_factory=list)
    counted: dict[int, dt.datetime] = field(default_factory=dict)
    """By level: when it was counted."""
    taken: TakenLevels = field(default_factory=TakenLevels)


def take_levels(source: Source, records: Sequence[LevelRecord], *, by: Actor) -> TakenLevels:
    """Take in what a system reports; call it in the transaction that saves the cursor. Returns what became of it.

    SKUs are translated by what the products are called at that system. Of several counts of one SKU the newest
    counts. What may not be written becomes an exception that names the cure, and is closed when it fits.
    """
    with transaction.atomic():
        places = _places(source, records)
        refusals = {name: _refusal(source, places.get(name)) for name in {one.ext_location_id for one in records}}
        good = [one for one in records if refusals[one.ext_location_id] is None]
        by_level = _by_level(source, good, places)
        levels = hold({at: told[0][0] for at, told in by_level.items()})
        report = _Report()
        report.taken.refused = len(records) - len(good)
        for at in sorted(by_level, key=str):
            _weigh(source, levels[at], [one for _sku, one in by_level[at]], report)
        written = len(post(report.movements, by=by))
        report.taken.repeated += len(report.movements) - written
        report.taken.changed -= len(report.movements) - written
        _remember(report.counted)
        _tell(source, refusals, by)
    return report.taken


def _places(source: Source, records: Sequence[LevelRecord]) -> dict[str, Location]:
    names = {one.ext_location_id for one in records}
    rows = ExternalLocation.across.filter(source=source, ext_location_id__in=names, location__deleted_at=None)
    rows = rows.select_related("location__fulfillment_source", "location__inventory_source")
    return {row.ext_location_id: row.location for row in rows}


def _refusal(source: Source, location: Location | None) -> _Refusal | None:
    if location is None:
        return _Refusal(
            f"No location here is known to {source.name} by this ID.",
            "Open the location where this stock lies and add the ID to what other systems call it.",
        )
    if not location.active:
        return _Refusal(f"“{location.name}” is not active.", "Switch the location on, or stop reporting its stock.")
    for owner, told in (
        (location.fulfillment_source, "is shipped from by"),
        (location.inventory_source, "takes its stock from"),
    ):
        if owner is not None and owner.pk != source.pk:
            return _Refusal(
                f"“{location.name}” {told} {owner.name}, and only that may report its stock.",
                f"Choose {source.name} or nobody on the page of the location, or stop reporting its stock.",
            )
    return None


def _by_level(
    source: Source, records: Sequence[LevelRecord], places: dict[str, Location]
) -> dict[Key, list[tuple[str, LevelRecord]]]:
    ours = our_skus(source, {one.sku for one in records})
    found: dict[Key, list[tuple[str, LevelRecord]]] = {}
    for one in records:
        sku = ours[one.sku].strip()
        at = (source.organization_id, fold(sku), places[one.ext_location_id].pk)
        found.setdefault(at, []).append((sku, one))
    return found


def _weigh(source: Source, level: InventoryLevel, records: Sequence[LevelRecord], report: _Report) -> None:
    """Note what one level's records change: the newest count first, then the changes that came after it."""
    if level.locked:
        report.taken.locked += len(records)
        return
    since = level.reported_at
    counts = [one for one in records if not one.change]
    for place, one in enumerate(sorted(counts, key=_moment, reverse=True)):
        if place or (since and one.at and one.at <= since):
            report.taken.stale += 1
            continue
        _count(source, level, one, report)
    last = report.counted.get(level.pk, since)
    for one in records:
        if one.change:
            _change(source, level, one, last, report)


def _moment(record: LevelRecord) -> dt.datetime:
    """Return when a count was made; one that does not say is the newest."""
    return record.at or dt.datetime.max.replace(tzinfo=dt.UTC)


def _count(source: Source, level: InventoryLevel, one: LevelRecord, report: _Report) -> None:
    if one.at:
        report.counted[level.pk] = one.at
    change = {name: units - getattr(level, name) for name, units in one.quantities.items()}
    if not any(change.values()):
        report.taken.unchanged += 1
        return
    report.taken.changed += 1
    report.movements.append(_movement(source, level, change, None))


def _change(source: Source, level: InventoryLevel, one: LevelRecord, last: dt.datetime | None, report: _Report) -> None:
    if last and one.at and one.at <= last:
        report.taken.stale += 1  # the count has seen it
        return
    if not any(one.quantities.values()):
        report.taken.unchanged += 1
        return
    report.taken.changed += 1
    named = key("sync", source.public_id, level.public_id, one.event_id)
    report.movements.append(_movement(source, level, one.quantities, named))


def _movement(source: Source, level: InventoryLevel, change: Mapping[str, Any], named: str | None) -> Movement:
    return Movement(
        level.organization_id, level.location_id, level.sku, "sync", entity_type="source", entity_id=source.public_id,
        key=named, **change,
    )  # fmt: skip


def _remember(counted: dict[int, dt.datetime]) -> None:
    if not counted:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE orders_inventorylevel l SET reported_at = n.at
            FROM unnest(%s::bigint[], %s::timestamptz[]) AS n(id, at) WHERE l.id = n.id
            """,
            [list(counted), list(counted.values())],
        )


def _tell(source: Source, refusals: dict[str, _Refusal | None], by: Actor) -> None:
    """Raise an exception for each location that was refused, and close those of locations that fit now."""
    raise_exceptions(
        [
            Problem(
                REFUSED, source.organization_id, f"{source.public_id}:{name}",
                f"Stock of {source.name} was not taken", f"Location {name}: {told.reason}", told.cure,
                entity_type="source", entity_id=source.pk, entity_label=source.name,
            )
            for name, told in sorted(refusals.items()) if told
        ],
        by=by,
    )  # fmt: skip
    fit = [f"{source.public_id}:{name}"[:300] for name, told in refusals.items() if not told]
    active = OrderException.across.filter(
        organization_id=source.organization_id, type=REFUSED, state="active", cause_key__in=fit
    )
    if keys := list(active.values_list("cause_key", flat=True)):
        close(source.organization_id, REFUSED, cause_key=keys, by=by)
