"""What routing writes of a batch: requests, stock, runs, the orders' state, exceptions. In the caller's transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db import connection

from orders.inventory import commits
from orders.inventory.post import told_together
from orders.inventory.virtual import settle_virtual
from orders.lifecycle.order import OrderStatus
from orders.models import Order, RoutingRun
from orders.requests.create import Part, PartLine, create_many
from orders.requests.settle import settle_orders
from orders.routing import decision as pure
from orders.routing.decision import Decision, Outcome
from orders.routing.load import Subject, World
from orders.routing.problems import tell
from portal.audit.actor import Actor
from portal.kit.bulk import copy_new
from portal.kit.failpoints import failpoint
from portal.kit.text import fold


@dataclass(frozen=True, slots=True)
class Decided:
    """An order, and what was decided for it."""

    subject: Subject
    decision: Decision


def write(world: World, decided: Sequence[Decided], trigger: str, by: Actor) -> None:
    """Write what was decided for orders of one organization, which are locked with the stock that they take."""
    rows = {one.subject.order.pk: one.subject.order for one in decided}
    statuses = {one.subject.order.pk: _status(one) for one in decided}
    with told_together():  # what is committed at a location was needed of the virtual record before
        _write(world, decided, rows, statuses, trigger, by)


def _write(
    world: World, decided: Sequence[Decided], rows: Mapping[int, Order], statuses: Mapping[int, str], trigger: str,
    by: Actor,
) -> None:  # fmt: skip
    made = create_many([(one.subject.order, _parts(world, one)) for one in decided], by)
    commits.commit(made, by=by, check=False)  # checked under the same locks, line by line
    failpoint("routing.stock_committed")
    news = _news(decided, trigger)
    said = {one.subject.order.pk: _said(one.decision) for one in news if not one.decision.parts}
    if settled := {*said, *_over(decided)}:
        settle_orders(settled, by, said=said, orders={pk: rows[pk] for pk in settled})
    _write_runs(news, trigger, by)
    _write_orders(world, decided, statuses)
    tell(world, [(one.subject, one.decision) for one in decided], {one.subject.order.pk for one in news}, by)
    changed = {one.subject.order.pk for one in decided if one.decision.parts} | said.keys()
    if changed:
        settle_virtual(changed, by, orders={pk: rows[pk] for pk in changed})


def _over(decided: Sequence[Decided]) -> list[int]:
    """Return the orders that are ready although nothing of them is open: a person may have made them so again.

    What their warehouses have by then says what they are.
    """
    ready = [one.subject.order for one in decided if one.decision.outcome == Outcome.NOTHING and one.subject.shippable]
    return [order.pk for order in ready if order.status == OrderStatus.READY_FOR_FULFILLMENT]


def _said(decision: Decision) -> str:
    """Return what an order's activity tells where no shipping request was made, which tells of itself."""
    return f"Could not be routed. {decision.sentence}" if decision.outcome == Outcome.FAILED else decision.sentence


def _parts(world: World, one: Decided) -> list[Part]:
    return [
        Part(
            world.locations[part.location.pk],
            [_line(line, one.subject) for line in part.lines],
            on_future=any(line.future for line in part.lines),
            waits=part.on_future,
        )
        for part in one.decision.parts
    ]


def _line(line: pure.PartLine, subject: Subject) -> PartLine:
    """Return a line for the warehouse: a component by its product's name, a line by its own, else by the SKU."""
    bundle, per = line.bundle_sku, line.per_bundle
    if not bundle and (missing := subject.missing.get((line.unique_id, fold(line.sku)))):
        bundle, per = missing.bundle_sku, missing.per_bundle
    name = subject.names.get(fold(line.sku) if bundle else line.unique_id)
    return PartLine(line.unique_id, line.sku, name or line.sku, line.quantity, bundle, per)


def _status(one: Decided) -> str:
    """Return `routingStatus` (behaviour.md 2.1) as it is after the decision."""
    outcome = one.decision.outcome
    if outcome == Outcome.FAILED:
        return "failed"
    if outcome == Outcome.WAITING or one.subject.waits:
        return "pendingInventory"
    return "ready" if one.subject.shippable else "excluded"


def _news(decided: Sequence[Decided], trigger: str) -> list[Decided]:
    """Return what is worth a line of history: not that there is nothing to do, nor that it failed as it did before."""
    told = [one for one in decided if one.decision.outcome != Outcome.NOTHING or trigger == "manual"]
    again = [one.subject.order.pk for one in told if one.decision.outcome == Outcome.FAILED]
    if trigger == "manual" or not again:
        return told
    rows = RoutingRun.across.filter(order_id__in=again).order_by("order_id", "-id").distinct("order_id")
    last = {pk: (outcome, sentence) for pk, outcome, sentence in rows.values_list("order_id", "outcome", "sentence")}
    return [one for one in told if last.get(one.subject.order.pk) != (one.decision.outcome, one.decision.sentence)]


def _write_runs(decided: Sequence[Decided], trigger: str, by: Actor) -> None:
    copy_new(
        [
            RoutingRun(
                organization_id=one.subject.order.organization_id,
                order=one.subject.order,
                trigger=trigger,
                outcome=one.decision.outcome.value,
                sentence=one.decision.sentence,
                trace=one.decision.trace,
                order_version=one.subject.order.version,
                actor_kind=by.kind,
                actor_id=by.id[:80],
                actor_name=by.name[:200],
            )
            for one in decided
        ]
    )


def _write_orders(world: World, decided: Sequence[Decided], statuses: Mapping[int, str]) -> None:
    """Write how far routing has come with each order, and when it looks again."""
    hours = {one.subject.order.pk: _again(world, one, statuses[one.subject.order.pk]) for one in decided}
    with connection.cursor() as cursor:
        cursor.execute(_WRITE, [list(statuses), list(statuses.values()), [hours[pk] for pk in statuses]])


def _again(world: World, one: Decided, status: str) -> int | None:
    if status == "pendingInventory" or one.subject.waits:
        return world.recheck_hours
    return world.retry_hours if status == "failed" else None


_WRITE = """
UPDATE orders_order o
SET routing_status = n.status, last_routed_at = statement_timestamp(),
    route_at = statement_timestamp() + make_interval(hours => n.hours)
FROM unnest(%s::bigint[], %s::text[], %s::int[]) AS n(id, status, hours) WHERE o.id = n.id
"""
"""No hours: no instant either."""
