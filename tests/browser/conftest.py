"""A real Chromium: the one that `make test` has found, started as it runs best without a screen."""

import os
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Page
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from automations.services import ensure_defaults
from integrations import lifecycle
from integrations.connect import with_token
from integrations.connectors.ecwid.sandbox.server import Sandbox, serve
from integrations.models import Integration
from orders.models import Source
from portal.audit.actor import Actor
from portal.tenancy.models import Membership, Organization
from tests.browser.walk import SOON, Walk
from tests.crash.workers import Workers
from tests.factories import make_order
from tests.integrations.conftest import point_at
from tools import browser

FLAGS = [
    *browser.FLAGS,
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


def pytest_configure() -> None:
    # Playwright's own event loop runs in this thread, and Django would take the test for asynchronous code.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "yes"


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    return {"executable_path": browser.path(), "args": FLAGS}


@pytest.fixture
def browser_context_args() -> dict[str, Any]:
    # Nothing moves for somebody who asked for that: what moves is painted anew some sixty times a second.
    seen = {"viewport": {"width": 1280, "height": 800}, "reduced_motion": "reduce"}
    return seen | {"locale": "en-GB", "timezone_id": "Europe/London"}


@pytest.fixture(autouse=True)
def no_complaints(page: Page) -> Iterator[None]:
    """Fail the test when a tab's scripts throw, or when the browser refuses something by the CSP."""
    complaints: list[str] = []
    page.context.on(
        "weberror", lambda error: complaints.append(f"{error.page and error.page.url}: {error.error.stack}")
    )
    page.context.on("console", lambda line: complaints.append(line.text) if line.type == "error" else None)
    yield
    assert [line for line in complaints if "status of 4" not in line] == []


@pytest.fixture
def sandbox(settings: Settings) -> Iterator[Sandbox]:
    """A store to connect, with its own pages, that this portal knows as an app."""
    with serve() as running:
        point_at(settings, running)
        settings.SANDBOX_URL = running.url
        settings.SANDBOX_URLS = {"ecwid": running.url}
        yield running


@pytest.fixture
def workers(transactional_db: None, sandbox: Sandbox) -> Iterator[Workers]:
    """The background work, as processes of its own."""
    made = Workers(
        {
            "ECWID_API_URL": sandbox.api_url,
            "ECWID_OAUTH_URL": sandbox.oauth_url,
            "ECWID_CLIENT_ID": sandbox.client_id,
            "ECWID_CLIENT_SECRET": sandbox.client_secret,
            "ALLOWED_PRIVATE_HOSTS": sandbox.url.removeprefix("http://"),
        }
    )
    made.keep_running()
    yield made
    made.stop()


@pytest.fixture
def visitor(page: Page, live_server: LiveServer, sandbox: Sandbox, organization: Organization) -> Walk:
    """Somebody who is not signed in yet, of an organization with its default rule."""
    ensure_defaults(organization)
    page.context.set_default_timeout(SOON)
    return Walk(page, live_server.url, sandbox.url)


@pytest.fixture
def walk(visitor: Walk, as_owner: Client, owner: Membership) -> Walk:
    """The administrator, signed in, in a tab that has not opened a page yet."""
    cookie = as_owner.cookies["session"].value
    visitor.page.context.add_cookies([{"name": "session", "value": cookie, "url": visitor.portal}])
    return visitor


@pytest.fixture
def connected(organization: Organization, sandbox: Sandbox) -> Integration:
    """The store, connected already and pulling its orders."""
    tester = Actor.system("test")
    added = lifecycle.add(organization, "ecwid", name="Tea shop", flows={"orders": "pull"}, by=tester)
    return with_token(added, {"store_id": str(sandbox.store.store.id), "token": sandbox.private_token}, by=tester)


@pytest.fixture
def filtered_orders(source: Source) -> None:
    """Four orders: big and small, one with much tea on one line."""
    many = [{"uniqueId": "l1", "sku": "TEA-1", "name": "Tea", "quantity": 9, "itemPrice": "20"}]
    apart = [
        {"uniqueId": "l1", "sku": "TEA-1", "name": "Tea", "quantity": 1, "itemPrice": "20"},
        {"uniqueId": "l2", "sku": "CUP-3", "name": "Cup", "quantity": 9, "itemPrice": "5"},
    ]
    make_order(source, 1, totalPrice="10.00", tags=["vip"])
    make_order(source, 2, totalPrice="180.00", tags=["vip"], lineItems=many)
    make_order(
        source, 3, totalPrice="65.00", tags=["rush"], lineItems=apart, billingAddress={"country": "US", "city": "Reno"}
    )
    make_order(source, 4, totalPrice="250.00", tags=[], shippingAddress={"city": "Lyon", "country": "FR"})
