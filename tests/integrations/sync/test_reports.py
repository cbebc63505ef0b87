"""What warehouses report is taken in page by page: parcels, troubles, answers to cancellations, stock."""

import datetime as dt

import pytest
from django.db.models.functions import Now
from pytest_django import Settings

from integrations import lifecycle
from integrations.capabilities import CancelAnswer, Reports, Trouble
from integrations.manifest import Item
from integrations.models import FlowState, Integration
from integrations.outbound import houses
from orders.exceptions.clear import close_gone
from orders.lifecycle.shipping_request import RequestStatus
from orders.models import Fulfillment, InventoryLevel, Location, OrderException, ShippingRequest, Source
from orders.records.fulfillment import FulfillmentRecord
from orders.records.level import LevelRecord
from orders.requests.cancel import cancel
from orders.requests.references import reference_of
from portal.deliveries.send import send_due
from portal.events.dispatch import drain
from portal.kit.clock import database_now
from portal.tenancy.models import Organization
from tests.factories import make_location
from tests.integrations.conftest import TESTER, run_flow, state_of
from tests.integrations.outbound.conftest import connect, registered
from tests.integrations.outbound.house import KEY, House, answered
from tests.orders.requests.making import ROUTING, fresh, ready_order, request_for, stock

pytestmark = pytest.mark.django_db
S = RequestStatus


@pytest.fixture
def house(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> House:
    return registered(settings, monkeypatch)


@pytest.fixture
def warehouse(organization: Organization, house: House) -> Integration:
    return connect(lifecycle.add(organization, KEY, name="Acme", by=TESTER))


@pytest.fixture
def reno(warehouse: Integration) -> Location:
    made = make_location(warehouse.source, name="Acme Reno")
    stock(made, "TEA-1", 10)
    return made


@pytest.fixture
def sent(source: Source, reno: Location) -> ShippingRequest:
    """A request of two tins that the warehouse has."""
    request = request_for(ready_order(source), reno)
    drain("warehouses")
    send_due()
    assert fresh(request).status == S.SENT_TO_FULFILLMENT
    return fresh(request)


def _parcel(
    request: ShippingRequest, number: str = "P1", units: int = 2, *, kind: str = "shipped"
) -> FulfillmentRecord:
    told = {"extFulfillmentId": number, "shipment": reference_of(request.public_id), "fulfillmentType": kind}
    return FulfillmentRecord.model_validate(told | {"lineItems": [{"sku": "TEA-1", "quantity": units}]})


def _off(integration: Integration) -> None:
    lifecycle.disable(integration, by=TESTER)


def _active() -> list[str]:
    close_gone()
    return list(OrderException.across.filter(state="active").order_by("pk").values_list("type", flat=True))


def test_each_page_is_saved_with_its_cursor_and_told_of_afterwards(
    sent: ShippingRequest, warehouse: Integration, house: House
) -> None:
    house.reports = [
        Reports(parcels=(_parcel(sent, "P1", 1),), cursor={"page": 1}, taken=("P1",)),
        Reports(parcels=(_parcel(sent, "P2", 1),), cursor={"page": 2}, taken=("P2",)),
    ]
    outcome = run_flow(warehouse, "fulfillments")
    assert outcome is not None
    assert (outcome.created, house.told, fresh(sent).status) == (2, ["P1", "P2"], S.FULFILLED)
    state = state_of(warehouse, "fulfillments")
    assert (state.cursor["page"], state.cursor["start"] > 0, state.last_full_at is not None) == (2, True, True)
    assert warehouse.runs.get().created == 2


def test_a_page_whose_telling_failed_comes_again_and_counts_once(
    sent: ShippingRequest, warehouse: Integration, house: House
) -> None:
    house.reports = [Reports(parcels=(_parcel(sent),), cursor={}, taken=("P1",))]
    house.fails_at = {"taken": [answered(500)]}
    assert run_flow(warehouse, "fulfillments") is None
    again = run_flow(warehouse, "fulfillments")
    assert again is not None
    assert (again.unchanged, Fulfillment.across.count(), house.told) == (1, 1, ["P1"])


def test_nothing_is_written_once_the_flow_is_off(sent: ShippingRequest, warehouse: Integration, house: House) -> None:
    house.reports = [Reports(parcels=(_parcel(sent),), cursor={"page": 1})]
    house.during = lambda: _off(warehouse)
    assert run_flow(warehouse, "fulfillments") is None
    assert (Fulfillment.across.count(), state_of(warehouse, "fulfillments").cursor) == (0, {})


def test_a_report_that_cannot_be_read_keeps_its_bytes_until_it_can(
    sent: ShippingRequest, warehouse: Integration, house: House
) -> None:
    house.reports = [Reports(refused=(Item("P1", b'{"id": "P1"', problem="quantity: must be a number"),), cursor={})]
    run_flow(warehouse, "fulfillments")
    told = OrderException.across.get(state="active")
    assert (told.type, told.message, bytes(told.raw or b"")) == (
        "report_refused",
        "quantity: must be a number",
        b'{"id": "P1"',
    )
    house.reports = [Reports(parcels=(_parcel(sent),), cursor={})]
    run_flow(warehouse, "fulfillments")
    assert (_active(), fresh(sent).status) == ([], S.FULFILLED)


def test_a_request_that_hangs_is_told_until_it_goes_on_or_is_closed(
    sent: ShippingRequest, warehouse: Integration, house: House
) -> None:
    reference = reference_of(sent.public_id)
    house.reports = [
        Reports(troubles=(Trouble(reference, "address_refused", "No such street"), Trouble("unknown", "x", "y"))),
        Reports(troubles=(Trouble(fresh(sent).ext_reference_id, "unheard_of", "Lost in the aisle"),)),
    ]
    run_flow(warehouse, "fulfillments")
    assert _active() == ["address_refused", "warehouse_trouble"]
    house.reports = [Reports(troubles=(Trouble(reference, "address_refused", "", over=True),))]
    run_flow(warehouse, "fulfillments")
    assert _active() == ["warehouse_trouble"]
    house.reports = [Reports(parcels=(_parcel(sent),))]
    run_flow(warehouse, "fulfillments")
    assert _active() == []


@pytest.mark.parametrize(
    ("units", "kind", "cancellation", "problems"),
    [
        (2, "shipped", "refused", ["shipped_after_cancel"]),
        (1, "shipped", "asked", ["shipped_after_cancel"]),
        (2, "rejected", "agreed", []),
    ],
)
def test_reports_answer_a_cancellation_that_is_pending(
    sent: ShippingRequest,
    warehouse: Integration,
    house: House,
    units: int,
    kind: str,
    cancellation: str,
    problems: list[str],
) -> None:
    house.cancels = lambda reference: CancelAnswer(agreed=False, pending=True)
    cancel(sent, ROUTING)
    drain("warehouses")
    send_due()
    house.reports = [Reports(parcels=(_parcel(sent, "P1", units, kind=kind),))]
    run_flow(warehouse, "fulfillments")
    assert (fresh(sent).cancellation, _active()) == (cancellation, problems)


def test_stock_is_asked_for_less_often_than_parcels(warehouse: Integration, house: House, reno: Location) -> None:
    level = LevelRecord.model_validate({"sku": "TEA-1", "extLocationId": "w1", "onHand": 4})
    bad = Item("X", b"{}", problem="sku: is missing")
    house.counts = [Reports(levels=(level,), refused=(bad,), cursor={"at": 1})]
    assert run_flow(warehouse, "inventory") is None  # nobody knows yet what the locations in it are
    FlowState.objects.filter(integration=warehouse, flow="locations").update(last_ok_at=Now())
    outcome = run_flow(warehouse, "inventory")
    assert outcome is not None
    assert (outcome.updated, outcome.refused, InventoryLevel.across.get().on_hand) == (1, 1, 4)
    run_flow(warehouse, "fulfillments")
    waits = {one.flow: one.next_at - database_now() for one in FlowState.objects.filter(integration=warehouse)}
    assert waits["inventory"] > dt.timedelta(minutes=4) > waits["fulfillments"]


def test_a_warehouse_ships_from_the_locations_that_it_brings(warehouse: Integration) -> None:
    run_flow(warehouse, "locations")
    brought = Location.across.get(name="Acme Reno")
    assert brought.fulfillment_source_id == warehouse.source_id
    Location.across.filter(pk=brought.pk).update(fulfillment_source=None)
    run_flow(warehouse, "locations")
    brought.refresh_from_db()
    assert brought.fulfillment_source_id is None, "What a person has chosen stays."


def test_a_request_that_waits_says_why(source: Source, warehouse: Integration, house: House, reno: Location) -> None:
    request = request_for(ready_order(source), reno)
    assert houses.waits(fresh(request)) == ""
    lifecycle.save_flows(warehouse, {"shipping_requests": "disabled"}, by=TESTER)
    assert houses.waits(fresh(request)) == "The flow “Shipping requests” of “Acme” is off."
    lifecycle.disable(warehouse, by=TESTER)
    assert houses.waits(fresh(request)) == "“Acme” is switched off."
