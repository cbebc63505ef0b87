"""What pages ask of orders. Each function is one query, and leaves the big documents out unless they are shown."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from django.contrib.postgres.expressions import ArraySubquery
from django.db import connection
from django.db.models import Count, F, Func, JSONField, Max, Min, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import Http404
from django.utils.translation import gettext as _

from orders.lifecycle.order import OrderStatus
from orders.models import Hold, Order, OrderException, OrderLine, Product
from orders.pushes.shown import beside, mark
from orders.routing.history import beside as routing_runs
from portal.audit.models import History
from portal.tenancy.models import Organization

_HEAVY = ("content", "source_doc", "terms", "facets", "kept")
HISTORY = 50


def in_list(organization: Organization) -> QuerySet[Order]:
    """Return the orders of a list: with their source, without their documents, without deleted ones."""
    rows = cast("QuerySet[Order]", Order.objects.within(organization))
    return rows.filter(deleted_at=None).select_related("source").defer(*_HEAVY)


def one(organization: Organization, public_id: str, *, with_source_doc: bool = False, for_page: bool = False) -> Order:
    """Return an order with its content, and for its page with what is read beside it in the same query.

    That is `line_products`: [folded SKU, ID] of its products, and `newest_runs` of routing.

    Raises Http404, also for another organization's.
    """
    left_out = ("terms", "facets") if with_source_doc else ("terms", "facets", "source_doc")
    rows = cast("QuerySet[Order]", Order.objects.within(organization))
    if for_page:
        rows = rows.annotate(
            line_products=_line_products(organization), newest_runs=routing_runs(organization),
            open_there=_open_there(organization),
        )  # fmt: skip
    rows = rows.annotate(line_pushes=beside())
    order = rows.select_related("source").defer(*left_out).filter(public_id=public_id).first()
    if order is None:
        raise Http404(_("There is no such order here."))
    order.organization = organization
    if for_page:
        organization.__dict__["_active_exceptions"] = order.__dict__["open_there"]
    return order


def _open_there(organization: Organization) -> Coalesce:
    """Return what counts the exceptions of the menu beside an order, for its page."""
    rows = open_exceptions(organization).order_by().values("organization")
    return Coalesce(Subquery(rows.annotate(n=Count("*")).values("n")), 0)


def _line_products(organization: Organization) -> ArraySubquery:
    """Return what reads the products of an order's lines beside it, as [folded SKU, ID]."""
    lines = OrderLine.objects.within(organization).filter(order=OuterRef(OuterRef("pk")))
    found = Product.objects.within(organization).filter(sku_folded__in=lines.values("sku_folded"), deleted_at=None)
    pair = Func("sku_folded", "public_id", function="jsonb_build_array", output_field=JSONField())
    return ArraySubquery(found.values_list(pair))


def holds_of(order: Order) -> list[Hold]:
    """Return every hold of an order, the last one first."""
    return list(Hold.objects.within(order.organization).filter(order=order).order_by("-id"))


def hold_of(order: Order, public_id: str) -> Hold:
    """Return a hold of an order. Raises Http404, also for another order's."""
    hold: Hold | None = Hold.objects.within(order.organization).filter(order=order, public_id=public_id).first()
    if hold is None:
        raise Http404(_("There is no such hold here."))
    return hold


def history_of(order: Order, limit: int | None = HISTORY) -> list[History]:
    """Return the history of an order, newest first."""
    rows = History.objects.within(order.organization).filter(entity_type="order", entity_id=order.pk).order_by("-id")
    return list(rows[:limit] if limit else rows)


def exceptions_of(order: Order) -> list[OrderException]:
    """Return the active exceptions of an order, newest first, without their raw records."""
    rows = OrderException.objects.within(order.organization).defer("raw")
    active = rows.filter(entity_type="order", entity_id=order.pk, state=OrderException.State.ACTIVE)
    return list(active.order_by("-created_at"))


def state_of(order: Order) -> str:
    """Return a mark that changes whenever the order's page does: two cheap reads instead of a whole page."""
    history = History.objects.within(order.organization).filter(entity_type="order", entity_id=order.pk)
    exceptions = OrderException.objects.within(order.organization).filter(
        entity_type="order", entity_id=order.pk, state=OrderException.State.ACTIVE
    )
    told = exceptions.aggregate(count=Count("id"), seen=Max("last_seen_at"))
    waiting = Hold.objects.within(order.organization).filter(order=order, ended_at=None).order_by("-checked_at")
    looked = Subquery(waiting.filter(checked_at__isnull=False).values("checked_at")[:1])
    last = history.aggregate(last=Max("id"), looked=Max(looked))
    return _mark(order, last["last"] or 0, told["count"], told["seen"], last["looked"])


def state_from(
    order: Order, history: Sequence[History], exceptions: Sequence[OrderException], holds: Sequence[Hold]
) -> str:
    """Return the same mark from what has been read already: the history newest first, the active exceptions, holds."""
    seen = max((exception.last_seen_at for exception in exceptions), default=None)
    looked = max((hold.checked_at for hold in holds if hold.checked_at and not hold.ended_at), default=None)
    return _mark(order, history[0].pk if history else 0, len(exceptions), seen, looked)


def _mark(order: Order, last: int, problems: int, *moments: dt.datetime | None) -> str:
    told = ".".join(str(one.timestamp() if one else 0) for one in moments)
    return f"{order.version}.{last}.{problems}.{told}.{mark(order)}"


def active_exceptions(organization: Organization) -> int:
    """Return how many exceptions wait for a person; snoozed ones do not."""
    kept: OpenExceptions | None = organization.__dict__.get("_open_exceptions")
    if kept:
        return sum(count for _, count, _ in kept.types)
    told: int | None = organization.__dict__.get("_active_exceptions")
    return open_exceptions(organization).count() if told is None else told


def open_exceptions(organization: Organization) -> QuerySet[OrderException]:
    """Return the active exceptions that nobody has snoozed; an index holds just these."""
    rows = cast("QuerySet[OrderException]", OrderException.objects.within(organization))
    return rows.filter(state=OrderException.State.ACTIVE, snoozed_until=None)


@dataclass(frozen=True)
class Counts:
    """How many orders stand where, for the dashboard."""

    on_hold: int
    review: int
    ready: int
    waiting_new: int


def counts(organization: Organization) -> Counts:
    """Count the orders that wait, by the index over statuses; once for each request."""
    kept: Counts | None = organization.__dict__.get("_order_counts")
    if kept is None:
        kept = organization.__dict__["_order_counts"] = _count(organization)
    return kept


def _count(organization: Organization) -> Counts:
    waiting = {
        OrderStatus.ON_HOLD.value: "on_hold",
        OrderStatus.REVIEW_REQUIRED.value: "review",
        OrderStatus.TO_BE_VALIDATED.value: "review",
        OrderStatus.READY_FOR_FULFILLMENT.value: "ready",
        OrderStatus.NEW.value: "waiting_new",
    }
    rows = Order.objects.within(organization).filter(deleted_at=None, status__in=list(waiting))
    found = dict.fromkeys(("on_hold", "review", "ready", "waiting_new"), 0)
    for status, count in rows.order_by().values_list("status").annotate(n=Count("*")):
        found[waiting[status]] += count
    return Counts(**found)


@dataclass(frozen=True)
class OpenExceptions:
    """What waits for a person: by type how many and since when, by member how many, and how many rest."""

    types: Sequence[tuple[str, int, dt.datetime]]
    members: Sequence[tuple[str, int, dt.datetime]]
    """By folded e-mail."""
    snoozed: int


def exceptions_told(organization: Organization) -> OpenExceptions:
    """Count the open exceptions, from indexes that hold nothing else: three queries, once for each request."""
    kept: OpenExceptions | None = organization.__dict__.get("_open_exceptions")
    if kept is None:
        kept = organization.__dict__["_open_exceptions"] = _count_exceptions(organization)
    return kept


def _count_exceptions(organization: Organization) -> OpenExceptions:
    rows = open_exceptions(organization).order_by()
    types = rows.values_list("type").annotate(n=Count("*"), oldest=Min("created_at")).order_by("-n", "type")
    mine = rows.exclude(assigned_folded=None).values_list("assigned_folded")
    members = mine.annotate(n=Count("*"), oldest=Min("created_at")).order_by("-n")
    resting = OrderException.objects.within(organization).filter(snoozed_until__isnull=False)
    return OpenExceptions(list(types), list(members), resting.count())


def holds_ending_next(organization: Organization, limit: int = 6) -> list[Order]:
    """Return the orders whose hold ends soonest: read from the holds, whose index is in that order."""
    last_of_its_order = Hold.objects.within(organization).filter(ended_at=None, due_at=F("order__hold_until"))
    rows = last_of_its_order.select_related("order").defer(*(f"order__{name}" for name in _HEAVY))
    ending: dict[int, Order] = {}
    for hold in rows.order_by("due_at", "id")[: 2 * limit]:
        ending.setdefault(hold.order_id, hold.order)
    return list(ending.values())[:limit]


@dataclass(frozen=True)
class Hourly:
    """Orders that came in per hour: `hours` are the starts, `series` the counts of each source in them."""

    hours: Sequence[dt.datetime]
    series: Sequence[tuple[str, Sequence[int]]]

    @property
    def total(self) -> int:
        """How many came in altogether."""
        return sum(sum(values) for _, values in self.series)


def orders_per_hour(organization: Organization, *, until: dt.datetime, hours: int = 24) -> Hourly:
    """Count what came in during the last hours, the present one included, by source."""
    last = until.replace(minute=0, second=0, microsecond=0)
    starts = [last - dt.timedelta(hours=back) for back in reversed(range(hours))]
    with connection.cursor() as cursor:
        cursor.execute(_PER_HOUR, [organization.pk, starts[0]])
        rows = cursor.fetchall()
    place = {start: index for index, start in enumerate(starts)}
    series: dict[str, list[int]] = {}
    for name, hour, count in rows:
        if hour in place:
            series.setdefault(name, [0] * hours)[place[hour]] += count
    return Hourly(starts, sorted(series.items(), key=lambda one: (-sum(one[1]), one[0])))


_PER_HOUR = """
SELECT s.name, o.hour, o.count FROM (
    SELECT source_id, date_trunc('hour', created_at) AS hour, count(*) AS count
    FROM orders_order WHERE organization_id = %s AND created_at >= %s
    GROUP BY 1, 2) AS o
JOIN orders_source s ON s.id = o.source_id
"""
"""Arrivals per hour and source; read from the index over arrivals."""
