"""The story of routing an order: it fails for want of stock, is tried, is routed again, and says why it went there."""

import pytest
from playwright.sync_api import expect

from orders.models import Source
from tests.browser.fits import fits_everybody
from tests.browser.walk import Walk
from tests.orders.inventory.stock import stock
from tests.orders.routing.running import card, ready, warehouse

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_person_sees_why_an_order_is_not_routed_mends_it_and_routes_again(walk: Walk, source: Source) -> None:
    reno, leeds = warehouse(source), warehouse(source, "Leeds", paused=True)
    card(reno, leeds)
    stock(reno, on_hand=1)
    order = ready(source)
    page = walk.open(f"/orders/{order.public_id}")
    routing = page.get_by_role("region", name="Routing", exact=True)
    expect(routing).to_contain_text("Routing has not looked at this order yet.")
    routing.get_by_role("button", name="Re-run routing").click()
    expect(page.locator("#order-notice")).to_contain_text("There is not enough stock of TEA-1.")
    expect(routing).to_contain_text("Could not be routed")
    expect(page.get_by_role("heading", name="#1001: TEA-1 is out of stock at Reno")).to_be_visible()
    routing.get_by_role("link", name="Try routing").click()
    expect(page.get_by_role("region", name="1. All orders")).to_contain_text("It has 1 of 2 units of TEA-1.")
    expect(page.get_by_role("region", name="1. All orders")).to_contain_text("The location is paused.")
    fits_everybody(page)
    stock(reno, on_hand=4)
    page.reload()
    expect(page.get_by_role("region", name="Decision")).to_contain_text("Ships from Reno")
    page.get_by_role("button", name="Re-run routing").click()
    expect(routing).to_contain_text("Ships from Reno, by the card “All orders”.")
    expect(page.get_by_role("link", name="#1001", exact=True)).to_be_visible()
    expect(page.get_by_role("heading", name="#1001: TEA-1 is out of stock at Reno")).to_be_hidden()
    routing.get_by_role("link", name="Each card and location").click()
    expect(page.get_by_role("region", name="1. All orders")).to_contain_text("The order is filled from Reno.")
    page.get_by_role("link", name="Routing", exact=True).last.click()
    expect(page.get_by_role("listitem").filter(has_text="asked for by hand")).to_have_count(2)
    fits_everybody(page)
