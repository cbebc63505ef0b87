"""What is written in the moment in which a flow begins to send, or ceases to, is told once all the same."""

import datetime as dt
import threading
from collections.abc import Callable

import pytest
from django.db import connections, transaction

from integrations import lifecycle
from integrations.kit.pushing import PushSettings
from integrations.manifest import Account
from integrations.models import FlowState, Integration
from integrations.outbound import beginning
from orders.lifecycle.shipping_request import RequestStatus
from orders.models import Fulfillment, Location, Order, OrderPush, Source
from portal.deliveries.models import Delivery
from portal.events import dispatch
from portal.kit.jobs import watchers
from portal.tenancy.models import Organization
from tests.crash.workers import until
from tests.factories import make_location, make_order
from tests.integrations.conftest import TESTER, reread
from tests.integrations.custom.conftest import make
from tests.orders.fulfillments.parcels import parcel, report
from tests.orders.requests.making import ready_order, request_for

pytestmark = pytest.mark.django_db(transaction=True)
TAKEN_IN = PushSettings(push_when="taken_in")


def crossing(switch: Callable[[], object], write: Callable[[], object]) -> None:
    """Switch in one transaction, and write in another that begins after that and ends after it, knowing nothing of it.

    Then look again, until all have ended who may have written.
    """
    dispatch._yes.clear()
    switched, written = threading.Event(), threading.Event()
    failed: list[BaseException] = []

    def switching() -> None:
        try:
            with transaction.atomic():
                switch()
                switched.set()
                assert written.wait(30)
            beginning.look()  # while the other has not ended: nothing to see, nothing to be forgotten
            beginning.look()
        except BaseException as error:
            failed.append(error)
        finally:
            switched.set()
            connections.close_all()

    other = threading.Thread(target=switching)
    other.start()
    assert switched.wait(30)
    with transaction.atomic():
        write()
        written.set()
        other.join(timeout=60)
    assert failed == []

    def all_gone() -> bool:
        beginning.look()
        return not FlowState.objects.exclude(elders=None).exists()

    until(all_gone, what="The end of those before", seconds=60)  # tests beside this one write on the same server
    assert watchers.get("flows that begin to send").every == 3


def shipped(place: Location, source: Source, number: int = 1001, **order: object) -> None:
    """Take an order in and have it shipped."""
    made = ready_order(source, number, **order)
    request = request_for(made, place, 2, status=RequestStatus.SENT_TO_FULFILLMENT)
    line = request.content["lineItems"][0]["sku"]
    report(source, parcel(request.ext_shipment_id, f"P{number}", lines=[(line, 2)]))


def told() -> list[str]:
    dispatch.drain("telling")
    rows = Fulfillment.across.filter(public_id__in=Delivery.across.filter(kind="fulfillment").values("key"))
    return list(rows.order_by("pk").values_list("ext_fulfillment_id", flat=True))


@pytest.fixture
def place(integration: Integration) -> Location:
    lifecycle.save_flows(integration, {"orders": "disabled"}, by=TESTER)
    return make_location(integration.source)


def test_a_parcel_that_was_written_as_the_flow_came_on_is_told_once(integration: Integration, place: Location) -> None:
    shipped(place, integration.source, 1000)
    crossing(
        lambda: lifecycle.save_flows(integration, {"fulfillments": "push"}, by=TESTER),
        lambda: shipped(place, integration.source),
    )
    assert told() == ["P1001"], "What was shipped before is not told."
    FlowState.objects.filter(integration=integration).update(elders=1)
    beginning.look()
    assert told() == ["P1001"]
    assert Delivery.across.filter(kind="fulfillment").count() == 1


def test_a_parcel_that_was_written_as_the_flow_went_off_is_told_when_it_is_on_again(
    integration: Integration, place: Location
) -> None:
    for direction in ("push", "disabled"):
        lifecycle.save_flows(reread(integration), {"fulfillments": direction}, by=TESTER)
    dispatch._yes.clear()
    shipped(place, integration.source)
    shipped(place, integration.source, 1002)
    # The first was written before the switch; its event asked after it.
    state = FlowState.objects.get(integration=integration, flow="fulfillments")
    assert state.switched_at is not None
    before = {"created_at": state.switched_at - dt.timedelta(milliseconds=1)}
    first = Order.across.get(ext_order_id="#1001")
    Order.across.filter(pk=first.pk).update(**before)
    Fulfillment.across.filter(order=first).update(**before)
    assert told() == []

    def told_after_all() -> bool:
        beginning.look()
        return told() == ["P1001"]

    until(told_after_all, what="The second look", seconds=60)


@pytest.fixture
def system(organization: Organization) -> Integration:
    return make(organization, "custom_system", "Books")[0]


def pushed() -> list[str]:
    dispatch.drain("pushing")
    return list(OrderPush.across.order_by("order").values_list("order__ext_order_id", flat=True))


def test_an_order_that_came_in_as_orders_began_to_be_pushed_is_pushed_once(source: Source, system: Integration) -> None:
    make_order(source, 1)
    crossing(
        lambda: lifecycle.save_settings(system, TAKEN_IN, sync_from=None, by=TESTER), lambda: make_order(source, 2)
    )
    assert pushed() == ["#2"], "What came before goes with its next change."
    FlowState.objects.filter(integration=system).update(elders=1)
    beginning.look()
    assert pushed() == ["#2"]
    assert OrderPush.across.get().times == 1


def test_an_order_that_came_in_as_the_system_was_connected_is_pushed(source: Source, system: Integration) -> None:
    lifecycle.save_settings(system, TAKEN_IN, sync_from=None, by=TESTER)
    Integration.across.filter(pk=system.pk).update(enabled_at=None)
    FlowState.objects.update(elders=None)
    account = Account("books", "Books", "")
    Integration.across.filter(pk=system.pk).update(account_key="books")
    crossing(
        lambda: lifecycle.connected(reread(system), account, {}, by=TESTER),
        lambda: make_order(source, 2),
    )
    assert pushed() == ["#2"]
