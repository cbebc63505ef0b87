"""The only writer of orders after they are ingested: status, content, holds, history and events.

Everything of one call is written in the caller's transaction, many orders at a time.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.db import connection

from orders.documents import columns as document_columns
from orders.documents.instants import instant
from orders.documents.lines import rewrite_lines
from orders.events import ORDER_UPDATED
from orders.lifecycle import pins
from orders.lifecycle.changes import NewHold, OrderChange, Step
from orders.lifecycle.closing import CLOSING, close
from orders.lifecycle.order import OrderStatus, can_move, refusal
from orders.models import Hold, Order
from portal.audit.actor import Actor
from portal.audit.record import Entry, record
from portal.entities import patch
from portal.entities.patch import Change
from portal.events import outbox
from portal.kit import json
from portal.kit.bulk import copy_rows
from portal.kit.clock import now
from portal.kit.ids import new_public_id
from portal.kit.json import Json


class MoveRefused(ValueError):
    """The order's status does not allow this; the message says so in a sentence."""


@dataclass(slots=True)
class _PendingHold:
    """A hold to be written; a later step of the same call may have ended it already."""

    order: Order
    hold: NewHold
    step: Step
    period: int
    outcome: str = ""
    ended_by: str = ""
    ended_at: dt.datetime | None = None

    def row(self) -> tuple[object, ...]:
        by = self.step.by
        return (
            self.order.organization_id, new_public_id(), self.order.pk, self.hold.kind, self.hold.reason,
            by.kind, by.id, by.name, self.step.run_id, self.hold.due_at, self.hold.next_status.value, self.period,
            self.outcome, self.ended_by, self.ended_at,
        )  # fmt: skip


@dataclass(slots=True)
class _Batch:
    """What one call writes, gathered order by order."""

    history: list[Entry] = field(default_factory=list)
    events: list[outbox.NewEvent] = field(default_factory=list)
    holds: list["_PendingHold"] = field(default_factory=list)
    ends: list[tuple[int, str, str]] = field(default_factory=list)
    content: list[Order] = field(default_factory=list)
    lines: list[Order] = field(default_factory=list)
    closed: dict[int, tuple[Order, Actor]] = field(default_factory=dict)


def commit(changes: Sequence[OrderChange], orders: Mapping[int, Order]) -> None:
    """Write the changes of orders that the caller has locked (`orders.locks.lock`).

    The rows in `orders` are brought up to date. Raises MoveRefused, before anything is written, when
    a step asks for a move that the state machine does not have.
    """
    batch = _Batch()
    latest = _latest_open(changes, orders)
    touched = [orders[change.order_id] for change in changes if change.steps]
    for change in changes:
        if change.steps:
            _make(change, orders[change.order_id], batch, latest)
    _write_orders(touched)
    _write_content(batch.content)
    rewrite_lines(batch.lines)
    _end_holds(batch.ends)
    copy_rows(Hold, _HOLD_COLUMNS, (one.row() for one in batch.holds))
    record(batch.history)
    outbox.record(batch.events)
    close(batch.closed)


def _make(change: OrderChange, order: Order, batch: _Batch, latest: dict[int, tuple[dt.datetime, int]]) -> None:
    before, version, touched = order.status, order.version, []
    for step in change.steps:
        made = _apply(step, order, batch, latest)
        touched += [one["path"] for one in made]
        order.version += 1
        batch.history.append(
            Entry(
                order.organization_id,
                "order",
                order.pk,
                order.version,
                step.by,
                step.verb,
                step.summary,
                made,
                step.run_id,
            )
        )
    if order.status != before and order.status in CLOSING:
        batch.closed[order.pk] = order, change.steps[-1].by
    if change.announce:
        payload = {"changes": touched, "status": [before, order.status], "cause": change.cause, "from": version}
        batch.events.append(
            outbox.NewEvent(ORDER_UPDATED.name, order.organization_id, order.pk, order.version, payload)
        )


def _apply(step: Step, order: Order, batch: _Batch, latest: dict[int, tuple[dt.datetime, int]]) -> list[Change]:
    """Change the row in memory, note what has to be written, and return the changes of the document."""
    made = list(step.content)
    if step.content or step.gives_back:
        _set_content(order, step, batch)
    until = order.hold_until
    if step.ends_holds:
        _end(order, step, batch)
        latest.pop(order.pk, None)
    if step.status is not None and step.status != order.status:
        if not can_move(order.status, step.status):
            raise MoveRefused(refusal(order.status, step.status))
        made.append({"op": "replace", "path": "/status", "value": step.status.value, "old": order.status})
        order.status = step.status.value
    if step.hold is not None:
        _place(step.hold, step, order, batch, latest)
    held = latest.get(order.pk) if order.status == OrderStatus.ON_HOLD else None
    order.hold_until = held[0] if held else None
    return made + _hold_changes(until, order.hold_until)


def _end(order: Order, step: Step, batch: _Batch) -> None:
    """End the open holds of an order, those of this call included."""
    batch.ends.append((order.pk, step.ends_holds, step.by.name))
    for one in batch.holds:
        if one.order is order and one.ended_at is None:
            one.outcome, one.ended_by, one.ended_at = step.ends_holds, step.by.name, now()


def _hold_changes(old: dt.datetime | None, new: dt.datetime | None) -> list[Change]:
    if old == new:
        return []
    before = {"holdUntil": instant(old)} if old else {}
    return patch.diff(before, {"holdUntil": instant(new)} if new else {})


def _set_content(order: Order, step: Step, batch: _Batch) -> None:
    order.content = patch.apply(order.content, step.content)
    order.kept, is_reset = pins.marked(order.kept, step.content, step.by)
    for path in step.gives_back:
        order.kept = pins.given_back(order.kept, path)
    if is_reset or step.gives_back:
        order.fingerprint = ""  # so that the channel's next report is news, even if it says the same again
    batch.content.append(order)
    if any(change["path"] == "/lineItems" for change in step.content):
        batch.lines.append(order)


_HOLD_COLUMNS = (
    "organization_id", "public_id", "order_id", "kind", "reason", "placed_by_kind", "placed_by_id",
    "placed_by_name", "run_id", "due_at", "next_status", "period", "outcome", "ended_by", "ended_at",
)  # fmt: skip


def _place(hold: NewHold, step: Step, order: Order, batch: _Batch, latest: dict[int, tuple[dt.datetime, int]]) -> None:
    due, period = latest.get(order.pk, (hold.due_at, order.version + 1))
    latest[order.pk] = (max(due, hold.due_at), period)
    batch.holds.append(_PendingHold(order, hold, step, period))


def _latest_open(changes: Sequence[OrderChange], orders: Mapping[int, Order]) -> dict[int, tuple[dt.datetime, int]]:
    """Return, for orders on hold, when the last of their open holds ends, and the period they belong to."""
    held = [c.order_id for c in changes if orders[c.order_id].status == OrderStatus.ON_HOLD]
    latest: dict[int, tuple[dt.datetime, int]] = {}
    if held:
        rows = Hold.across.filter(order_id__in=held, ended_at=None).order_by("due_at")
        latest = {row.order_id: (row.due_at, row.period) for row in rows}
    return latest


def _write_orders(orders: Sequence[Order]) -> None:
    """Update the state columns of many orders in one statement."""
    if not orders:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE orders_order o
            SET status = n.status, version = n.version, hold_until = n.hold_until, updated_at = now()
            FROM unnest(%s::bigint[], %s::text[], %s::int[], %s::timestamptz[])
                 AS n(id, status, version, hold_until)
            WHERE o.id = n.id
            """,
            [
                [order.pk for order in orders],
                [str(order.status) for order in orders],
                [order.version for order in orders],
                [order.hold_until for order in orders],
            ],
        )


def _write_content(orders: Sequence[Order]) -> None:
    """Write changed documents with the columns that repeat them, all in one statement."""
    rows = [_content_row(order) for order in {order.pk: order for order in orders}.values()]
    if not rows:
        return
    with connection.cursor() as cursor:
        # One text for all: quoting documents within an array costs more than writing them.
        cursor.execute(_CONTENT, [json.dumps_text(rows)])


def _content_row(order: Order) -> Json:
    told = document_columns.columns(order.content, order.facets["integration"])
    return {
        "id": order.pk, "content": order.content, "kept": order.kept, "fingerprint": order.fingerprint,
        "ext_order_id": told.ext_order_id, "placed_at": told.placed_at, "total": str(told.total),
        "currency": told.currency, "customer_name": told.customer_name, "number_folded": told.number_folded,
        "email_folded": told.email_folded, "tags": told.tags_folded, "facets": told.facets,
        "line_count": told.line_count, "unit_count": str(told.unit_count), "terms": told.terms,
        "country_folded": told.country_folded,
    }  # fmt: skip


_CONTENT = """
UPDATE orders_order o
SET content = n.content, kept = n.kept, fingerprint = n.fingerprint, ext_order_id = n.ext_order_id,
    placed_at = n.placed_at, total = n.total, currency = n.currency, customer_name = n.customer_name,
    number_folded = n.number_folded, email_folded = n.email_folded,
    tags_folded = CASE WHEN jsonb_typeof(n.tags) = 'array' THEN ARRAY(SELECT jsonb_array_elements_text(n.tags)) END,
    facets = n.facets, line_count = n.line_count, unit_count = n.unit_count, terms = n.terms::tsvector,
    country_folded = n.country_folded
FROM jsonb_to_recordset(%s::jsonb) AS n(
    id bigint, content jsonb, kept jsonb, fingerprint text, ext_order_id text, placed_at timestamptz, total numeric,
    currency text, customer_name text, number_folded text, email_folded text, tags jsonb, facets jsonb,
    line_count int, unit_count numeric, terms text, country_folded text)
WHERE o.id = n.id
"""
"""Writes documents with what repeats them."""


def _end_holds(ends: Sequence[tuple[int, str, str]]) -> None:
    """End every open hold of the orders named, with the outcome and by whom."""
    if not ends:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE orders_hold h SET ended_at = now(), outcome = n.outcome, ended_by = n.ended_by
            FROM unnest(%s::bigint[], %s::text[], %s::text[]) AS n(order_id, outcome, ended_by)
            WHERE h.order_id = n.order_id AND h.ended_at IS NULL
            """,
            [[e[0] for e in ends], [e[1] for e in ends], [e[2] for e in ends]],
        )
