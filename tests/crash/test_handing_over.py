"""A worker that dies while it hands a shipping request over: the warehouse has it once, and it counts as sent."""

from collections.abc import Callable, Iterator

import pytest
from django.db import connection, transaction
from django.db.models.functions import Now
from pytest_django import Settings

from integrations import lifecycle
from integrations.connect import with_token
from integrations.connectors.shipbob.sandbox.server import Sandbox, serve
from orders.lifecycle.shipping_request import RequestStatus as S
from orders.models import Location, Order, ShippingRequest, Source
from orders.requests.references import reference_of
from portal.deliveries import send
from portal.deliveries.models import Delivery
from portal.events.dispatch import drain
from portal.kit.invariants import broken
from portal.tenancy.models import Organization
from tests.crash.dying import die, kill_when
from tests.integrations.conftest import TESTER, run_flow
from tests.integrations.warehouse_sandbox import ADDRESS
from tests.orders.requests.making import fresh, ready_order, request_for

SKU = "TEA-1"


@pytest.fixture
def house(settings: Settings) -> Iterator[Sandbox]:
    with serve(rate_limit=100_000) as running:
        host = running.url.removeprefix("http://")
        settings.CONNECTOR_ENDPOINTS = {"shipbob": {"api": running.api_url}}
        settings.ALLOWED_PRIVATE_HOSTS = [host]
        running.put(SKU, 50)
        yield running


@pytest.fixture
def request_(organization: Organization, source: Source, house: Sandbox) -> ShippingRequest:
    """A request whose delivery waits to be sent."""
    flows = {"shipping_requests": "push"}
    made = lifecycle.add(organization, "shipbob", name="ShipBob", flows=flows, by=TESTER)
    made = with_token(made, {"token": house.token}, by=TESTER)
    run_flow(made, "locations")
    place = Location.across.filter(fulfillment_source=made.source).order_by("externals__pk").first()
    assert place is not None
    asked = request_for(ready_order(source, 1001, shippingAddress=ADDRESS), place, 2)
    drain("warehouses")
    return asked


def die_before(house: Sandbox, asked: ShippingRequest) -> None:
    die("deliveries.before_call", send.send_due)
    assert house.orders() == []


def die_while_it_answers(house: Sandbox, asked: ShippingRequest) -> None:
    house.set_fault("answer_lost", times=1, how="slow")
    kill_when(lambda: bool(house.orders()), send.send_due)
    house.clear_faults()


def die_before_the_record(house: Sandbox, asked: ShippingRequest) -> None:
    """Its order is held meanwhile, so that it has the answer, and waits to write it down."""
    with transaction.atomic():
        Order.across.select_for_update().get(pk=asked.order_id)
        kill_when(lambda: bool(house.orders()) and _somebody_waits(), send.send_due)
    assert fresh(asked).status == S.READY_FOR_FULFILLMENT


def die_after_the_record(house: Sandbox, asked: ShippingRequest) -> None:
    die("deliveries.after_call", send.send_due)
    assert len(house.orders()) == 1


def _somebody_waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT 1 FROM pg_locks WHERE NOT granted)")
        row = cursor.fetchone()
    return bool(row and row[0])


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("dies", [die_before, die_while_it_answers, die_before_the_record, die_after_the_record])
def test_a_request_is_handed_over_once_whenever_the_worker_dies(
    house: Sandbox, request_: ShippingRequest, dies: Callable[[Sandbox, ShippingRequest], None]
) -> None:
    dies(house, request_)
    assert Delivery.across.get().uncertain
    Delivery.across.update(lease_until=Now())
    send.send_due()
    sent = fresh(request_)
    assert [one["reference_id"] for one in house.orders()] == [reference_of(sent.public_id)]
    assert (sent.status, sent.ext_reference_id) == (S.SENT_TO_FULFILLMENT, str(house.orders()[0]["id"]))
    assert (Delivery.across.get().state, broken()) == ("done", [])
