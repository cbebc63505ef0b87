"""A worker that dies around the call that tells a number: the channel shows the right one, and was told it once."""

import threading
from collections.abc import Iterator

import pytest
from django.db import connections
from django.db.models.functions import Now
from pytest_django import Settings

from integrations import lifecycle
from integrations.connect import with_token
from integrations.connectors.ecwid.sandbox.server import Sandbox, serve
from integrations.models import Integration, StockNumber
from integrations.outbound.stock import LEASE, tell_due
from orders.models import Location
from portal.events.dispatch import drain
from portal.tenancy.models import Organization
from tests.crash.dying import die
from tests.factories import make_location
from tests.integrations.conftest import TESTER, point_at, run_flow
from tests.integrations.outbound.stock import make_due, publish, settle
from tests.orders.inventory.stock import stock

SKUS = ("CUP-SET-2", "INFUSER-STEEL", "SCOOP-BAMBOO", "POT-GLASS-10")


@pytest.fixture
def sandbox(settings: Settings) -> Iterator[Sandbox]:
    with serve() as running:
        point_at(settings, running)
        yield running


@pytest.fixture
def warehouse(transactional_db: None, organization: Organization, sandbox: Sandbox) -> Location:
    """Ten of each SKU lie there, and the shop knows of them."""
    added = lifecycle.add(
        organization, "ecwid", name="Tea shop", flows={"orders": "pull", "inventory": "push"}, by=TESTER
    )
    token = {"store_id": str(sandbox.store.store.id), "token": sandbox.private_token}
    shop: Integration = with_token(added, token, by=TESTER)
    place = make_location(shop.source)
    for product in sandbox.store.shelf.all():
        if product["sku"] in SKUS:
            publish(shop, product["sku"], str(product["id"]))
            stock(place, product["sku"], on_hand=10)
    settle()
    return place


def shelf(sandbox: Sandbox) -> dict[str, int]:
    return {one["sku"]: one["quantity"] for one in sandbox.store.shelf.all() if one["sku"] in SKUS}


def told(sandbox: Sandbox) -> int:
    return sum(call["method"] == "PUT" and call["status"] == 200 for call in sandbox.ledger())


@pytest.mark.parametrize(("point", "arrived"), [("stock.before_call", False), ("stock.after_call", True)])
def test_a_number_is_told_once_whatever_step_the_worker_dies_at(
    warehouse: Location, sandbox: Sandbox, point: str, *, arrived: bool
) -> None:
    before = told(sandbox)
    stock(warehouse, SKUS[0], on_hand=-4)
    settle_events_only()
    die(point, tell_due)
    assert (shelf(sandbox)[SKUS[0]], told(sandbox)) == ((6, before + 1) if arrived else (10, before))
    sandbox.place_order({SKUS[0]: 1})  # while nobody knows: the difference is not ours alone
    StockNumber.across.filter(state="running").update(lease_until=Now() - LEASE)
    tell_due()
    assert StockNumber.across.get(sku=SKUS[0]).looked == (5 if arrived else 9)
    run_flow(Integration.across.get())
    settle()
    assert (shelf(sandbox)[SKUS[0]], told(sandbox)) == (5, before + 1)


def settle_events_only() -> None:
    drain("stock")
    make_due()


def test_two_workers_at_once_tell_each_number_once(warehouse: Location, sandbox: Sandbox) -> None:
    before = told(sandbox)
    for sku in SKUS:
        stock(warehouse, sku, on_hand=5)
    settle_events_only()

    def work() -> None:
        tell_due(seconds=5)
        connections.close_all()

    both = [threading.Thread(target=work) for _ in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join()
    settle()
    assert (set(shelf(sandbox).values()), told(sandbox)) == ({15}, before + len(SKUS))
