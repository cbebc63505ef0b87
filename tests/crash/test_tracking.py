"""A worker that dies while it tells a channel of a parcel: the tracking stands there once all the same."""

from collections.abc import Iterator

import pytest
from django.db.models.functions import Now
from pytest_django import Settings

from integrations import lifecycle
from integrations.connect import with_token
from integrations.connectors.ecwid.sandbox.server import Sandbox, serve
from orders.lifecycle.shipping_request import RequestStatus
from orders.models import Order
from portal.deliveries import send
from portal.deliveries.models import Delivery
from portal.events.dispatch import drain
from portal.tenancy.models import Organization
from tests.crash.dying import die
from tests.factories import make_location
from tests.integrations.conftest import TESTER, point_at, run_flow
from tests.orders.fulfillments.parcels import parcel, report
from tests.orders.requests.making import request_for


@pytest.fixture
def sandbox(settings: Settings) -> Iterator[Sandbox]:
    with serve() as running:
        point_at(settings, running)
        yield running


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("point", "written"), [("deliveries.before_call", 0), ("deliveries.after_call", 1)])
def test_tracking_is_written_once_whenever_the_worker_dies(
    organization: Organization, sandbox: Sandbox, point: str, written: int
) -> None:
    flows = {"orders": "pull", "fulfillments": "push"}
    shop = lifecycle.add(organization, "ecwid", name="Tea shop", flows=flows, by=TESTER)
    shop = with_token(shop, {"store_id": str(sandbox.store.store.id), "token": sandbox.private_token}, by=TESTER)
    sandbox.place_order({"TIN-ROUND-S": 2})
    run_flow(shop)
    Order.across.update(status="readyForFulfillment")
    place = make_location(shop.source)
    request = request_for(Order.across.get(), place, 2, status=RequestStatus.SENT_TO_FULFILLMENT)
    report(shop.source, parcel(request.ext_shipment_id, lines=[("TIN-ROUND-S", 2)], trackingNumber=["T1"]))
    drain("telling")
    die(point, send.send_due)
    assert (_writes(sandbox), Delivery.across.get().uncertain) == (written, True)
    Delivery.across.update(lease_until=Now())
    send.send_due()
    assert (_writes(sandbox), Delivery.across.get().state) == (1, "done")
    assert [one["trackingNumber"] for one in sandbox.parcels()] == ["T1"]


def _writes(sandbox: Sandbox) -> int:
    return sum(one["method"] == "PUT" for one in sandbox.ledger())
