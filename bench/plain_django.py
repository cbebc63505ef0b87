"""The plain Django way: one task, one transaction and ORM objects per order, rules asked one by one.

It does what a first version would do: `create()` for each row, a task for each order, a query for
what it needs, one call into V8 for each code filter. It writes the same kinds of rows as the product
(order, lines, history, event, run, hold), and keeps compiled rules between tasks.
"""

import datetime as dt
import time
from collections.abc import Callable, Sequence

from django.db import transaction
from django_q.tasks import async_task

from automations.engine.code import answerer
from automations.engine.evaluate import Question
from automations.engine.loading import published
from automations.engine.rules import ReadyRule
from automations.models import Run
from bench import database
from bench.shop import BY, Shop
from bench.workers import until, worker
from orders.documents.catalogue import ORDER
from orders.documents.columns import columns, content, fingerprint
from orders.documents.instants import instant
from orders.documents.lines import COLUMNS, line_rows
from orders.documents.order import document
from orders.models import Hold, Order, OrderLine, Source
from orders.records.order import OrderRecord
from portal.audit.models import History
from portal.events.models import Event
from portal.filters.evaluate import compile_tree
from portal.kit.clock import now
from portal.kit.json import Json

Enqueue = Callable[[int], object]


def in_one_process(shop: Shop, wanted: Sequence[OrderRecord]) -> float:
    """Do each order's task at once in this process. Returns orders a second."""
    database.empty()
    started = time.perf_counter()
    for record in wanted:
        work(take_one(shop.source, record))
    return _rate(wanted, started)


def with_two_workers(shop: Shop, wanted: Sequence[OrderRecord]) -> float:
    """Queue a task for each order, two workers. Returns orders a second."""
    database.empty()
    with worker():
        started = time.perf_counter()
        for record in wanted:
            async_task("bench.plain_django.work", take_one(shop.source, record), save=False)
        until(lambda: Run.across.count() >= len(wanted), "The end of the tasks", 600)
        return _rate(wanted, started)


def _rate(wanted: Sequence[OrderRecord], started: float) -> float:
    rate = len(wanted) / (time.perf_counter() - started)
    assert Run.across.count() == Hold.across.count() == len(wanted), "Some orders were left."
    return rate


def take_one(source: Source, record: OrderRecord) -> int:
    """Take one order in, in a transaction of its own. Returns its id."""
    told = content(record)
    facts = columns(told, source.public_id)
    with transaction.atomic():
        order = Order.across.create(
            organization=source.organization, source=source, ext_order_id=facts.ext_order_id,
            ext_order_api_id=record.ext_order_api_id, status="new", content=told,
            fingerprint=fingerprint(told, canceled=False),
            placed_at=facts.placed_at, source_updated_at=record.ext_order_updated_at, total=facts.total,
            currency=facts.currency, customer_name=facts.customer_name, number_folded=facts.number_folded,
            email_folded=facts.email_folded, tags_folded=facts.tags_folded, facets=facts.facets,
            line_count=facts.line_count, unit_count=facts.unit_count, terms=facts.terms,
            country_folded=facts.country_folded,
        )  # fmt: skip
        rows = line_rows(order.organization_id, order.pk, told)
        OrderLine.across.bulk_create([OrderLine(**dict(zip(COLUMNS, row, strict=True))) for row in rows])
        _history(order, "ingested", [{"op": "add", "path": "/status", "value": "new"}])
        _event(order, "order.created", {"status": "new"})
    return int(order.pk)


def work(order_id: int) -> None:
    """Ask one order's rules one by one, and do what the first that matches says."""
    with transaction.atomic():
        order = Order.across.select_for_update(of=("self",)).select_related("source", "organization").get(pk=order_id)
        rules = published(order.organization, "NEW_ORDER")
        assert rules is not None
        moment = now()
        told = document(
            order, source_public_id=order.source.public_id, organization_public_id=order.organization.public_id
        )
        for rule in rules.rules:
            if _matches(rule, rules.zone, told, moment):
                _hold(order, rule, rules.version_id, moment)
                return


def _matches(rule: ReadyRule, zone: dt.tzinfo, told: Json, moment: dt.datetime) -> bool:
    if rule.tree is not None:
        return compile_tree(rule.tree, ORDER, zone)(told, moment)
    return answerer(moment)([Question(f"{rule.key}:filter", rule.code, "filter", told, {})])[0].value is True


def _hold(order: Order, rule: ReadyRule, list_version: int, moment: dt.datetime) -> None:
    run = Run.across.create(
        organization=order.organization, event_id=order.pk, trigger="NEW_ORDER", entity_type="order",
        entity_id=order.pk, entity_public_id=order.public_id, entity_label=order.ext_order_id,
        entity_version=order.version, rule_id=rule.rule_id, rule_version_id=rule.version_id,
        rule_set_version_id=list_version, rule_name=rule.name, status="completed", trace={"matched": True},
    )  # fmt: skip
    due = moment + dt.timedelta(minutes=10)
    order.status, order.hold_until, order.version = "onHold", due, order.version + 1
    order.save(update_fields=["status", "hold_until", "version"])
    Hold.across.create(
        organization=order.organization, order=order, reason=rule.name, placed_by_kind="rule",
        placed_by_id=rule.public_id, placed_by_name=rule.name, run_id=run.pk, due_at=due,
        next_status="readyForFulfillment", period=order.version,
    )  # fmt: skip
    _history(order, "held", [{"op": "replace", "path": "/status", "value": "onHold", "old": "new"}])
    _event(order, "order.updated", {"until": instant(due)})


def _history(order: Order, verb: str, changes: list[Json]) -> None:
    History.across.create(
        organization=order.organization, entity_type="order", entity_id=order.pk, version=order.version,
        actor_kind=BY.kind, actor_id=BY.id, actor_name=BY.name, verb=verb, summary=verb, changes=changes,
    )  # fmt: skip


def _event(order: Order, name: str, payload: Json) -> None:
    Event.across.create(
        organization=order.organization, name=name, entity_type="order", entity_id=order.pk,
        entity_version=order.version, payload=payload,
    )  # fmt: skip
