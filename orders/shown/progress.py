"""Where an order stands on its way, and the sentence that says what comes next and when."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from orders.lifecycle.order import OrderStatus, most_careful
from orders.lifecycle.shipping_request import RequestStatus
from orders.models import Hold, Order
from orders.requests.queries import of_order
from portal.audit.models import History
from portal.ui import html, statuses
from portal.ui.components import Step

S = OrderStatus
_PAST_HOLD = frozenset(
    {
        S.READY_FOR_FULFILLMENT,
        S.SENT_TO_FULFILLMENT,
        S.PARTIAL_FULFILLMENT,
        S.FULFILLED,
        S.CLOSED,
        S.RETURNED,
        S.REFUNDED,
    }
)
_PAST_ROUTING = _PAST_HOLD - {S.READY_FOR_FULFILLMENT}
_STOPPED = frozenset({S.CANCELED, S.ARCHIVED})


def steps(order: Order, holds: Sequence[Hold], history: Sequence[History]) -> list[Step]:
    """Return the five steps of an order: ordered, ingested, hold release, routed, fulfilled."""
    ingested = next((row for row in history if row.verb == "ingested"), None)
    return [
        Step(_("Ordered"), "done", order.placed_at, order.customer_name),
        Step(_("Ingested"), "done", order.created_at, ingested.actor_name if ingested else order.source.name),
        _hold_step(order, holds),
        _routed_step(order),
        _fulfilled_step(order),
    ]


def _routed_step(order: Order) -> Step:
    failed = order.status == S.READY_FOR_FULFILLMENT and order.routing_status == "failed"
    if failed and order.deleted_at is None:
        return Step(_("Routed"), "failed", order.last_routed_at, note=_("no location found"))
    step = _step(_("Routed"), order, done=_is_routed(order), current=order.status == S.READY_FOR_FULFILLMENT)
    return replace(step, at=order.last_routed_at) if step.state == "done" else step


def _fulfilled_step(order: Order) -> Step:
    step = _step(_("Fulfilled"), order, done=order.status == S.FULFILLED, current=_is_routed(order))
    at = order.content.get("fulfilledAt")
    return replace(step, at=dt.datetime.fromisoformat(at)) if at and step.state == "done" else step


def _is_routed(order: Order) -> bool:
    ready = order.status == S.READY_FOR_FULFILLMENT and order.routing_status == "ready"
    return ready or order.status in _PAST_ROUTING


def _hold_step(order: Order, holds: Sequence[Hold]) -> Step:
    name, last = _("Hold release"), holds[0] if holds else None
    if order.status == S.ON_HOLD:
        return Step(name, "current", order.hold_until, last.placed_by_name if last else "")
    if order.status in (S.REVIEW_REQUIRED, S.TO_BE_VALIDATED):
        return Step(name, "current", note=_("needs a person"))
    if last and last.ended_at and last.outcome != Hold.Outcome.SUPERSEDED:
        return Step(name, "done", last.ended_at, last.ended_by)
    if order.status in _PAST_HOLD:
        return Step(name, "skipped", note=_("not held"))
    return _step(name, order, done=False, current=order.status in (S.NEW, S.DRAFT))


def _step(name: str, order: Order, *, done: bool, current: bool) -> Step:
    if order.status in _STOPPED and not done:
        return Step(name, "skipped")
    return Step(name, "done" if done else "current" if current else "waiting")


def sentence(order: Order, holds: Sequence[Hold], history: Sequence[History]) -> SafeString:
    """Say what happens next with this order, and when, or what a person has to do."""
    if order.deleted_by:
        return format_html(
            _("Deleted by {who} {time}. Nothing happens with it until it is brought back."),
            who=order.deleted_by,
            time=html.ago(order.deleted_at),
        )
    if order.deleted_at:
        return format_html(
            _("Deleted in {source} {time}. Nothing happens with it any more."),
            source=order.source.name,
            time=html.ago(order.deleted_at),
        )
    if order.status == S.ON_HOLD and order.hold_until:
        return _on_hold(order, holds)
    if order.status in _STOPPED:
        return _stopped(order, history)
    if order.status == S.READY_FOR_FULFILLMENT and order.routing_status == "failed" and order.route_at:
        words = _(
            "Routing has found no location for it: the exception says why. It is tried again {time}, "
            "and at once when stock arrives."
        )
        return format_html(words, time=html.ago(order.route_at))
    if order.status in (S.SENT_TO_FULFILLMENT, S.PARTIAL_FULFILLMENT) and (waits := _at_warehouses(order)):
        return waits
    if order.status == S.READY_FOR_FULFILLMENT and order.routing_status in _READY:
        return format_html("{}", _READY[order.routing_status]())
    return format_html("{}", _NEXT[S(order.status)]() if S(order.status) in _NEXT else "")


def _at_warehouses(order: Order) -> SafeString | None:
    """Say which warehouses have something of it, and since when; the page reads the requests once for all."""
    there = [one for one in of_order(order) if one.status in _THERE and one.sent_at]
    if not there:
        return None
    names = ", ".join(sorted({one.location.name for one in there}))
    words = _("With {where} since {time}. What is shipped is reported back here.")
    if order.status == S.PARTIAL_FULFILLMENT:
        words = _("Partly shipped. {where} has the rest since {time}.")
    return format_html(words, where=names, time=html.ago(min(one.sent_at for one in there if one.sent_at)))


def _on_hold(order: Order, holds: Sequence[Hold]) -> SafeString:
    open_holds = [hold for hold in holds if hold.ended_at is None]
    if len(open_holds) > 1:
        words = _("{count} holds keep it. The last one ends {time} at the latest; then it is “{next}”.")
        if all(hold.kind == Hold.Kind.TIMED for hold in open_holds):
            words = _("{count} holds keep it. The last one ends {time}; then it is “{next}”.")
    elif open_holds and open_holds[0].kind == Hold.Kind.CONDITIONAL:
        words = _(
            "Waits until its condition is met. If that does not happen, it is released {time}; then it is “{next}”."
        )
    else:
        words = _("Releases {time}, then it is “{next}”.")
    return format_html(words, count=len(open_holds), time=html.ago(order.hold_until), next=_next_label(open_holds))


def _next_label(open_holds: Sequence[Hold]) -> str:
    return str(statuses.shown(most_careful({hold.next_status for hold in open_holds})).label) if open_holds else ""


def _stopped(order: Order, history: Sequence[History]) -> SafeString:
    last = next(
        (row for row in history if any(c["path"] == "/status" and c.get("value") == order.status for c in row.changes)),
        None,
    )
    if last is None:
        return format_html("{}", _("Nothing happens with it any more."))
    words = _("Canceled {time} by {who}.") if order.status == S.CANCELED else _("Archived {time} by {who}.")
    return format_html(
        "{} {}", format_html(words, time=html.ago(last.at), who=last.actor_name), _("Nothing happens with it any more.")
    )


_THERE = frozenset({RequestStatus.SENT_TO_FULFILLMENT.value, RequestStatus.PARTIAL_FULFILLMENT.value})


_NEXT = {
    S.NEW: lambda: _("New. Your rules look at it within seconds."),
    S.DRAFT: lambda: _("A draft: nothing happens until a person marks it ready."),
    S.TO_BE_VALIDATED: lambda: _("Waits until a person has validated it and marks it ready."),
    S.REVIEW_REQUIRED: lambda: _("A person must look at it: check it, then mark it ready, hold it or cancel it."),
    S.READY_FOR_FULFILLMENT: lambda: _(
        "Ready for fulfillment. It waits here for routing, which chooses the warehouse."
    ),
    S.SENT_TO_FULFILLMENT: lambda: _("With the warehouse. What it ships is reported back here."),
    S.PARTIAL_FULFILLMENT: lambda: _("Partly shipped. The rest is on its way to be."),
    S.FULFILLED: lambda: _("All lines are shipped."),
}

_READY = {
    "ready": lambda: _("Routed. It goes on when its shipping requests are sent to the warehouse."),
    "pendingInventory": lambda: _("Routed. It waits for stock that is expected, and goes on when that is there."),
    "failed": lambda: _(
        "Routing has found no location for it: the exception says why. It is tried again by itself, "
        "at once when stock arrives."
    ),
    "excluded": lambda: _("Ready, and nothing of it is to be shipped."),
}
"""What happens next with an order that is ready, by how far routing has come with it."""
