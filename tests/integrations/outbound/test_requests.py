"""A request goes out once, whatever fails on the way, and what its warehouse says stands on it."""

import datetime as dt
from collections.abc import Callable

import pytest
from django.db.models.functions import Now

from integrations import lifecycle
from integrations.models import Integration
from integrations.outbound import houses, waiting
from orders.exceptions.settle import retry
from orders.lifecycle.shipping_request import RequestStatus
from orders.methods.write import Chosen, save
from orders.models import (
    ExternalLocation,
    Location,
    MethodPolicy,
    Order,
    OrderException,
    OrderMethod,
    ShippingMethod,
    ShippingRequest,
    Source,
)
from orders.requests.cancel import cancel
from orders.requests.move import move
from orders.requests.references import reference_of
from portal.audit.actor import Actor
from portal.audit.models import History
from portal.deliveries import send as sending
from portal.deliveries.models import Delivery
from portal.deliveries.send import send_due
from portal.events.models import Event
from portal.kit.invariants import broken
from portal.kit.jobs import watchers
from tests.factories import make_location
from tests.integrations.conftest import TESTER
from tests.integrations.outbound.conftest import go, problems
from tests.integrations.outbound.house import House, answered, declined
from tests.orders.requests.making import ROUTING, fresh, ready_order, request_for, stock

pytestmark = pytest.mark.django_db
S = RequestStatus
OLIVE = Actor("user", "1", "Olive Owner")
ACME = "warehouses"


def test_the_warehouse_gets_its_own_names_and_the_request_its_reference(
    request_of_two: ShippingRequest, house: House
) -> None:
    go()
    told = house.requests[reference_of(request_of_two.public_id)]
    assert (told.number, told.order_number, told.location, told.method) == ("#1001", "#1001", "w1", "GROUND")
    line = told.lines[0]
    assert (line.position, line.unique_id, line.sku, line.quantity, str(line.unit_price)) == (
        0,
        "l1",
        "TEA-1",
        2,
        "20.00",
    )
    assert (told.currency, told.document["shippingAddress"]["city"], told.previous) == ("USD", "Reno", "")
    sent = fresh(request_of_two)
    assert (sent.status, sent.ext_reference_id, sent.ext_reference_url) == (
        S.SENT_TO_FULFILLMENT,
        f"H-{told.reference}",
        "https://house.test/1",
    )
    assert Order.across.get().status == "sentToFulfillment"
    said = History.across.filter(entity_type="shippingRequest").latest("pk")
    assert (said.actor_name, said.summary) == ("Acme", f"Taken there as H-{told.reference}.")
    go(later=True)
    assert (house.calls, broken()) == (["place"], [])


def test_a_request_made_again_names_the_one_that_it_replaces(
    request_of_two: ShippingRequest, house: House, reno: Location
) -> None:
    go()
    cancel(fresh(request_of_two), OLIVE)
    again = request_for(Order.across.get(), reno)
    go()
    assert house.requests[reference_of(again.public_id)].previous == reference_of(request_of_two.public_id)


class Died(BaseException):
    """The process is killed here."""


@pytest.mark.parametrize(("place", "calls"), [("before_call", ["find", "place"]), ("after_call", ["place", "find"])])
def test_a_worker_that_dies_around_the_call_sends_nothing_twice_and_loses_nothing(
    request_of_two: ShippingRequest, house: House, monkeypatch: pytest.MonkeyPatch, place: str, calls: list[str]
) -> None:
    def die(name: str) -> None:
        if name == f"deliveries.{place}":
            raise Died

    monkeypatch.setattr(sending, "failpoint", die)
    with pytest.raises(Died):
        go()
    monkeypatch.setattr(sending, "failpoint", lambda name: None)
    assert Delivery.across.get(kind="shipping_request").uncertain
    go(later=True)
    assert (house.calls, len(house.requests)) == (calls, 1)
    assert (fresh(request_of_two).status, Delivery.across.get().state) == (S.SENT_TO_FULFILLMENT, "done")


def test_a_refusal_fails_the_request_with_the_cure_and_trying_again_sends_it(
    request_of_two: ShippingRequest, house: House
) -> None:
    house.refuses = {"TEA-1": declined("sku_unknown", "TEA-1 is not a product")}
    go()
    told = OrderException.across.get(state="active")
    assert (told.type, told.message, told.entity_label) == ("sku_unknown", "TEA-1 is not a product", "#1001")
    assert (fresh(request_of_two).status, Delivery.across.get().state) == (S.FAILED, "parked")
    go(later=True)
    assert house.calls == ["place"]
    house.refuses = {}
    assert retry(told, by=OLIVE) == 1
    go()
    assert (fresh(request_of_two).status, problems(), Delivery.across.count()) == (S.SENT_TO_FULFILLMENT, [], 1)


def test_marking_a_refused_request_ready_sends_it_again_too(request_of_two: ShippingRequest, house: House) -> None:
    house.fails = [answered(400)]
    go()
    assert problems() == ["request_refused"]
    move([request_of_two.pk], S.READY_FOR_FULFILLMENT, OLIVE)
    go()
    assert (fresh(request_of_two).status, problems()) == (S.SENT_TO_FULFILLMENT, [])


def test_what_the_warehouse_has_as_canceled_cannot_be_sent_again(
    request_of_two: ShippingRequest, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    go()
    reference = reference_of(request_of_two.public_id)
    house.canceled[reference] = "H"
    Delivery.across.update(state="pending", uncertain=True, next_at=Now(), done_at=None)
    ShippingRequest.across.update(status="readyForFulfillment", sent_at=None, ext_reference_id="")
    send_due()
    assert (fresh(request_of_two).status, problems()) == (S.FAILED, ["request_refused"])


def test_a_location_that_the_warehouse_does_not_name_is_said_before_anything_is_sent(
    source: Source, warehouse: Integration, house: House, reno: Location
) -> None:
    other = Location.across.create(
        organization=source.organization, name="Leeds", fulfillment_source=warehouse.source, source=None
    )
    stock(other, "TEA-1", 5)
    request = request_for(ready_order(source), other)
    go()
    told = OrderException.across.get(state="active")
    assert (told.type, told.message) == ("request_refused", "“Leeds” is no location that Acme reports.")
    assert (fresh(request).status, house.calls) == (S.FAILED, [])
    ExternalLocation.across.all().delete()
    move([request.pk], S.READY_FOR_FULFILLMENT, OLIVE)
    go()
    assert [one.location for one in house.requests.values()] == [""]


def test_requests_wait_while_the_flow_is_off_and_go_out_when_it_is_on(
    source: Source, warehouse: Integration, house: House, reno: Location
) -> None:
    lifecycle.save_flows(warehouse, {"shipping_requests": "disabled"}, by=TESTER)
    request = request_for(ready_order(source), reno)
    go()
    assert (Delivery.across.count(), waiting.ask_for_waiting()) == (0, 0)
    lifecycle.save_flows(warehouse, {"shipping_requests": "push"}, by=TESTER)
    assert waiting.ask_for_waiting() == 1
    assert waiting.ask_for_waiting() == 0
    send_due()
    assert (fresh(request).status, house.calls) == (S.SENT_TO_FULFILLMENT, ["place"])


def test_a_request_whose_event_was_lost_is_found_after_a_minute(
    request_of_two: ShippingRequest, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    rung: list[str] = []
    monkeypatch.setattr(waiting, "ring", rung.append)
    look = watchers.get("requests that nobody has sent").job
    look()
    assert rung == []
    ShippingRequest.across.update(updated_at=Now() - dt.timedelta(minutes=2))
    look()
    assert rung == ["integrations.waiting"]
    assert waiting.ask_for_waiting() == 1
    look()
    assert len(rung) == 1


def test_an_organization_without_a_warehouse_that_is_told_hears_of_nothing(source: Source) -> None:
    request_for(ready_order(source), make_location(source))
    assert Event.across.filter(name="shippingRequest.created", handoffs__consumer=ACME).count() == 0


def test_an_unmapped_method_is_told_once_and_its_requests_wait_until_it_is_mapped(
    source: Source, warehouse: Integration, house: House, reno: Location
) -> None:
    MethodPolicy.across.create(organization=source.organization, source=warehouse.source, unmapped="stop")
    requests = [request_for(ready_order(source, number, shippingCode="GROUND"), reno) for number in (1, 2)]
    go()
    assert (problems(), house.calls) == (["method_unmapped"], [])
    assert "GROUND" in houses.waits(fresh(requests[0]))
    method = ShippingMethod.across.create(
        organization=source.organization, source=warehouse.source, code="std", name="Standard"
    )
    asked = OrderMethod.across.get()
    save(warehouse.source, Chosen("stop", "", {asked.public_id: method.public_id}), version=1, by=OLIVE)
    go()
    assert ([one.method for one in house.requests.values()], problems()) == (["std", "std"], [])


def test_a_message_that_never_gets_through_waits_for_a_person_and_is_looked_up_first(
    request_of_two: ShippingRequest, house: House
) -> None:
    house.breaks = [answered(500)]
    go()
    house.fails = [answered(500)] * 20
    for _attempt in range(20):
        go(later=True)
    told = OrderException.across.get(state="active")
    assert (told.type, told.title) == ("delivery_parked", "#1001 was not handed to its warehouse")
    house.fails, house.calls = [], []
    assert retry(told, by=OLIVE) == 1
    go()
    assert (house.calls, len(house.requests)) == (["find"], 1)
    assert (fresh(request_of_two).status, problems()) == (S.SENT_TO_FULFILLMENT, [])


def test_a_failed_request_that_turns_out_to_be_there_is_taken_back_when_its_units_are_elsewhere(
    request_of_two: ShippingRequest, house: House, reno: Location
) -> None:
    house.breaks = [answered(500)]
    go()
    move([request_of_two.pk], S.FAILED, ROUTING)
    request_for(Order.across.get(), reno)
    go(later=True)
    known = fresh(request_of_two)
    assert (known.status, known.cancellation) == (S.CANCELED_RESTOCK, "asked")
    go()
    assert (fresh(request_of_two).cancellation, list(house.canceled)) == ("agreed", [reference_of(known.public_id)])
    assert broken() == []


BREAKS: dict[str, Callable[[], object]] = {
    "warehouses.one_delivery_each": lambda: Delivery.across.update(key="sr-0000000000000000"),
    "warehouses.taken_is_known": lambda: ShippingRequest.across.update(ext_reference_id=""),
}


@pytest.mark.parametrize("key", BREAKS)
def test_what_breaks_an_invariant_is_found(request_of_two: ShippingRequest, key: str) -> None:
    go()
    assert key not in [one.invariant.key for one in broken()]
    BREAKS[key]()
    assert key in [one.invariant.key for one in broken()]
