"""The only writer of orders after they are ingested: status, content, holds, history and events.

Everything of one call is written in the caller's transaction, many orders at a time.
"""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
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
from portal.kit.bulk import copy_rows, update_rows
from portal.kit.clock import now
from portal.kit.ids import new_public_id


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
    content: dict[int, Order] = field(default_factory=dict)
    whole: set[int] = field(default_factory=set)
    """Of these more has changed than what became of their units: every column that repeats the document is written."""
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
    _write_orders(touched, batch.content.keys(), batch.whole)
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
    batch.content[order.pk] = order
    if not all(change["path"].split("/")[1] in document_columns.OF_UNITS for change in step.content):
        batch.whole.add(order.pk)
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


def _write_orders(orders: Sequence[Order], changed: Collection[int], whole: Collection[int]) -> None:
    """Write the state of many orders, and of those with these keys the documents and what repeats them.

    Each row is written once: every index of orders pays for each writing.
    """
    some = [order for order in orders if order.pk not in changed]
    update_rows(Order, _STATE, map(_state_row, some), touched=["updated_at"])
    settled = [order for order in orders if order.pk in changed and order.pk not in whole]
    update_rows(Order, (*_STATE, *_DOCUMENT), map(_settled_row, settled), touched=["updated_at"])
    rest = [order for order in orders if order.pk in whole]
    update_rows(
        Order,
        (*_STATE, *_CONTENT),
        ((*_state_row(order), *_content_row(order)) for order in rest),
        touched=["updated_at"],
    )


_STATE = ("status", "version", "hold_until")


def _state_row(order: Order) -> tuple[object, ...]:
    return order.pk, str(order.status), order.version, order.hold_until


_DOCUMENT = ("content", "kept", "fingerprint", "facets")
_CONTENT = (
    "content", "kept", "fingerprint", "ext_order_id", "placed_at", "total", "currency", "customer_name",
    "number_folded", "email_folded", "tags_folded", "facets", "line_count", "unit_count", "terms", "country_folded",
)  # fmt: skip
"""Documents and the columns that repeat them."""


def _settled_row(order: Order) -> tuple[object, ...]:
    facets = document_columns.facets(order.content, order.facets["integration"])
    return (*_state_row(order), order.content, order.kept, order.fingerprint, facets)


def _content_row(order: Order) -> tuple[object, ...]:
    told = document_columns.columns(order.content, order.facets["integration"])
    return (
        order.content, order.kept, order.fingerprint, told.ext_order_id, told.placed_at, told.total, told.currency,
        told.customer_name, told.number_folded, told.email_folded, told.tags_folded, told.facets, told.line_count,
        told.unit_count, told.terms, told.country_folded,
    )  # fmt: skip


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
