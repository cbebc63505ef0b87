"""One look at orders on conditional hold: judge without locks, lock, judge again what has changed, write."""

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db import connection

from automations.engine.entities import Record, entities
from automations.guard import ensure_time, spend
from automations.models import Run
from automations.waiting import conditions
from automations.waiting.conditions import Condition, Current, Lost, Verdict
from automations.waiting.settle import settle
from orders.exceptions.raise_ import Problem, raise_exceptions
from orders.lifecycle.holds import Met, end_met
from orders.lifecycle.order import OrderStatus
from orders.locks import lock
from orders.models import Hold, Order
from portal.audit.actor import Actor
from portal.filters.normal import to_millisecond
from portal.kit.clock import database_now
from portal.kit.failpoints import failpoint
from portal.tenancy.models import Organization


@dataclass(frozen=True, slots=True)
class _Waiting:
    """An open conditional hold, with the rule it waits for and that rule's condition."""

    hold: Hold
    rule: Current
    condition: Condition


def look(organization: Organization, order_ids: Collection[int], *, skip_locked: bool = False) -> int:
    """End the conditional holds of these orders whose condition is met now. Returns how many.

    In the caller's transaction; safe to run twice and beside itself, as a hold ends once, under the
    lock of its order. With `skip_locked`, orders that somebody else works on wait for the next look.
    Raises portal.events.dispatch.Later where there is code and no time left for it in this minute.
    """
    rows = Hold.across.filter(
        organization=organization, order_id__in=list(order_ids), kind=Hold.Kind.CONDITIONAL, ended_at=None
    )
    holds = list(rows.order_by("id"))
    if not holds:
        return 0
    rules = conditions.current(organization, {conditions.rule_of(one.placed_by_id) for one in holds})
    waiting = list(_asked(holds, rules))
    now = to_millisecond(database_now())
    if any(one.condition.code for one in waiting):
        ensure_time(organization.pk, now)
    records, verdicts = _judge(organization, waiting, now)
    failpoint("waiting.judged")
    met = {one.hold.pk: one for one in waiting if verdicts[one.hold.pk].met}
    orders = lock({one.hold.order_id for one in met.values()}, with_content=False, skip_locked=skip_locked)
    again = [
        one
        for one in met.values()
        if one.hold.order_id in orders and orders[one.hold.order_id].version != records[one.hold.order_id].version
    ]
    verdicts |= _judge(organization, again, now)[1]
    ended = _end([one for one in met.values() if verdicts[one.hold.pk].met], verdicts, orders)
    _looked_at(holds, unless=met.keys() - {pk for pk, one in met.items() if one.hold.order_id in orders})
    raise_exceptions(_problems(organization, waiting, verdicts, rules.values()))
    spend(organization.pk, sum(verdict.micros for verdict in verdicts.values()), now)
    failpoint("waiting.before_commit")
    return ended


def _asked(holds: Sequence[Hold], rules: Mapping[str, Current]) -> Iterable[_Waiting]:
    for hold in holds:
        rule = rules.get(conditions.rule_of(hold.placed_by_id))
        if rule is not None and rule.condition is not None:
            yield _Waiting(hold, rule, rule.condition)


def _judge(
    organization: Organization, waiting: Sequence[_Waiting], now: dt.datetime
) -> tuple[dict[int, Record], dict[int, Verdict]]:
    """Return the orders as they stand, and the verdict for each hold."""
    if not waiting:
        return {}, {}
    records = entities.get("order").load(organization, {one.hold.order_id for one in waiting})
    asked = [(one.condition, records[one.hold.order_id]) for one in waiting]
    verdicts = conditions.judge(organization, asked, now)
    return records, {one.hold.pk: verdict for one, verdict in zip(waiting, verdicts, strict=True)}


def _end(met: Sequence[_Waiting], verdicts: Mapping[int, Verdict], orders: Mapping[int, Order]) -> int:
    """End the holds of the orders that could be locked, and the runs that waited with them."""
    met = [one for one in met if one.hold.order_id in orders]
    if not met:
        return 0
    careful = _careful([one.hold for one in met])
    ended = end_met([_met(one, careful=one.hold.pk in careful) for one in met], orders)
    settle(
        {one.hold.order_id for one in met},
        {one.hold.pk: {"version": one.rule.number, "condition": verdicts[one.hold.pk].seen} for one in met},
    )
    return ended


def _met(one: _Waiting, *, careful: bool) -> Met:
    rule = one.rule
    status = OrderStatus.REVIEW_REQUIRED if careful else OrderStatus(one.condition.settings.next_status)
    return Met(one.hold.pk, status, Actor.rule(rule.public_id, rule.name, rule.number), one.hold.run_id)


def _careful(holds: Sequence[Hold]) -> set[int]:
    """Return the holds that were placed after a rule had failed on the same event.

    Such an order does not go to fulfillment unseen (ADR 6), and a condition that is met later says
    nothing of the rule that could not be judged.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT h.id FROM orders_hold h JOIN automations_run r ON r.id = h.run_id
            WHERE h.id = ANY(%s) AND EXISTS (
                SELECT 1 FROM automations_run f
                WHERE f.entity_type = r.entity_type AND f.entity_id = r.entity_id AND f.event_id = r.event_id
                  AND f.id < r.id AND f.status = %s)
            """,
            [[one.pk for one in holds], Run.Status.FAILED.value],
        )
        return {row[0] for row in cursor.fetchall()}


def _looked_at(holds: Sequence[Hold], *, unless: Collection[int]) -> None:
    """Note when holds were looked at. Rows that others are writing are left: nobody is waited for here."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE orders_hold SET checked_at = now()
            WHERE id IN (SELECT id FROM orders_hold WHERE id = ANY(%s) ORDER BY id FOR UPDATE SKIP LOCKED)
            """,
            [[one.pk for one in holds if one.pk not in unless]],
        )


def _problems(
    organization: Organization, waiting: Sequence[_Waiting], verdicts: Mapping[int, Verdict], rules: Iterable[Current]
) -> list[Problem]:
    """Return one problem for each rule whose condition could not be judged, however many orders wait for it."""
    errors: dict[str, tuple[Current, str]] = {
        rule.public_id: (rule, "Its condition cannot be read any more.")
        for rule in rules
        if rule.lost is Lost.UNREADABLE
    }
    for one in waiting:
        if error := verdicts[one.hold.pk].error:
            errors.setdefault(one.rule.public_id, (one.rule, error))
    return [
        Problem(
            "rule_failed", organization.pk, cause(rule.public_id),
            f"The condition of “{rule.name}” could not be judged", error, CURE,
            entity_type="rule", entity_id=rule.rule_id, entity_label=rule.name,
        )
        for rule, error in errors.values()
    ]  # fmt: skip


CURE = "Open the rule and mend its condition. Until then its orders wait for their fail-safe time."


def cause(rule: str) -> str:
    """Return what marks the exceptions of a rule's condition."""
    return f"{rule}:condition"
