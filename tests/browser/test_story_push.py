"""A person connects the books, pushes an order to them, and reads on the order's page what they call it."""

import pytest
from playwright.sync_api import expect

from integrations.models import Integration
from orders.models import Source
from tests.browser.fits import fits_everybody
from tests.browser.walk import Walk
from tests.factories import make_order
from tests.portal.api.conftest import Program

pytestmark = pytest.mark.django_db(transaction=True)


def test_an_order_is_pushed_and_its_number_there_stands_on_its_page(walk: Walk, source: Source) -> None:
    order = make_order(source)
    page = walk.open(f"/orders/{order.public_id}/push")
    expect(page.get_by_text("No system takes orders yet")).to_be_visible()
    fits_everybody(page)
    page.get_by_role("link", name="Add integration").click()
    page.get_by_role("link", name="Add Custom system").click()
    page.get_by_role("textbox", name="Name", exact=True).fill("Books")
    page.get_by_role("button", name="Next").click()
    program = Program(page.locator(".key-secret code").first.inner_text())
    fits_everybody(page)
    walk.open(f"/orders/{order.public_id}")
    page.get_by_role("button", name="More").click()
    page.get_by_role("link", name="Push…").click()
    expect(page.get_by_role("checkbox", name="Books")).to_be_checked()
    fits_everybody(page)
    page.get_by_role("button", name="Push", exact=True).click()
    card = page.get_by_role("region", name="Other systems")
    expect(card).to_contain_text("On its way to Books")
    expect(card).to_contain_text("Submitted")
    (row,) = program.get("/system/orders").data["rows"]
    expect(card).to_contain_text("Processing")
    answer = {"status": "accepted", "external_id": "4711", "url": "https://erp.example.com/4711"}
    assert program.post(f"/system/orders/{row['id']}/answer", answer).status_code == 200
    expect(card.get_by_role("link", name="In Books as 4711")).to_be_visible()
    expect(page.get_by_role("region", name="Activity")).to_contain_text("Took it as 4711.")
    fits_everybody(page)
    walk.open(f"/integrations/{Integration.across.get(connector='custom_system').public_id}/")
    page.get_by_label("Which orders are pushed").select_option("Every order, when it is released")
    fits_everybody(page)
