"""An integration with a warehouse of our own making."""

import pytest
from pytest_django import Settings

from integrations import lifecycle
from integrations.manifest import Account
from integrations.models import Integration
from integrations.registry import connectors
from orders.requests.warehouses import Warehouse, warehouses
from portal.tenancy.models import Organization
from tests.integrations.conftest import TESTER
from tests.integrations.outbound.house import KEY, House


@pytest.fixture
def house(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> House:
    return registered(settings, monkeypatch)


@pytest.fixture
def warehouse(organization: Organization, house: House) -> Integration:
    """The integration: connected, everything on."""
    added = lifecycle.add(organization, KEY, name="Acme", by=TESTER)
    return connect(added)


def connect(integration: Integration) -> Integration:
    return lifecycle.connected(integration, Account("acme", "Acme", "USD"), {"token": "t0ken"}, by=TESTER)


def registered(settings: Settings, patch: pytest.MonkeyPatch) -> House:
    """Make the warehouse's connector known, as long as the patch lasts."""
    made = House()
    patch.setitem(connectors._entries, KEY, made.manifest())
    patch.setitem(warehouses._entries, KEY, Warehouse(sends=True, cancels=True))
    settings.CONNECTOR_ENDPOINTS = {**settings.CONNECTOR_ENDPOINTS, KEY: {"api": "https://house.test"}}
    return made
