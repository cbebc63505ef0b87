"""The search box in the browser: from any page, exactly that first, and each row says why it is there."""

import os

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from orders.models import Source
from tests.browser.axe import violations, violations_in_both
from tests.browser.walk import Walk
from tests.factories import ingest, make_record

pytestmark = pytest.mark.django_db(transaction=True)
PHONE: ViewportSize = {"width": 390, "height": 780}


@pytest.fixture
def orders(source: Source) -> None:
    strauss = {"firstName": "Strauß", "lastName": "Okafor", "country": "GB"}
    lines = [{"uniqueId": "a", "sku": "CUP-4", "quantity": 1}]
    ingest(
        source,
        make_record(10),
        make_record(101, billingAddress=strauss, email="bo@example.com"),
        make_record(102, lineItems=lines),
    )


def test_each_row_says_what_matched(page: Page, walk: Walk, orders: None) -> None:
    walk.open("/")
    page.keyboard.press("/")
    page.keyboard.type("strauss")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="#101")).to_be_visible()  # the only one: straight there
    walk.open("/orders?q=10")
    expect(page.get_by_text("1 order with exactly this number")).to_be_visible()
    expect(page.locator(".list-row")).to_have_count(1)
    page.get_by_role("link", name="Show all that begin with it").click()
    expect(page.get_by_text("3 orders begin with it")).to_be_visible()
    box = page.get_by_label("Search in Orders")
    box.fill("cup")
    box.press("Enter")
    expect(page.locator(".list-row .row-match")).to_have_text(["SKU CUP-4"])
    expect(page.get_by_text("No exact match; 1 order begins with it")).to_be_visible()
    if shots := os.environ.get("SHOTS"):
        page.screenshot(path=f"{shots}/search.png")
    assert violations_in_both(page) == []


def test_on_a_phone_the_match_stands_in_its_row(page: Page, walk: Walk, orders: None) -> None:
    page.set_viewport_size(PHONE)
    walk.open("/orders?q=okafor")
    match = page.locator(".list-row .row-match")
    expect(match).to_have_text(["Billing name Strauß Okafor"])
    box = match.bounding_box()
    assert box is not None
    assert box["x"] + box["width"] <= PHONE["width"]
    if shots := os.environ.get("SHOTS"):
        page.screenshot(path=f"{shots}/search-phone.png")
    assert violations(page) == []
