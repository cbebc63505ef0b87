"""What people do to an order by hand. Each is one transaction with change, history and event."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import transaction

from orders.documents import writable
from orders.documents.catalogue import ORDER
from orders.documents.values import Fault, NotWritable
from orders.lifecycle import pins
from orders.lifecycle.changes import NewHold, OrderChange, Step
from orders.lifecycle.editable import part_of, why_not
from orders.lifecycle.order import OrderStatus, can_move, refusal
from orders.lifecycle.write import MoveRefused, commit
from orders.locks import lock
from orders.models import Order
from portal.audit.actor import Actor
from portal.audit.record import Entry, record
from portal.entities.patch import Change
from portal.kit.json import Json

_MOVES = {
    "cancel": (OrderStatus.CANCELED, "canceled", "Canceled here; the channel is not told."),
    "archive": (OrderStatus.ARCHIVED, "archived", "Archived: hidden from the usual lists."),
    "ready": (OrderStatus.READY_FOR_FULFILLMENT, "marked ready", "Marked ready for fulfillment."),
    "review": (OrderStatus.REVIEW_REQUIRED, "marked for review", "Marked: a person must look at it."),
    "draft": (OrderStatus.DRAFT, "set to draft", "Set to draft: not processed until it is marked ready."),
}
MOVES = tuple(_MOVES)
_ON_ITS_WAY = frozenset({OrderStatus.SENT_TO_FULFILLMENT, OrderStatus.PARTIAL_FULFILLMENT, OrderStatus.FULFILLED})
"""Nobody makes these ready by saying so: they are what their warehouses have, or have shipped, of them."""


class ChangedMeanwhile(ValueError):
    """Somebody else has changed the order since the page was loaded."""


class NotPinned(ValueError):
    """Nobody has set this field here, or it was given back already."""


def step_of(to: str, *, by: Actor) -> Step:
    """Return the step of a move by hand (a key of `MOVES`)."""
    status, verb, summary = _MOVES[to]
    return Step(by, verb, summary, status=status, ends_holds="superseded")


def refused(to: str, status: str) -> str:
    """Return why a person may not move an order of this status (a key of `MOVES`); empty where one may."""
    if is_already(to, status):
        return f"The order is “{OrderStatus(status).label}” already."
    wanted = _MOVES[to][0]
    return "" if can_move(status, wanted) else refusal(status, wanted)


def is_already(to: str, status: str) -> bool:
    """Say whether an order of this status is where a move would bring it, or past that."""
    return status == _MOVES[to][0] or (to == "ready" and status in _ON_ITS_WAY)


def move(order_id: int, to: str, *, by: Actor, version: int | None = None) -> Order:
    """Cancel, archive, mark ready, mark for review or set to draft (the keys of `MOVES`).

    `version` is the one the person saw: raises ChangedMeanwhile when the order has moved on since.
    Raises MoveRefused when the order's status does not allow it, or its store has deleted the order.
    """
    with transaction.atomic():
        orders = lock([order_id])
        order = orders[order_id]
        check(order, version)
        if why := refused(to, order.status):
            raise MoveRefused(why)
        commit([OrderChange(order_id, [step_of(to, by=by)], cause="person")], orders)
    return order


def hold(
    order_id: int, *, until: dt.datetime, next_status: OrderStatus, reason: str, by: Actor, version: int | None = None
) -> Order:
    """Put an order on hold until an instant. Raises as `move` does."""
    with transaction.atomic():
        orders = lock([order_id])
        order = orders[order_id]
        check(order, version)
        if order.status != OrderStatus.ON_HOLD and not can_move(order.status, OrderStatus.ON_HOLD):
            raise MoveRefused(refusal(order.status, OrderStatus.ON_HOLD))
        placed = NewHold(reason, until, next_status)
        summary = f"Put on hold: {reason}"
        step = Step(by, "held", summary, status=OrderStatus.ON_HOLD, hold=placed)
        commit([OrderChange(order_id, [step], cause="person")], orders)
    return order


def set_fields(order_id: int, changes: Mapping[str, Any], *, by: Actor, version: int | None = None) -> Order:
    """Set fields of the content by hand, by their paths in the catalogue; None empties one.

    What a person has set is pinned: rules and the channel leave it alone until it is given back (`unpin`).
    Raises NotWritable with every fault, ChangedMeanwhile when the order is not at `version` any more, MoveRefused
    when its store has deleted it. Setting what is there already changes nothing.
    """
    with transaction.atomic():
        orders = lock([order_id])
        order = orders[order_id]
        check(order, version)
        check_parts(order, changes)
        content = writable.changes(order.content, with_fields(order.content, changes))
        if content:
            names = [ORDER.label(path) for path in changes if _is_among(path, content)]
            step = Step(by, "edited", f"Changed by hand: {', '.join(names)}.", content=content)
            commit([OrderChange(order_id, [step], cause="person")], orders)
    return order


def check_parts(order: Order, paths: Iterable[str]) -> None:
    """Raise NotWritable for what people may not change of an order of this status (`orders.lifecycle.editable`)."""
    told = [Fault(path, why) for path in paths if (why := why_not(part_of(path), order.status))]
    if told:
        raise NotWritable(told)


def with_fields(document: Json, changes: Mapping[str, Any]) -> Json:
    """Return the document with all changes made. Raises NotWritable with all faults of all of them."""
    faults: list[Fault] = []
    for path, value in changes.items():
        if path == "status":
            faults.append(Fault(path, "The status is changed by the buttons of the order, not as a field."))
            continue
        try:
            document = writable.set_value(document, path, value)
        except NotWritable as error:
            faults += error.faults
    if faults:
        raise NotWritable(faults)
    return document


def _is_among(path: str, content: Sequence[Change]) -> bool:
    return any(pins.touches(writable.pointer(path), change["path"]) for change in content)


def unpin(order_id: int, path: str, *, by: Actor) -> Order:
    """Give a field that was set here back to rules and the channel; its value stays until one of them sets it.

    `path` is where the field stands (`writable.pointer`); what is inside it is given back with it. Raises NotPinned
    when it is nobody's, MoveRefused when the store has deleted the order.
    """
    with transaction.atomic():
        orders = lock([order_id])
        order = orders[order_id]
        check(order, None)
        if pins.given_back(order.kept, path) == order.kept:
            raise NotPinned("This field was given back already, or nobody has set it here.")
        step = Step(
            by, "gave back", f"Gave “{writable.label_at(path)}” back to rules and the channel.", gives_back=[path]
        )
        commit([OrderChange(order_id, [step], cause="person")], orders)
    return order


def comment(order_id: int, text: str, *, by: Actor) -> None:
    """Add a comment to the activity of an order; the order itself does not change."""
    with transaction.atomic():
        order = lock([order_id], with_content=False)[order_id]
        record([Entry(order.organization_id, "order", order.pk, order.version, by, "commented", text)])


def check(order: Order, version: int | None) -> None:
    """Raise MoveRefused for an order that is deleted, ChangedMeanwhile when it is not at `version` any more."""
    if order.deleted_at is not None:
        where = f"by {order.deleted_by}" if order.deleted_by else "in its store"
        raise MoveRefused(f"{order.ext_order_id} was deleted {where}: nothing can be done to it any more.")
    if version is not None and version != order.version:
        raise ChangedMeanwhile(
            f"{order.ext_order_id} was changed by somebody else while you looked at it. Look again, then decide."
        )
