"""An integration with a warehouse of our own making."""

import datetime as dt

import pytest
from django.db.models.functions import Now
from pytest_django import Settings

from integrations import lifecycle
from integrations.manifest import Account
from integrations.models import Integration
from integrations.registry import connectors
from orders.exceptions.clear import close_gone
from orders.models import Location, OrderException, ShippingRequest, Source
from orders.requests.warehouses import Warehouse, warehouses
from portal.deliveries.models import Delivery
from portal.deliveries.send import send_due
from portal.kit.jobs import bells
from portal.tenancy.models import Organization
from tests.factories import make_location
from tests.integrations.conftest import TESTER, reread
from tests.integrations.outbound.house import KEY, House
from tests.orders.requests.making import ready_order, request_for, stock


@pytest.fixture
def house(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> House:
    return registered(settings, monkeypatch)


@pytest.fixture
def warehouse(organization: Organization, house: House) -> Integration:
    """The integration: connected, everything on."""
    added = lifecycle.add(organization, KEY, name="Acme", by=TESTER)
    return connect(added)


@pytest.fixture
def reno(warehouse: Integration) -> Location:
    made = make_location(warehouse.source, name="Acme Reno")
    stock(made, "TEA-1", 10)
    return made


@pytest.fixture
def request_of_two(source: Source, reno: Location) -> ShippingRequest:
    order = ready_order(source, shippingAddress={"city": "Reno", "country": "US"}, shippingCode="GROUND")
    return request_for(order, reno)


@pytest.fixture
def shop(integration: Integration) -> Integration:
    """A shop that is told of fulfillments."""
    lifecycle.save_flows(integration, {"fulfillments": "push"}, by=TESTER)
    return reread(integration)


@pytest.fixture
def place(shop: Integration) -> Location:
    return make_location(shop.source)


def go(*, later: bool = False) -> None:
    """Hear the events and send; `later`: what waits for its next attempt is due."""
    bells.get("events:warehouses")()
    if later:
        waiting = Delivery.across.exclude(state__in=("done", "parked"))
        waiting.update(next_at=Now(), lease_until=Now() - dt.timedelta(seconds=1))
    send_due()


def problems() -> list[str]:
    """Return the types of the exceptions that are active once their causes were looked at."""
    close_gone()
    return list(OrderException.across.filter(state="active").order_by("pk").values_list("type", flat=True))


def connect(integration: Integration) -> Integration:
    return lifecycle.connected(integration, Account("acme", "Acme", "USD"), {"token": "t0ken"}, by=TESTER)


def registered(settings: Settings, patch: pytest.MonkeyPatch) -> House:
    """Make the warehouse's connector known, as long as the patch lasts."""
    made = House()
    patch.setitem(connectors._entries, KEY, made.manifest())
    patch.setitem(warehouses._entries, KEY, Warehouse(sends=True, cancels=True))
    settings.CONNECTOR_ENDPOINTS = {**settings.CONNECTOR_ENDPOINTS, KEY: {"api": "https://house.test"}}
    return made
