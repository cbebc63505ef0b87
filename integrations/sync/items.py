"""Pulling what a warehouse keeps, so that each of our products finds the item that it is there (`matching`).

What changed since the last run is asked for; everything once a day, and when a person wants it, because a list of
changes does not tell what is gone. An item counts as gone when two such readings have not met it: pages shift while
they are read.
"""

import datetime as dt
from collections.abc import Callable, Iterator

from django.db import transaction
from django.db.models import QuerySet

from integrations.capabilities import ItemRecord, KeepsItems, Reports
from integrations.models import FlowState, Integration, WarehouseItem
from integrations.sync import matching
from integrations.sync.orders import Stopped
from integrations.sync.outcome import Outcome
from integrations.sync.reports import cursor_of, walk
from orders.products.take import forgive_products, refuse_products
from orders.records.refused import Refused
from portal.audit.actor import Actor
from portal.kit.clock import database_now
from portal.kit.json import Json
from portal.kit.text import fold

WHOLE_EVERY = dt.timedelta(days=1)
OVERLAP = 120
"""Seconds that are read again: what was changed there may be told a little later."""


def pull(state: FlowState, client: KeepsItems, hold_on: Callable[[], bool]) -> Outcome:
    """Take in what a warehouse keeps, and match it. Raises OutsideFailed, Stopped."""
    begun, cursor = database_now(), cursor_of(state)
    last = _moment(cursor, "whole")
    is_whole = state.asked_at is not None or last is None or begun - last >= WHOLE_EVERY
    since = None if is_whole else _moment(cursor, "since")
    pages = _pages(client.items(since), cursor, begun if is_whole else None)
    outcome = walk(state, pages, hold_on, lambda page, by: take_page(state.integration, page, by), keeps_refused=False)
    deleted = _forget(state.integration, last, hold_on) if is_whole and last is not None else 0
    while changed := _match(state.integration, hold_on):  # products have come or got another SKU as well
        outcome = outcome.plus(Outcome(updated=changed))
    return outcome.plus(Outcome(deleted=deleted))


def _forget(integration: Integration, before: dt.datetime, hold_on: Callable[[], bool]) -> int:
    with transaction.atomic():
        if not hold_on():
            raise Stopped
        gone = list(_items(integration).filter(seen_at__lt=before).values_list("item_id", flat=True))
        matching.forget(integration, gone)
        return len(gone)


def _match(integration: Integration, hold_on: Callable[[], bool]) -> int:
    with transaction.atomic():
        if not hold_on():
            raise Stopped
        return matching.match(integration)


def take_page(integration: Integration, page: Reports, by: Actor) -> Outcome:
    """Write a page of items; call it in the transaction that saves the cursor."""
    at = database_now()
    rows = {one.id: _row(integration, one, at) for one in page.items}
    before = {one.item_id: one for one in _items(integration).filter(item_id__in=rows)}
    WarehouseItem.across.bulk_create(
        rows.values(),
        update_conflicts=True,
        unique_fields=["integration", "item_id"],
        update_fields=["number", "sku", "sku_folded", "name", "active", "seen_at"],
    )
    named = {pk: (was, rows[pk]) for pk, was in before.items() if rows[pk].sku_folded}
    renamed = {pk: (was, now) for pk, (was, now) in named.items() if was.sku_folded != now.sku_folded}
    matching.follow(integration, {pk: (was.sku_folded, now.sku) for pk, (was, now) in renamed.items()})
    bad = [Refused(one.id, "product", one.problem, one.raw) for one in page.refused]
    names = {name for one in page.items for name in (one.id, one.parent) if name}
    forgive_products(integration.source, names - {one.external_id for one in bad}, by=by)
    refuse_products(integration.source, bad)
    same = sum(_facts(was) == _facts(rows[pk]) for pk, was in before.items())
    return Outcome(1, len(rows) - len(before), len(before) - same, same, 0, len(bad))


def _pages(pages: Iterator[Reports], cursor: Json, whole: dt.datetime | None) -> Iterator[Reports]:
    """Return the pages with the old cursor, because they come in any order, and after them one with the new cursor."""
    clock: int | None = None
    for page in pages:
        clock = clock if clock is not None else int(page.cursor["clock"])
        yield Reports(items=page.items, refused=page.refused, cursor=cursor)
    if clock is not None:
        since = dt.datetime.fromtimestamp(clock - OVERLAP, dt.UTC)
        more = {"whole": whole.isoformat()} if whole else {}
        yield Reports(cursor=cursor | {"since": since.isoformat()} | more)


def _items(integration: Integration) -> "QuerySet[WarehouseItem]":
    return WarehouseItem.across.filter(integration=integration)


def _row(integration: Integration, one: ItemRecord, at: dt.datetime) -> WarehouseItem:
    return WarehouseItem(
        organization_id=integration.organization_id, integration=integration, item_id=one.id, number=one.number,
        sku=one.sku, sku_folded=fold(one.sku), name=one.name, active=one.active, seen_at=at,
    )  # fmt: skip


def _facts(row: WarehouseItem) -> tuple[object, ...]:
    return row.number, row.sku, row.name, row.active


def _moment(cursor: Json, name: str) -> dt.datetime | None:
    return dt.datetime.fromisoformat(cursor[name]) if cursor.get(name) else None
