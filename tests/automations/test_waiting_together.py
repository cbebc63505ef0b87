"""Orders on conditional hold that several look at, and what must always be true of them."""

import datetime as dt
import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models import F

from automations.models import Run
from automations.waiting import look as looking
from automations.waiting.listen import look_at_all
from orders.locks import lock
from orders.models import Hold, Order, Source
from portal.audit.models import History
from portal.events.dispatch import drain
from portal.events.models import Handoff
from portal.kit.clock import now
from portal.kit.invariants import broken
from tests.automations.waiting import PAID, held, let_time_pass, simple, wait_for
from tests.factories import ingest, make_order, make_orders, make_record

pytestmark = pytest.mark.django_db


def test_the_same_event_twice_and_two_looks_end_a_hold_once(source: Source) -> None:
    wait_for(source, PAID)
    held(source)
    ingest(source, make_record(tags=["paid"], extOrderUpdatedAt=dt.datetime(2026, 1, 6, tzinfo=dt.UTC)))
    handoff = Handoff.across.get(consumer="waiting")
    drain("waiting")
    handoff.pk = None
    handoff.save()
    let_time_pass()
    assert (drain("waiting"), look_at_all()) == (1, 0)
    assert History.across.filter(verb="released").count() == 1


def test_an_order_that_changes_while_it_is_judged_is_judged_again(
    source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    wait_for(source, PAID)
    order = make_order(source, tags=["paid"])
    drain("automations")

    def taken_back(name: str) -> None:
        if name == "waiting.judged":
            Order.across.filter(pk=order.pk).update(content=order.content | {"tags": []}, version=F("version") + 1)

    monkeypatch.setattr(looking, "failpoint", taken_back)
    assert look_at_all() == 0
    order.refresh_from_db()
    assert order.status == "onHold"


def test_orders_of_another_organization_are_judged_by_their_own_rules(source: Source, stranger: Any) -> None:
    other = Source.across.create(organization=stranger.organization, name="Other", connector="ecwid")
    wait_for(source, PAID)
    wait_for(other, simple("tags", "contains_any", ["go"]))
    ours, theirs = held(source, tags=["go"]), held(other, tags=["go"])
    assert (ours.status, theirs.status) == ("onHold", "readyForFulfillment")


@pytest.mark.django_db(transaction=True)
def test_an_order_that_somebody_works_on_is_left_for_the_next_look(source: Source) -> None:
    wait_for(source, PAID)
    order = make_order(source, tags=["paid"])
    drain("automations")
    seen: list[int] = []

    def elsewhere() -> None:
        seen.append(look_at_all())
        connection.close()

    with transaction.atomic():
        lock([order.pk])
        other = threading.Thread(target=elsewhere)
        other.start()
        other.join()
    assert seen == [0]
    assert Hold.across.get().checked_at is None
    assert look_at_all() == 1


@pytest.mark.django_db(transaction=True)
def test_two_who_look_at_the_same_moment_end_each_hold_once(source: Source, monkeypatch: pytest.MonkeyPatch) -> None:
    wait_for(source, PAID)
    orders = [one.pk for one in make_orders(source, range(1, 4))]
    drain("automations")
    Order.across.update(content=Order.across.all()[0].content | {"tags": ["paid"]})
    both, ended = threading.Barrier(2, timeout=20), list[int]()
    monkeypatch.setattr(looking, "failpoint", lambda name: name == "waiting.judged" and both.wait())

    def look() -> None:
        with transaction.atomic():
            ended.append(looking.look(source.organization, orders))
        connection.close()

    workers = [threading.Thread(target=look) for _ in range(2)]
    for one in workers:
        one.start()
    for one in workers:
        one.join()
    assert sorted(ended) == [0, 3]
    assert History.across.filter(verb="released").count() == 3


@pytest.mark.django_db(transaction=True)
def test_one_process_sweeps_at_a_time(source: Source) -> None:
    wait_for(source, PAID)
    make_order(source, tags=["paid"])
    drain("automations")
    seen: list[int] = []

    def elsewhere() -> None:
        seen.append(look_at_all())
        connection.close()

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(hashtext('automations.waiting'))")
        other = threading.Thread(target=elsewhere)
        other.start()
        other.join()
        cursor.execute("SELECT pg_advisory_unlock(hashtext('automations.waiting'))")
    assert (seen, look_at_all()) == ([0], 1)


# ---- what must always be true

BREAKS: dict[str, Callable[[], object]] = {
    "holds.fail_safe": lambda: Hold.across.update(next_status="canceled"),
    "holds.conditions_looked_at": lambda: Hold.across.update(checked_at=now() - dt.timedelta(hours=2)),
    "runs.wait_with_their_hold": lambda: Run.across.update(status="completed"),
    "holds.ended_as_its_kind": lambda: Hold.across.update(ended_at=now(), outcome="due"),
}


@pytest.mark.parametrize("key", BREAKS)
def test_what_is_broken_is_found(source: Source, key: str) -> None:
    wait_for(source, PAID)
    held(source)
    assert broken() == []
    BREAKS[key]()
    assert key in [one.invariant.key for one in broken()]
