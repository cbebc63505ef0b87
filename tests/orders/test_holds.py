"""Holds end once, at their time, and the order goes where the most careful of them says."""

import datetime as dt
import threading

import pytest
from django.db import connection, transaction

from orders.lifecycle import edits, holds
from orders.lifecycle.order import OrderStatus
from orders.lifecycle.write import MoveRefused
from orders.locks import lock
from orders.models import Hold, Order, OrderException, Source
from portal.audit.actor import Actor
from portal.audit.models import History
from portal.kit.clock import now
from tests.factories import make_order, make_orders

ANN = Actor("user", "1", "Ann")
READY, REVIEW = OrderStatus.READY_FOR_FULFILLMENT, OrderStatus.REVIEW_REQUIRED


def _hold(order: Order, *, minutes: float, following: OrderStatus = READY) -> None:
    edits.hold(order.pk, until=now() + dt.timedelta(minutes=minutes), next_status=following, reason="Wait", by=ANN)


@pytest.mark.django_db
def test_a_hold_is_not_released_before_its_time(source: Source) -> None:
    _hold(make_order(source), minutes=1)
    assert holds.release_all_due() == 0
    assert Order.across.get().status == "onHold"


@pytest.mark.django_db
def test_an_order_with_two_holds_waits_for_the_later_and_takes_the_more_careful_status(source: Source) -> None:
    order = make_order(source)
    _hold(order, minutes=-2, following=REVIEW)
    _hold(order, minutes=60)
    assert holds.release_all_due() == 1
    order.refresh_from_db()
    assert (order.status, Hold.across.filter(ended_at=None).count()) == ("onHold", 1)
    Hold.across.filter(ended_at=None).update(due_at=now() - dt.timedelta(minutes=1))
    assert holds.release_all_due() == 1
    order.refresh_from_db()
    assert (order.status, order.hold_until) == ("reviewRequired", None)


@pytest.mark.django_db
def test_a_hold_of_an_earlier_time_on_hold_no_longer_counts(source: Source) -> None:
    order = make_order(source)
    _hold(order, minutes=-2, following=REVIEW)
    holds.release_all_due()
    _hold(order, minutes=-1)
    holds.release_all_due()
    assert Order.across.get().status == "readyForFulfillment"


@pytest.mark.django_db
def test_a_person_releases_every_hold_of_an_order_at_once(source: Source) -> None:
    order = make_order(source)
    _hold(order, minutes=60)
    _hold(order, minutes=90, following=REVIEW)
    assert holds.release(order.pk, by=ANN) == REVIEW
    assert set(Hold.across.values_list("outcome", "ended_by")) == {("released", "Ann")}
    with pytest.raises(holds.NotOnHold, match="Review required"):
        holds.release(order.pk, by=ANN)


@pytest.mark.django_db
def test_a_move_the_state_machine_does_not_have_is_refused_and_changes_nothing(source: Source) -> None:
    order = make_order(source)
    edits.move(order.pk, "cancel", by=ANN)
    with pytest.raises(MoveRefused, match="An order that is “Canceled” cannot become “Ready for fulfillment”"):
        edits.move(order.pk, "ready", by=ANN)
    assert History.across.filter(verb="marked ready").count() == 0


@pytest.mark.django_db
def test_the_second_of_two_people_is_told_that_the_first_was_faster(source: Source) -> None:
    order = make_order(source)
    edits.move(order.pk, "review", by=ANN, version=order.version)
    with pytest.raises(edits.ChangedMeanwhile, match="#1001 was changed by somebody else"):
        edits.move(order.pk, "cancel", by=ANN, version=order.version)
    assert Order.across.get().status == "reviewRequired"


@pytest.mark.django_db
def test_many_holds_of_one_instant_are_all_released_once(source: Source) -> None:
    for order in make_orders(source, range(1, 41)):
        _hold(order, minutes=-1)
    assert holds.release_due(limit=25) == 25
    assert holds.release_all_due() == 15
    assert History.across.filter(verb="released").count() == 40


@pytest.mark.django_db(transaction=True)
def test_an_order_that_somebody_works_on_is_left_for_the_next_pass(source: Source) -> None:
    order = make_order(source)
    _hold(order, minutes=-1)
    seen: list[int] = []

    def release_elsewhere() -> None:
        seen.append(holds.release_due())
        connection.close()

    with transaction.atomic():
        lock([order.pk])
        other = threading.Thread(target=release_elsewhere)
        other.start()
        other.join()
    assert seen == [0]
    assert holds.release_due() == 1


@pytest.mark.django_db
def test_a_hold_that_cannot_be_released_stands_in_nobodys_way(source: Source) -> None:
    good, bad = make_orders(source, [1, 2])
    _hold(good, minutes=-1)
    _hold(bad, minutes=-1)
    Hold.across.filter(order=bad).update(next_status="closed")
    assert holds.release_all_due() == 1
    assert Order.across.get(pk=good.pk).status == "readyForFulfillment"
    assert (Order.across.get(pk=bad.pk).status, OrderException.across.get().type) == ("onHold", "hold_stuck")
    assert holds.release_all_due() == 0
