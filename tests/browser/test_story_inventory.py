"""Somebody brings a stocktaking in, corrects one figure, locks the record, and looks at the totals."""

import re

import pytest
from django.test import Client
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from orders.models import InventoryLevel, Source
from tests.browser.axe import violations
from tests.factories import make_location

pytestmark = pytest.mark.django_db(transaction=True)
NO_LANGUAGE = "Object.defineProperty(Navigator.prototype, 'language', {get: () => 'en-US@posix'})"
"""What Chromium says of itself under LANG=C."""
COUNTED = "SKU;Location;On hand\nTEA-1;Warehouse;120\nCUP-3;Warehouse;{cups}\n"


@pytest.fixture
def opened(page: Page, live_server: LiveServer, as_owner: Client, source: Source) -> Page:
    make_location(source)
    cookie = {"name": "session", "value": as_owner.cookies["session"].value, "url": live_server.url}
    page.context.add_cookies([cookie])  # type: ignore[list-item]
    page.goto(f"{live_server.url}/inventory")
    return page


def test_a_stocktaking_from_the_file_to_the_totals(opened: Page) -> None:
    page = opened
    page.get_by_role("main").get_by_role("link", name="Import stock").click()
    text = page.get_by_label("Or the text itself")
    text.fill(COUNTED.format(cups="many"))
    page.get_by_role("button", name="Look what would happen").click()
    expect(page.get_by_role("row", name="3 On hand “many” is no number of units.")).to_be_visible()
    assert violations(page) == []
    text.fill(COUNTED.format(cups="8"))
    page.get_by_role("button", name="Look what would happen").click()
    page.get_by_role("button", name="Set 2 records").click()
    expect(page.get_by_text("2 records are set.")).to_be_visible()
    assert violations(page) == []

    page.get_by_role("link", name="TEA-1", exact=True).click()
    page.locator("#figures-on_hand").fill("118")
    page.get_by_label("Why").fill("Two tins are broken")
    page.get_by_role("button", name="Save figures").click()
    first = page.locator("#ledger tbody tr").first
    expect(first).to_contain_text("Two tins are broken")
    expect(first).to_contain_text("On hand -2")
    expect(page.locator("[data-chart] canvas")).to_be_visible()
    page.add_init_script(NO_LANGUAGE)
    page.reload()
    expect(page.locator("[data-chart] canvas")).to_be_visible()

    page.get_by_label("Set the figures by hand").check()
    page.locator("#lock-on_hand").fill("100")
    assert violations(page) == []
    page.get_by_role("button", name="Lock record").click()
    expect(page.get_by_role("heading", name="Locked")).to_be_visible()
    assert InventoryLevel.across.get(sku="TEA-1").on_hand == 100
    page.get_by_label("Go back to the figures before it was locked").check()
    page.get_by_role("button", name="Unlock record").click()
    expect(page.get_by_text("118 available of 118 on hand.")).to_be_visible()

    page.get_by_role("link", name="Inventory").last.click()
    page.get_by_role("link", name="Group by SKU").click()
    expect(page.locator("[data-row]").filter(has_text="TEA-1")).to_contain_text("118")
    assert violations(page) == []
    page.get_by_role("link", name="CUP-3").click()
    expect(page).to_have_url(re.compile(r"/inventory\?f=sku"))
    expect(page.locator("[data-row]")).to_have_count(1)
