"""From events to effects: load, evaluate, write; one transaction for a batch (design.md section 5).

Orders, holds, history, runs, counters and new events are written with set-wise statements in the
transaction in which the events are marked done. What dies half-way has done nothing.
"""

import datetime as dt
from collections.abc import Iterable, Sequence

from automations.engine.code import answerer
from automations.engine.counters import count
from automations.engine.evaluate import Firing, Outcome, Subject, evaluate
from automations.engine.loading import published
from automations.engine.plan import Move, PlaceHold, Write
from automations.engine.rules import ReadyRule, ReadyRules
from automations.engine.runs import new_run_ids, write_runs
from orders.documents.order import document
from orders.exceptions.raise_ import Problem, raise_exceptions
from orders.lifecycle.changes import NewHold, OrderChange, Step
from orders.lifecycle.write import commit
from orders.locks import lock
from orders.models import Order, Source
from portal.audit.actor import Actor
from portal.events.models import Event
from portal.filters.normal import to_millisecond
from portal.kit.clock import database_now
from portal.kit.failpoints import failpoint
from portal.tenancy.models import Organization


def handle_order_events(trigger: str, events: Sequence[Event]) -> None:
    """Run the rules of a trigger for events of orders, of any organizations."""
    by_organization: dict[int, list[Event]] = {}
    for event in events:
        by_organization.setdefault(event.organization_id, []).append(event)
    organizations = Organization.objects.in_bulk(by_organization)
    for organization_id, own in by_organization.items():
        rules = published(organizations[organization_id], trigger)
        if rules is not None:
            _run(rules, organizations[organization_id], own)


def _run(rules: ReadyRules, organization: Organization, events: Sequence[Event]) -> None:
    orders = lock(event.entity_id for event in events)
    now = to_millisecond(database_now())  # what documents, recorded runs and V8 know
    subjects = [one for one in _subjects(organization, events, orders) if rules.trigger.holds(one.document)]
    if not subjects:
        return
    outcomes = evaluate(rules, subjects, now, answerer(now))
    failpoint("rules.evaluated")
    _write(rules, organization, outcomes, orders, now)


def _subjects(organization: Organization, events: Sequence[Event], orders: dict[int, Order]) -> Iterable[Subject]:
    sources = dict(Source.across.filter(organization=organization).values_list("pk", "public_id"))
    for event in events:
        order = orders[event.entity_id]
        source = sources[order.source_id]
        told = document(order, source_public_id=source, organization_public_id=organization.public_id)
        yield Subject(order.pk, event.pk, source, told)


def _write(
    rules: ReadyRules, organization: Organization, outcomes: Sequence[Outcome], orders: dict[int, Order],
    now: dt.datetime,
) -> None:  # fmt: skip
    firings = [(outcome, firing) for outcome in outcomes for firing in outcome.firings]
    run_ids = new_run_ids(len(firings))
    versions = {outcome.subject.id: orders[outcome.subject.id].version for outcome in outcomes}
    changes = {outcome.subject.id: OrderChange(outcome.subject.id, cause="rule") for outcome in outcomes}
    for run_id, (outcome, firing) in zip(run_ids, firings, strict=True):
        by = Actor.rule(firing.rule.public_id, firing.rule.name, firing.rule.number)
        changes[outcome.subject.id].steps += [_step(write, by, run_id) for write in firing.writes]
    # Leaving New is the one write of rules that *Updated order* hears of (behaviour.md section 12).
    for outcome in outcomes:
        changes[outcome.subject.id].announce = outcome.document["status"] != outcome.subject.document["status"]
    commit(list(changes.values()), orders)
    write_runs(rules, organization, zip(run_ids, firings, strict=True), orders, versions)
    count(organization.pk, outcomes, now)
    raise_exceptions(_problems(organization, firings, orders))


def _step(write: Write, by: Actor, run_id: int) -> Step:
    if isinstance(write, PlaceHold):
        hold = NewHold(write.reason, write.due_at, write.next_status)
        return Step(by, write.verb, write.summary, status=write.status, hold=hold, run_id=run_id)
    assert isinstance(write, Move)
    return Step(by, write.verb, write.summary, status=write.status, ends_holds="superseded", run_id=run_id)


def _problems(
    organization: Organization, firings: Sequence[tuple[Outcome, Firing]], orders: dict[int, Order]
) -> list[Problem]:
    paused = {firing.rule.rule_id: firing.rule for _, firing in firings if firing.rule.broken}
    failed = [
        _problem(organization, orders[outcome.subject.id], firing.rule, firing.error)
        for outcome, firing in firings
        if firing.status != "completed" and not firing.rule.broken
    ]
    return failed + [_pause(organization, rule) for rule in paused.values()]


def _pause(organization: Organization, rule: ReadyRule) -> Problem:
    """Tell once of a rule that this version of the product cannot read, not once an order."""
    return Problem(
        "rule_paused",
        organization.pk,
        f"{rule.public_id}:{rule.number}",
        f"Rule “{rule.name}” is paused",
        rule.broken,
        entity_type="rule",
        entity_id=rule.rule_id,
        entity_label=rule.name,
    )


def _problem(organization: Organization, order: Order, rule: ReadyRule, error: str) -> Problem:
    return Problem(
        "rule_failed",
        organization.pk,
        f"{rule.public_id}:{order.public_id}",
        f"Rule “{rule.name}” could not do its work on {order.ext_order_id}",
        error,
        entity_type="order",
        entity_id=order.pk,
        entity_label=order.ext_order_id,
    )
