"""What is done to many orders at once: moves, tags, routing, deleting; each with its way back where there is one."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from orders.by_hand import cancel, remove
from orders.documents import writable
from orders.documents.values import NotWritable
from orders.lifecycle import bulk
from orders.lifecycle.changes import OrderChange, Step
from orders.lifecycle.order import OrderStatus, can_move
from orders.lifecycle.write import commit
from orders.many import Done
from orders.models import Order, Source
from orders.pushes.push import push
from orders.routing.retry import BELL as ROUTING_BELL
from orders.routing.run import ROUTABLE, why_left
from portal.audit.actor import Actor
from portal.kit.jobs import ring
from portal.kit.json import Json

S = OrderStatus
Orders = Mapping[int, Order]


@dataclass(frozen=True)
class Act:
    """An act on many orders. `can` judges by the status, for the preview; `do` gets them locked, with content."""

    key: str
    label: StrOrPromise
    can: Callable[[str], bool]
    do: Callable[[Orders, Json, Actor], Done]
    undo: Callable[[Orders, Mapping[int, Json], Actor], Done] | None = None
    warning: StrOrPromise = ""
    danger: bool = False
    tags: bool = False
    """It asks which tags."""
    systems: bool = False
    """It asks which outside systems (`orders.pushes`)."""
    restocks: bool = False
    """It asks what becomes of the units of shipping requests that end with it."""


def _ended(orders: Orders) -> dict[int, str]:
    return {pk: "It is deleted." for pk, order in orders.items() if order.deleted_at is not None}


def _moves(key: str) -> Callable[[Orders, Json, Actor], Done]:
    def do(orders: Orders, values: Json, by: Actor) -> Done:
        before = {pk: {"status": order.status} for pk, order in orders.items()}
        left = bulk.move_locked(key, orders, by=by)
        return Done({pk: told for pk, told in before.items() if pk not in left}, left)

    return do


def _moved_back(orders: Orders, before: Mapping[int, Json], by: Actor) -> Done:
    """Give orders the status back that they had; what cannot have it by itself is left and says so."""
    done, changes = Done(left=_ended(orders)), []
    for pk, order in orders.items():
        was = S(before[pk]["status"])
        if pk in done.left:
            continue
        if not can_move(order.status, was) or was is S.ON_HOLD:
            done.left[pk] = f"It was “{was.label}” and is “{S(order.status).label}” now: that is not given back."
            continue
        changes.append(OrderChange(pk, [Step(by, "moved back", f"Undone: it is “{was.label}” again.", status=was)]))
        done.before[pk] = {}
    commit([OrderChange(one.order_id, one.steps, cause="person") for one in changes], orders)
    return done


def _brought_back(orders: Orders, before: Mapping[int, Json], by: Actor) -> Done:
    """Undo archiving: what waited for a person or for work waits for a person; what was over stays archived."""
    over = {S.CANCELED.value, S.FULFILLED.value, S.SENT_TO_FULFILLMENT.value, S.PARTIAL_FULFILLMENT.value}
    kept = {pk for pk in orders if before[pk]["status"] in over}
    told = _moved_back({pk: one for pk, one in orders.items() if pk not in kept},
                       {pk: {"status": S.REVIEW_REQUIRED.value} for pk in orders}, by)  # fmt: skip
    told.left |= {
        pk: f"It was “{S(before[pk]['status']).label}”: bring it back on its page if you want it." for pk in kept
    }
    return told


def _tags(change: Callable[[Json, str, Sequence[Any]], Json], words: str) -> Callable[[Orders, Json, Actor], Done]:
    def do(orders: Orders, values: Json, by: Actor) -> Done:
        done, changes = Done(left=_ended(orders)), []
        for pk, order in orders.items():
            if pk in done.left:
                continue
            try:
                content = writable.changes(order.content, change(order.content, "tags", values["tags"]))
            except NotWritable as error:
                done.left[pk] = str(error)
                continue
            if not content:
                done.left[pk] = "Nothing to change: its tags are so already."
                continue
            done.before[pk] = {"tags": list(order.content.get("tags") or ())}
            step = Step(by, "edited", f"{words}: {', '.join(values['tags'])}.", content=content)
            changes.append(OrderChange(pk, [step], cause="person"))
        commit(changes, orders)
        return done

    return do


def _tags_back(orders: Orders, before: Mapping[int, Json], by: Actor) -> Done:
    done, changes = Done(left=_ended(orders)), []
    for pk, order in orders.items():
        if pk in done.left:
            continue
        content = writable.changes(order.content, writable.set_value(order.content, "tags", before[pk]["tags"]))
        done.before[pk] = {}
        if content:
            changes.append(
                OrderChange(pk, [Step(by, "edited", "Tags as they were before.", content=content)], cause="person")
            )
    commit(changes, orders)
    return done


def _rerun(orders: Orders, values: Json, by: Actor) -> Done:
    """Have orders routed now, by the worker: many at once need more time than a page has."""
    left = {pk: why for pk, order in orders.items() if (why := why_left(order))}
    going = [pk for pk in orders if pk not in left]
    Order.across.filter(pk__in=going).update(route_at=Now())
    ring(ROUTING_BELL)
    return Done({pk: {} for pk in going}, left)


def _cancel(orders: Orders, values: Json, by: Actor) -> Done:
    left = cancel.cancel_locked(orders, by=by, restock=values.get("restock", True))
    return Done({pk: {} for pk in orders if pk not in left}, left)


def _delete(orders: Orders, values: Json, by: Actor) -> Done:
    left = remove.delete_locked(orders, by=by)
    return Done({pk: {} for pk in orders if pk not in left}, left)


def _restore(orders: Orders, before: Mapping[int, Json], by: Actor) -> Done:
    left = remove.restore_locked(orders, by=by)
    return Done({pk: {} for pk in orders if pk not in left}, left)


def _push(orders: Orders, values: Json, by: Actor) -> Done:
    """Push orders to the systems that were chosen; what is sent stays sent."""
    owners = {order.organization_id for order in orders.values()}
    sources = Source.across.filter(organization_id__in=owners, public_id__in=values["systems"]).order_by("name", "pk")
    left = push(orders, sources, by=by)
    return Done({pk: {} for pk in orders if pk not in left}, left)


def _fits(key: str) -> Callable[[str], bool]:
    return lambda status: bulk.can(key, status)


_ANY = frozenset(status.value for status in S)
ACTS: Mapping[str, Act] = {
    one.key: one
    for one in (
        Act("release", _("Release hold"), _fits("release"), _moves("release")),
        Act("ready", _("Mark ready"), _fits("ready"), _moves("ready"), _moved_back),
        Act("review", _("Mark for review"), lambda status: status != S.ARCHIVED and bulk.can("review", status),
            _moves("review"), _moved_back),
        Act("rerun", _("Re-run routing"), lambda status: status in ROUTABLE, _rerun,
            warning=_("Each is routed again within seconds; what could not be says so in an exception.")),
        Act("tag", _("Add tags"), lambda status: status in _ANY, _tags(writable.add_items, "Tags added by hand"),
            _tags_back, tags=True),
        Act("untag", _("Remove tags"), lambda status: status in _ANY,
            _tags(writable.remove_items, "Tags removed by hand"), _tags_back, tags=True),
        Act("push", _("Push"), lambda status: status in _ANY, _push, systems=True,
            warning=_("Each system gets the orders as they are now, and knows a repeat by the order’s ID. The activity "
                      "of each order says what became of it.")),
        Act("archive", _("Archive"), _fits("archive"), _moves("archive"), _brought_back,
            _("The orders leave the usual lists and are not worked on any more. Each can be brought back for review.")),
        Act("unarchive", _("Bring back for review"), lambda status: status == S.ARCHIVED, _moves("review")),
        Act("cancel", _("Cancel order"), _fits("cancel"), _cancel, restocks=True, danger=True,
            warning=_("The orders are canceled here and not worked on any more. The stores are not told. This cannot "
                      "be undone.")),
        Act("delete", _("Delete"), lambda status: status in remove.DELETABLE, _delete, _restore,
            _("The orders disappear from lists and searches, and what no warehouse has of them is canceled. Their "
              "stores are not told. They can be brought back."), danger=True),
    )
}  # fmt: skip
"""In the order of the list's bar."""


def put_back(act: str, orders: Orders, before: Mapping[int, Json], by: Actor) -> Done:
    """Undo an act that has a way back."""
    undo = ACTS[act].undo
    assert undo is not None
    return undo(orders, before, by)
