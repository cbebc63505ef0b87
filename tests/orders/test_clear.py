"""An exception closes by itself once what raised it is over, and not a look earlier."""

import datetime as dt

import pytest

from automations.services import ensure_defaults
from orders.exceptions.catalogue import exception_types
from orders.exceptions.raise_ import Problem, raise_exceptions
from orders.lifecycle import edits, holds
from orders.lifecycle.order import OrderStatus
from orders.models import Hold, Order, OrderException, Source
from portal.audit.actor import Actor
from portal.deliveries.models import Delivery
from portal.events import dispatch
from portal.events.models import Event, Handoff
from portal.kit.clock import now
from portal.kit.jobs import watchers
from tests.factories import make_order

pytestmark = pytest.mark.django_db
ANN = Actor("user", "1", "Ann")
CHANNEL = Actor.integration("feedfacefeedface", "Tea shop")
MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
def order(source: Source) -> Order:
    ensure_defaults(source.organization)
    return make_order(source)


def _raise(kind: str, order: Order, key: str) -> OrderException:
    problem = Problem(kind, order.organization_id, key, "T", "M", entity_type="order", entity_id=order.pk)
    raise_exceptions([problem])
    OrderException.across.update(last_seen_at=now() - MINUTE)
    return OrderException.across.get(type=kind, cause_key=key)


def _is_closed(exception: OrderException) -> bool:
    watchers.get("exceptions whose cause is gone").job()
    exception.refresh_from_db()
    assert (exception.closed_by, exception.closed_at is None) in (("", True), ("Switchyard", False))
    return exception.state == "resolved"


def _hold(order: Order, minutes: int) -> None:
    following = OrderStatus.REVIEW_REQUIRED
    edits.hold(order.pk, until=now() + minutes * MINUTE, next_status=following, reason="Wait", by=ANN)


def test_automatic_work_that_was_set_aside_closes_when_it_is_done_and_not_when_it_is_only_put_back(
    order: Order,
) -> None:
    event = Event.across.get(name="order.created")
    Handoff.across.update(state="parked", attempts=5)
    exception = _raise("event_parked", order, f"automations:{event.pk}")
    assert not _is_closed(exception)
    assert dispatch.replay() == 1
    assert not _is_closed(exception)
    assert dispatch.drain("automations") == 1
    assert _is_closed(exception)


def test_another_consumer_of_the_same_event_keeps_nothing_open(order: Order) -> None:
    event = Event.across.get(name="order.created")
    assert _is_closed(_raise("event_parked", order, f"shipping:{event.pk}"))


def test_a_cause_that_is_no_event_is_left_to_people(order: Order) -> None:
    assert not _is_closed(_raise("event_parked", order, "something else"))


@pytest.mark.parametrize("to", ["ready", "cancel", "archive"])
def test_a_rule_that_failed_closes_when_a_person_moves_the_order_on(order: Order, to: str) -> None:
    edits.move(order.pk, "review", by=Actor.rule("abc", "R", 1))
    exception = _raise("rule_failed", order, "r:o")
    assert not _is_closed(exception)
    edits.move(order.pk, to, by=ANN)
    assert _is_closed(exception)


def test_a_rule_that_failed_closes_when_a_person_releases_the_hold_to_ready(order: Order) -> None:
    following = OrderStatus.READY_FOR_FULFILLMENT
    edits.hold(order.pk, until=now() + MINUTE, next_status=following, reason="Wait", by=CHANNEL)
    exception = _raise("rule_failed", order, "r:o")
    holds.release(order.pk, by=ANN)
    assert _is_closed(exception)


def test_a_rule_that_failed_stays_while_the_order_only_waits_otherwise(order: Order) -> None:
    exception = _raise("rule_failed", order, "r:o")
    _hold(order, 5)
    edits.move(order.pk, "review", by=ANN)
    edits.move(order.pk, "draft", by=ANN)
    assert not _is_closed(exception)


def test_a_rule_that_failed_stays_when_nobody_but_the_system_moved_the_order_on(order: Order) -> None:
    exception = _raise("rule_failed", order, "r:o")
    edits.move(order.pk, "ready", by=Actor.system())
    assert not _is_closed(exception)


def test_a_rule_that_fails_again_after_a_person_has_moved_the_order_is_news(order: Order) -> None:
    exception = _raise("rule_failed", order, "r:o")
    edits.move(order.pk, "ready", by=ANN)
    OrderException.across.update(last_seen_at=now() + MINUTE)
    assert not _is_closed(exception)


def test_a_hold_that_was_stuck_closes_when_no_due_hold_is_left(order: Order) -> None:
    _hold(order, -5)
    _hold(order, 60)
    exception = _raise("hold_stuck", order, order.public_id)
    assert not _is_closed(exception)
    assert holds.release_all_due() == 1
    assert Hold.across.filter(ended_at=None).count() == 1
    assert _is_closed(exception)


def test_a_hold_that_was_stuck_closes_when_a_person_moves_the_order(order: Order) -> None:
    _hold(order, -5)
    exception = _raise("hold_stuck", order, order.public_id)
    edits.move(order.pk, "review", by=ANN)
    assert _is_closed(exception)


def test_a_delivery_closes_when_it_has_arrived_after_all(order: Order) -> None:
    row = Delivery.across.create(organization=order.organization, kind="test", key="a:b", state="parked")
    exception = _raise("delivery_parked", order, "test:a:b")
    assert not _is_closed(exception)
    Delivery.across.filter(pk=row.pk).update(state="pending")
    assert not _is_closed(exception)
    Delivery.across.filter(pk=row.pk).update(state="done", done_at=now())
    assert _is_closed(exception)


def test_what_a_person_has_dismissed_stays_dismissed(order: Order) -> None:
    exception = _raise("hold_stuck", order, order.public_id)
    OrderException.across.update(state="dismissed", closed_by="Switchyard", closed_at=now())
    assert not _is_closed(exception)
    assert exception.state == "dismissed"


def test_the_types_that_close_otherwise_are_left_alone(order: Order) -> None:
    others = {one.key for one in exception_types.all() if not one.gone}
    assert others == {"shipped_after_cancel", "shipped_other_sku", "shipped_too_much"}
    assert not any(_is_closed(_raise(kind, order, "x")) for kind in sorted(others))
