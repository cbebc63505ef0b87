"""What people see of routing: the panel on an order's page, its routing history, and a decision card by card."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, Func, JSONField, OuterRef, QuerySet
from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_stubs_ext import StrOrPromise

from orders.lifecycle.order import BEFORE_ROUTING, OrderStatus
from orders.models import Order, RoutingRun
from orders.routing import words
from orders.routing.load import has_cards
from orders.routing.need import names_location
from orders.routing.run import ROUTABLE, nothing_open, why_left
from portal.kit.json import Json
from portal.tenancy.models import Organization

IN_PANEL = 4
MOST = 200

OUTCOMES: Mapping[str, tuple[str, StrOrPromise]] = {
    "routed": ("successful", gettext_lazy("Routed")),
    "waiting": ("pendingInventory", gettext_lazy("Waits for stock")),
    "failed": ("failed", gettext_lazy("Could not be routed")),
    "nothing": ("disabled", gettext_lazy("Nothing to route")),
}
"""Each outcome: the status whose colour and shape it has, and its word."""

TRIGGERS: Mapping[str, StrOrPromise] = {
    "auto": gettext_lazy("by itself"),
    "manual": gettext_lazy("asked for by hand"),
    "retry": gettext_lazy("tried again at its time"),
    "stock": gettext_lazy("tried again because stock arrived"),
}
"""Why routing looked, in words."""

_CARDS: Mapping[str, tuple[str, StrOrPromise]] = {
    "won": ("successful", gettext_lazy("Decides")),
    "also": ("pending", gettext_lazy("Would do")),
    "filter": ("disabled", gettext_lazy("Not for it")),
    "not_reached": ("disabled", gettext_lazy("Not looked at")),
}
_CANNOT = ("failed", gettext_lazy("Cannot ship it"))
_PLACES: Mapping[str, tuple[str, StrOrPromise]] = {
    "chosen": ("successful", gettext_lazy("Chosen")),
    "has_all": ("enabled", gettext_lazy("Could ship it")),
    "not_needed": ("disabled", gettext_lazy("Not needed")),
    "left_out": ("failed", gettext_lazy("Left out")),
}
_SHORT = ("pendingInventory", gettext_lazy("Not enough"))


@dataclass(frozen=True, slots=True)
class RunLine:
    """One time that routing looked at an order, as a line."""

    run: RoutingRun
    status: str
    label: StrOrPromise
    trigger: StrOrPromise


@dataclass(frozen=True, slots=True)
class Told:
    """A card or a location of a decision: its name, a badge, and the reason in a sentence."""

    name: str
    status: str
    label: StrOrPromise
    sentence: str
    places: Sequence["Told"] = ()


@dataclass(frozen=True, slots=True)
class Shown:
    """A decision as its page shows it."""

    status: str
    label: StrOrPromise
    sentence: str
    settled: Sequence[Told]
    """Locations that the channel had settled on."""
    cards: Sequence[Told]
    rests: bool
    """Whether no card is switched on; where nothing is left to be routed no card was asked."""


def runs_of(order: Order) -> QuerySet[RoutingRun]:
    """Return what routing has made of an order, the newest first."""
    rows = cast("QuerySet[RoutingRun]", RoutingRun.objects.within(order.organization))
    return rows.filter(order=order).order_by("-id")


def beside(organization: Organization) -> ArraySubquery:
    """Return what reads the newest runs beside their order, as the panel shows them."""
    told = Func(*(F(name) for name in _TOLD), function="jsonb_build_array", output_field=JSONField())
    rows = RoutingRun.objects.within(organization).filter(order=OuterRef("pk")).order_by("-id")
    return ArraySubquery(rows.values_list(told)[:IN_PANEL])


_TOLD = ("public_id", "at", "trigger", "outcome", "sentence", "actor_kind", "actor_name")


def _newest(order: Order) -> list[RunLine]:
    """Return the newest runs: no query where the order was read with them (`orders.queries.one`)."""
    known: list[list[str]] | None = order.__dict__.get("newest_runs")
    if known is None:
        return lines(runs_of(order), IN_PANEL) if order.last_routed_at else []
    runs = [RoutingRun(**dict(zip(_TOLD, told, strict=True))) for told in known]
    for run in runs:
        run.at = dt.datetime.fromisoformat(str(run.at))
    return [_line(run) for run in runs]


def run_of(order: Order, public_id: str) -> RoutingRun:
    """Return one run of an order. Raises Http404, also for another order's."""
    found = runs_of(order).filter(public_id=public_id).first()
    if found is None:
        raise Http404(_("Routing has no such run here."))
    return found


def lines(runs: QuerySet[RoutingRun], most: int) -> list[RunLine]:
    """Return the newest runs as lines, without their traces."""
    return [_line(run) for run in runs.defer("trace")[:most]]


def _line(run: RoutingRun) -> RunLine:
    outcome = OUTCOMES.get(run.outcome, ("pending", run.outcome))
    return RunLine(run, *outcome, TRIGGERS.get(run.trigger, run.trigger))


def panel(order: Order) -> dict[str, Any]:
    """Return the context of the order page's panel: nothing where routing neither was nor will be.

    Before an order is ready, what its routing would come to can be tried.

    Costs no query with the whole page, else one; none for an order that routing has not looked at and need not.
    """
    found = _newest(order)
    routable = not why_left(order)
    early = order.deleted_at is None and order.status in BEFORE_ROUTING
    if not found and not routable and not early:
        return {}
    return {
        "runs": found,
        "routable": routable,
        "early": early and not routable,
        "untried": why_not_tried(order),
        "rests": routable and not found and not (names_location(order.content) or has_cards(order.organization_id)),
        "again": order.route_at if routable and order.routing_status != "pending" else None,
    }


def why_not_tried(order: Order) -> StrOrPromise:
    """Say why trying to route an order could say nothing; empty where it can."""
    if order.deleted_at is not None:
        return why_left(order)
    if order.status not in _TRIED:
        return _PAST.get(order.status) or why_left(order)
    if order.routing_status == "excluded":
        return _("Nothing of it needs shipping, so there is nothing to route.")
    if order.status in ROUTABLE and nothing_open(order):
        return _("Every unit is in a shipping request or shipped. What is canceled there is routed again by itself.")
    return ""


_TRIED = BEFORE_ROUTING | ROUTABLE
_PAST: Mapping[str, StrOrPromise] = {
    OrderStatus.FULFILLED: gettext_lazy("All of it is shipped: nothing is left to be routed."),
    OrderStatus.CANCELED: gettext_lazy("The order is canceled: nothing of it is routed any more."),
    OrderStatus.ARCHIVED: gettext_lazy("The order is archived: nothing of it is routed until it is brought back."),
}


def shown(trace: Json) -> Shown:
    """Return a decision for its page, in the reader's language."""
    status, label = OUTCOMES[trace["outcome"]]
    asked = trace["outcome"] != "nothing" and not trace.get("pre_routed")
    return Shown(
        status,
        label,
        words.outcome(trace, _),
        [_place(one) for one in trace.get("pre_routed", ())],
        [_card(one) for one in trace["cards"]],
        rests=asked and not trace["cards"],
    )


def _card(node: Json) -> Told:
    badge = _CARDS.get(node["outcome"], _CANNOT)
    return Told(node["name"], *badge, words.card(node, _), [_place(one) for one in node.get("places", ())])


def _place(node: Json) -> Told:
    return Told(node["name"] or node["id"], *_PLACES.get(node["outcome"], _SHORT), words.place(node, _))


def document(run: RoutingRun) -> Json:
    """Return a run for *View JSON*."""
    return {
        "routingRunId": run.public_id,
        "at": run.at.isoformat(),
        "trigger": run.trigger,
        "outcome": run.outcome,
        "sentence": run.sentence,
        "by": {"type": run.actor_kind, "name": run.actor_name},
        "orderVersion": run.order_version,
        "trace": run.trace,
    }
