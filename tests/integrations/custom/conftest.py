"""A shop and a warehouse of one's own, each with a key, and the program that uses it."""

import copy
from collections.abc import Callable
from typing import Any

import pytest

from integrations import lifecycle
from integrations.custom import keys
from integrations.models import Integration
from portal.kit.json import Json
from portal.tenancy.models import Organization
from tests.integrations.conftest import TESTER
from tests.portal.api.conftest import Program

ORDER: Json = {
    "id": "o-1",
    "number": "A-1001",
    "created_at": "2026-01-05T09:59:10Z",
    "updated_at": "2026-01-05T09:59:10Z",
    "currency": "USD",
    "payment_status": "paid",
    "total": "48.20",
    "customer": {"email": "ana@example.com", "name": "Ana Ruiz"},
    "ship_to": {"name": "Ana Ruiz", "address1": "1 Main St", "city": "Reno", "zip": "89501", "country": "us"},
    "shipping_method": "ground",
    "lines": [
        {"id": "l1", "sku": "TEA-1", "name": "Green tea", "quantity": 2, "unit_price": "20.00"},
        {"id": "l2", "sku": "TIN-1", "quantity": 1, "unit_price": "8.20"},
    ],
}


def an_order(name: str = "o-1", **fields: Any) -> Json:
    return {**copy.deepcopy(ORDER), "id": name, "number": f"A-{name}", **fields}


def make(organization: Organization, connector: str, name: str) -> tuple[Integration, keys.Secrets]:
    added = lifecycle.add(organization, connector, name=name, by=TESTER)
    secrets = keys.begin(added, by=TESTER, user=None)
    row = Integration.across.select_related("source", "organization").get(pk=added.pk)
    return row, secrets


@pytest.fixture
def store(organization: Organization) -> tuple[Integration, keys.Secrets]:
    return make(organization, "custom_store", "Corner shop")


@pytest.fixture
def warehouse(organization: Organization) -> tuple[Integration, keys.Secrets]:
    return make(organization, "custom_warehouse", "Barn")


@pytest.fixture
def shop(store: tuple[Integration, keys.Secrets]) -> Program:
    """The program of the shop."""
    return Program(store[1].key)


@pytest.fixture
def barn(warehouse: tuple[Integration, keys.Secrets]) -> Program:
    """The program of the warehouse, which has told its one location."""
    program = Program(warehouse[1].key)
    told = {"id": "w1", "name": "Barn", "address": {"city": "Reno", "country": "US"}}
    assert program.post("/warehouse/locations", told).data == {"id": "w1", "status": "created"}
    return program


@pytest.fixture
def routed(organization: Organization, shop: Program, barn: Program) -> Callable[..., Any]:
    """Return a maker of shipping requests: an order of the shop, with a request of the warehouse."""
    from orders.lifecycle import edits
    from orders.models import Location, Order
    from orders.requests.create import Part, PartLine
    from tests.orders.requests.making import S, fresh, requests_for, stock

    def made(name: str = "o-1", **fields: Any) -> Any:
        assert shop.post("/store/orders", an_order(name, **fields)).status_code == 200
        order = Order.across.get(ext_order_api_id=name)
        place = Location.across.get(name="Barn")
        for sku in ("TEA-1", "TIN-1"):
            stock(place, sku, 10)
        edits.move(order.pk, "ready", by=TESTER)
        lines = [PartLine(line["uniqueId"], line["sku"], line.get("name", ""), line["quantity"])
                 for line in order.content["lineItems"]]  # fmt: skip
        (request,) = requests_for(Order.across.get(pk=order.pk), [Part(place, lines)])
        request = fresh(request)
        assert request.status == S.READY_FOR_FULFILLMENT
        return request

    return made
