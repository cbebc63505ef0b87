"""The closed loop: an order of the shop goes to the warehouse and its tracking comes back, without a hand."""

from collections.abc import Iterator

import pytest
from django.core.management import call_command
from playwright.sync_api import expect
from pytest_django import Settings

from automations.management.commands.demo import GOES_AT_ONCE
from automations.services import create_rule, set_enabled
from integrations.connectors.ecwid.sandbox.server import Sandbox
from integrations.connectors.shipbob.sandbox.server import Sandbox as House
from integrations.connectors.shipbob.sandbox.server import serve as serve_house
from orders.models import Order
from portal.audit.actor import Actor
from portal.kit.invariants import broken
from portal.tenancy.models import Organization
from tests.browser.walk import Walk, row_of
from tests.crash.workers import Workers, until

LOOP = 60_000
"""Milliseconds for two polls of each side on a machine that has other things to do."""


@pytest.fixture
def house(settings: Settings, sandbox: Sandbox) -> Iterator[House]:
    """A warehouse beside the shop, in which somebody packs by hand."""
    with serve_house() as running:
        settings.CONNECTOR_ENDPOINTS = {**settings.CONNECTOR_ENDPOINTS, "shipbob": {"api": running.url}}
        settings.ALLOWED_PRIVATE_HOSTS = [one.url.removeprefix("http://") for one in (sandbox, running)]
        settings.SANDBOX_URLS = {"ecwid": sandbox.url, "shipbob": running.url}
        yield running


@pytest.fixture
def workers(transactional_db: None, house: House, sandbox: Sandbox) -> Iterator[Workers]:
    """The background work, which may reach both."""
    made = Workers(
        {
            "ECWID_API_URL": sandbox.api_url,
            "SHIPBOB_API_URL": house.url,
            "ALLOWED_PRIVATE_HOSTS": ",".join(one.url.removeprefix("http://") for one in (sandbox, house)),
        }
    )
    made.keep_running()
    yield made
    made.stop()


@pytest.mark.django_db(transaction=True)
def test_an_order_travels_to_the_warehouse_and_its_tracking_back_to_the_shop(
    walk: Walk, organization: Organization, sandbox: Sandbox, house: House, workers: Workers
) -> None:
    small = create_rule(organization, "NEW_ORDER", GOES_AT_ONCE, by=Actor.system())
    set_enabled(small, True, by=Actor.system())
    call_command("connect_sandboxes", "--by-hand", organization=organization.name)
    number = sandbox.place_order({"TEA-MINT-080": 1})["id"]
    page = walk.menu("Orders")
    expect(row_of(page, number)).to_contain_text("Sent to fulfillment", timeout=LOOP)
    row_of(page, number).get_by_role("link", name=number).click()
    expect(page.get_by_role("region", name="Shipping requests")).to_contain_text("has it, and tells what it ships")
    tracking = _pack(walk, house, number)
    walk.open(f"/orders/{Order.across.get(ext_order_id=number).public_id}")
    expect(page.get_by_role("link", name=tracking).first).to_be_visible(timeout=LOOP)
    expect(page.locator("h1 ~ *, .page-title").get_by_text("Fulfilled").first).to_be_visible()
    until(lambda: _in_the_shop(sandbox, number) == tracking, seconds=60, what="The tracking in the shop")
    page.goto(f"{sandbox.url}/orders")
    row = page.get_by_role("row").filter(has_text=number)
    expect(row).to_contain_text(tracking)
    expect(row).to_contain_text("Shipped")
    assert [one["reference_id"] for one in house.orders() if one["order_number"] == number] == [_reference(number)]
    assert broken() == []


def _pack(walk: Walk, house: House, number: str) -> str:
    """Pack an order at the warehouse's bench, as a person there does; returns its tracking number."""
    page = walk.page
    page.goto(house.url)
    page.get_by_role("button", name=f"Pack and ship {number}").click()
    expect(page.get_by_role("button", name=f"Pack and ship {number}")).to_have_count(0)
    found: str = house.order(_reference(number))["shipments"][0]["tracking"]["tracking_number"]
    return found


def _reference(number: str) -> str:
    return f"sr-{Order.across.get(ext_order_id=number).shipping_requests.get().public_id}"


def _in_the_shop(sandbox: Sandbox, number: str) -> str:
    found = sandbox.store.orders.get(number)
    return str((found or {}).get("trackingNumber", ""))
