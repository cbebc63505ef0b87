"""A cancellation reaches the warehouse whenever it is asked for, and ends in the right state."""

from collections.abc import Callable

import pytest

from integrations.capabilities import CancelAnswer
from orders.exceptions.settle import retry
from orders.lifecycle import edits
from orders.lifecycle.shipping_request import RequestStatus
from orders.models import OrderException, ShippingRequest
from orders.requests.cancel import cancel
from portal.audit.actor import Actor
from portal.deliveries.models import Delivery
from portal.events.dispatch import drain
from tests.integrations.outbound.conftest import go, problems
from tests.integrations.outbound.house import House, answered
from tests.orders.requests.making import fresh, level

pytestmark = pytest.mark.django_db
S = RequestStatus
OLIVE = Actor("user", "1", "Olive Owner")
ACME = "warehouses"


def _cancel_it(request: ShippingRequest) -> None:
    cancel(fresh(request), OLIVE)


def _cancel_order(request: ShippingRequest) -> None:
    edits.move(request.order_id, "cancel", by=OLIVE)


@pytest.mark.parametrize("act", [_cancel_it, _cancel_order])
def test_what_is_canceled_before_it_is_sent_stays_here(
    request_of_two: ShippingRequest, house: House, act: Callable[[ShippingRequest], None]
) -> None:
    drain(ACME)
    act(request_of_two)
    go()
    assert (house.calls, fresh(request_of_two).cancellation) == ([], "")
    told = Delivery.across.get()
    assert (told.state, told.answer) == ("done", {"left": "It has been canceled."})


@pytest.mark.parametrize("act", [_cancel_it, _cancel_order])
def test_what_is_canceled_while_it_is_sent_is_canceled_at_the_warehouse_at_once(
    request_of_two: ShippingRequest, house: House, act: Callable[[ShippingRequest], None]
) -> None:
    house.during = lambda: act(request_of_two)
    go()
    assert fresh(request_of_two).cancellation == "asked"
    go()
    known = fresh(request_of_two)
    assert (known.status, known.cancellation, bool(known.ext_reference_id)) == (S.CANCELED_RESTOCK, "agreed", True)
    assert (house.calls, level(known.location), problems()) == (["place", "cancel"], (10, 0, 0), [])


@pytest.mark.parametrize("act", [_cancel_it, _cancel_order])
def test_what_is_canceled_when_it_is_there_is_asked_for_once(
    request_of_two: ShippingRequest, house: House, act: Callable[[ShippingRequest], None]
) -> None:
    go()
    act(request_of_two)
    assert fresh(request_of_two).cancellation == "asked"
    go()
    go(later=True)
    assert (house.calls, fresh(request_of_two).cancellation, problems()) == (["place", "cancel"], "agreed", [])


def test_a_cancellation_whose_answer_is_lost_is_asked_for_again(request_of_two: ShippingRequest, house: House) -> None:
    go()
    _cancel_it(request_of_two)
    house.breaks = [answered(500)]
    go()
    assert fresh(request_of_two).cancellation == "asked"
    go(later=True)
    assert (house.calls, fresh(request_of_two).cancellation) == (["place", "cancel", "cancel"], "agreed")


def test_a_refused_cancellation_says_what_to_do_and_can_be_asked_for_again(
    request_of_two: ShippingRequest, house: House
) -> None:
    go()
    _cancel_it(request_of_two)
    house.cancels = lambda reference: CancelAnswer(agreed=False, reason="it is picked")
    go()
    told = OrderException.across.get(state="active")
    assert (told.type, told.message) == ("cancel_refused", "Acme does not cancel it: it is picked")
    assert "twice" in told.cure
    house.cancels = lambda reference: CancelAnswer(agreed=True)
    assert retry(told, by=OLIVE) == 1
    go()
    assert (fresh(request_of_two).cancellation, problems()) == ("agreed", [])


def test_a_pending_cancellation_waits_for_the_reports(request_of_two: ShippingRequest, house: House) -> None:
    go()
    _cancel_it(request_of_two)
    house.cancels = lambda reference: CancelAnswer(agreed=False, pending=True)
    go()
    assert (fresh(request_of_two).cancellation, Delivery.across.get(kind="shipping_request_cancel").answer) == (
        "asked",
        {"pending": True},
    )


def test_an_archived_order_leaves_what_the_warehouse_has(request_of_two: ShippingRequest, house: House) -> None:
    go()
    edits.move(request_of_two.order_id, "archive", by=OLIVE)
    go()
    assert (fresh(request_of_two).status, house.calls) == (S.SENT_TO_FULFILLMENT, ["place"])
