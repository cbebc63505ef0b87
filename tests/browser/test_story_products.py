"""Somebody brings products in by a file, and puts a bundle together by clicking."""

import re

import pytest
from django.test import Client
from playwright.sync_api import Page, ViewportSize, expect
from pytest_django.live_server_helper import LiveServer

from orders.models import Source
from tests.browser.axe import violations_in_both
from tests.factories import make_location
from tests.orders.inventory.stock import stock
from tests.orders.products.making import parts, product, record, report

pytestmark = pytest.mark.django_db(transaction=True)
PHONE: ViewportSize = {"width": 360, "height": 780}
FILE = "SKU;Product;Price;Price currency\nMUG-1;Mug;{price};GBP\nTIN-1;Tin;2.00;GBP\n"


@pytest.fixture
def opened(page: Page, live_server: LiveServer, as_owner: Client, source: Source) -> Page:
    report(source, record(vendor="Leaf Ltd", weight="0.25", weightUnit="kg", upc="4006381333931"))
    stock(make_location(source), "TEA-1", on_hand=12)
    cookie = {"name": "session", "value": as_owner.cookies["session"].value, "url": live_server.url}
    page.context.add_cookies([cookie])  # type: ignore[list-item]
    page.goto(f"{live_server.url}/products")
    return page


def test_from_a_file_to_a_bundle(opened: Page) -> None:
    page = opened
    assert violations_in_both(page) == []
    page.get_by_role("link", name="Import", exact=True).click()
    text = page.get_by_label("Or the text itself")
    text.fill(FILE.format(price="cheap"))
    page.get_by_role("button", name="Look what would happen").click()
    expect(page.get_by_role("row", name=re.compile("^2 Price Must be a number"))).to_be_visible()
    text.fill(FILE.format(price="7.50"))
    page.get_by_role("button", name="Look what would happen").click()
    assert violations_in_both(page) == []
    page.get_by_role("button", name="Set 2 products").click()
    expect(page.get_by_text("2 products are set.")).to_be_visible()

    page.get_by_role("link", name="Add product").click()
    page.get_by_label("SKU", exact=True).first.fill("SET-1")
    page.get_by_label("Name", exact=True).fill("Tea set")
    page.get_by_label("Kind").select_option("bundle")
    page.get_by_role("button", name="Save product").click()
    expect(page.get_by_text("Add at least one component, or choose another kind.").first).to_be_visible()
    rows = page.locator(".part-row")
    rows.first.get_by_label("SKU").press_sequentially("te")
    page.get_by_role("option", name=re.compile("TEA-1")).click()
    rows.first.get_by_label("Quantity").fill("2")
    rows.nth(1).get_by_label("SKU").fill("MUG-1")
    page.get_by_role("button", name="One more component").click()
    expect(rows).to_have_count(3)
    rows.nth(2).get_by_label("SKU").fill("NOWHERE")
    page.get_by_role("button", name="Save product").click()
    expect(page.get_by_text("No product and no stock has the SKU “NOWHERE”.")).to_be_visible()
    assert violations_in_both(page) == []
    rows.nth(2).get_by_label("SKU").fill("")
    page.get_by_role("button", name="Save product").click()
    expect(page.get_by_role("heading", level=1, name="Tea set")).to_be_visible()
    expect(page.get_by_role("row", name="Green tea TEA-1 2 12")).to_be_visible()
    assert parts(product("SET-1")) == [("TEA-1", 2), ("MUG-1", 1)]
    page.get_by_role("link", name="Green tea").click()
    expect(page.get_by_text("12 units can be promised.")).to_be_visible()
    assert violations_in_both(page) == []
    page.set_viewport_size(PHONE)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
