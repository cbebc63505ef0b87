"""Orders of many parcels are read by one search, and by themselves where the search may be behind."""

import datetime as dt

import pytest
from django.db.models.functions import Now

from integrations.connectors.ecwid.sandbox.server import Sandbox
from integrations.models import Integration, Written
from orders.lifecycle.shipping_request import RequestStatus
from orders.models import Location, Order
from portal.deliveries import send
from portal.deliveries.models import Delivery
from portal.events.dispatch import drain
from portal.kit.clock import now
from portal.kit.json import Json
from tests.integrations.conftest import run_flow
from tests.orders.fulfillments.parcels import parcel, report
from tests.orders.requests.making import request_for

pytestmark = pytest.mark.django_db


@pytest.fixture
def placed(sandbox: Sandbox, shop: Integration, place: Location) -> list[Json]:
    """Three orders of the store, all shipped here, of which it has to be told."""
    placed = [sandbox.place_order({"TIN-ROUND-S": 2}) for _ in range(3)]
    assert run_flow(shop) is not None
    for number, one in enumerate(placed, 1):
        order = Order.across.get(ext_order_api_id=str(one["internalId"]))
        Order.across.filter(pk=order.pk).update(status="readyForFulfillment")
        order.refresh_from_db()
        request = request_for(order, place, 2, status=RequestStatus.SENT_TO_FULFILLMENT)
        lines = [(request.content["lineItems"][0]["sku"], 2)]
        told = parcel(request.ext_shipment_id, f"P{number}", lines=lines, trackingNumber=[f"1Z{number}"])
        report(shop.source, told)
    drain("telling")
    Delivery.across.filter(state="pending").update(next_at=Now())
    return placed


def tell(sandbox: Sandbox) -> list[str]:
    """Send what is due. Returns the calls that the store got for it."""
    before = len(sandbox.ledger())
    send.send_due()
    assert set(Delivery.across.values_list("state", flat=True)) == {"done"}
    return [f"{one['method']} {one['path'].partition('/1003')[2]}" for one in sandbox.ledger()[before:]]


def there(sandbox: Sandbox, placed: list[Json]) -> list[str]:
    orders = [sandbox.store.orders.get(str(one["internalId"])) for one in placed]
    return [str(one["trackingNumber"]) for one in orders if one is not None]


def test_many_orders_are_read_by_one_call_and_each_is_written_once(
    sandbox: Sandbox, shop: Integration, placed: list[Json]
) -> None:
    calls = tell(sandbox)
    assert [one for one in calls if one.startswith("GET")] == ["GET /orders"]
    assert sorted(one for one in calls if one.startswith("PUT")) == sorted(f"PUT /orders/{one['id']}" for one in placed)
    assert there(sandbox, placed) == ["1Z1", "1Z2", "1Z3"]
    assert Written.objects.count() == 3
    outcome = run_flow(shop)
    assert outcome is not None
    assert (outcome.updated, outcome.unchanged) == (0, 3), "all of it is known again as our own"


def test_an_order_that_search_shows_as_it_was_is_read_by_itself(
    sandbox: Sandbox, shop: Integration, placed: list[Json]
) -> None:
    """A person has entered a number of his own; the search does not show it yet, but we have heard of the change."""
    sandbox.set_fault("index_lag", seconds=600)
    sandbox.store.orders.update(str(placed[1]["internalId"]), {"trackingNumber": "MINE"})
    Order.across.filter(ext_order_api_id=str(placed[1]["internalId"])).update(
        source_updated_at=now() + dt.timedelta(seconds=5)
    )
    Order.across.exclude(ext_order_api_id=str(placed[1]["internalId"])).update(source_updated_at=None)
    calls = tell(sandbox)
    assert [one for one in calls if one.startswith("GET")] == ["GET /orders", f"GET /orders/{placed[1]['id']}"]
    assert there(sandbox, placed) == ["1Z1", "MINE, 1Z2", "1Z3"]


def test_without_an_answer_to_the_search_each_order_is_read_by_itself(
    sandbox: Sandbox, shop: Integration, placed: list[Json]
) -> None:
    sandbox.set_fault("server_error", status="408", times=2)
    calls = tell(sandbox)
    assert calls.count("GET /orders") == 2, "reading is tried once more"
    assert sum(one.startswith("GET /orders/") for one in calls) == 3
    assert there(sandbox, placed) == ["1Z1", "1Z2", "1Z3"]
