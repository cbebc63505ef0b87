"""A developer connects a shop of one's own: secrets shown once, a first order sent, a file with a mistake brought."""

import pytest
from playwright.sync_api import expect

from tests.browser.fits import fits_everybody
from tests.browser.walk import Walk
from tests.integrations.custom.conftest import an_order
from tests.portal.api.conftest import Program

pytestmark = pytest.mark.django_db(transaction=True)
HEAD = "id,number,created_at,currency,ship_to_city,lines_id,lines_sku,lines_quantity\n"
ROWS = "1,A1,2026-01-05T10:00:00Z,USD,Reno,l1,TEA-1,2\n2,A2,2026-01-05T10:00:00Z,USD,Reno,l1,TEA-1,0\n"


def test_a_shop_of_ones_own_is_connected_and_brings_orders_by_two_ways(walk: Walk) -> None:
    page = walk.open("/integrations/add/")
    page.get_by_role("link", name="Add Custom store").click()
    page.get_by_role("textbox", name="Name", exact=True).fill("Corner shop")
    page.get_by_role("button", name="Next").click()
    expect(page.get_by_text("The key is made. Copy it now")).to_be_visible()
    key = page.locator(".key-secret code").first.inner_text()
    fits_everybody(page)
    page.get_by_role("link", name="Connection", exact=True).click()
    expect(page.get_by_role("heading", name="Try it")).to_be_visible()
    expect(page.get_by_text(key)).to_have_count(0)

    assert Program(key).post("/store/orders", an_order()).status_code == 200
    page.get_by_role("link", name="Activity", exact=True).click()
    expect(page.locator("#activity")).to_contain_text("1")

    page.get_by_role("link", name="Files", exact=True).click()
    expect(page.get_by_text("No files yet")).to_be_visible()
    page.locator("#file-file").set_input_files(
        {"name": "orders.csv", "mimeType": "text/csv", "buffer": (HEAD + ROWS).encode()}
    )
    page.get_by_role("button", name="Take it in").click()
    expect(page.get_by_role("alert")).to_contain_text("1 row was not taken")
    expect(page.get_by_role("alert")).to_contain_text("lines_quantity")
    fits_everybody(page)
    walk.menu("Orders")
    expect(page.locator("[data-row]").filter(has_text="A1")).to_be_visible()
