"""Exceptions: what shares a cause is cleared with one press; others are assigned, snoozed; an engine rests."""

import re

import pytest
from playwright.sync_api import Page, expect

from orders.exceptions.raise_ import Problem, raise_exceptions
from orders.models import OrderException, Source
from orders.routing.retry import route_due
from portal.deliveries.models import Delivery
from tests.browser.fits import fits_everybody
from tests.browser.walk import Walk
from tests.orders.inventory.stock import stock
from tests.orders.routing.running import card, ready, run, warehouse

pytestmark = pytest.mark.django_db(transaction=True)


LONG = "KITCHEN-STORAGE-TIN-ROUND-1200ML-MATTE-BLACK-WITH-BAMBOO-LID-SET-OF-THREE-2026"
ANSWER = (
    "The other side answered 503: https://erp.example.com/hooks/orders/created/by/switchyard?token=4711 is overloaded"
)


@pytest.fixture
def trouble(source: Source) -> None:
    """Seven orders for which there was no stock; it has come for four of them. And causes of other kinds."""
    reno = warehouse(source)
    card(reno)
    for number in range(1001, 1008):
        line = {"uniqueId": "l1", "sku": LONG, "name": "Tin", "quantity": 2}
        run(ready(source, number, lineItems=[line]))
    stock(reno, LONG, on_hand=8)
    problems = [Problem("record_refused", source.organization_id, "a", "An order could not be read", "No SKU")]
    for number in range(2001, 2007):
        key, label = f"email:{number}", f"#{number}"
        Delivery.across.create(organization=source.organization, kind="email", key=str(number), state="parked")
        told = f"A message about {label} needs a person"
        problems += [Problem("delivery_parked", source.organization_id, key, told, ANSWER, entity_label=label)]
    for number in range(3001, 3004):
        told = f"#{number}: Reno shipped more than it was asked for"
        problems += [
            Problem("shipped_too_much", source.organization_id, str(number), told, "Sent 3 of 2", entity_label=told)
        ]
    raise_exceptions(problems)


def test_one_press_clears_what_shares_a_cause_and_the_rest_is_looked_after(walk: Walk, trouble: None) -> None:
    page = walk.open("/exceptions")
    expect(page.get_by_text("An order could not be read")).to_be_visible()
    fits_everybody(page, "list")
    page.get_by_role("link", name="By cause").click()
    expect(page.get_by_role("row", name=re.compile("is out of stock at Reno"))).to_contain_text("7")
    expect(page.get_by_role("navigation", name="Categories").get_by_role("link")).to_have_count(5)
    fits_everybody(page, "causes")
    page.get_by_role("link", name=re.compile("is out of stock at Reno")).click()
    _look_at_what_would_clear(page)
    page.get_by_role("button", name="Re-run routing for 4").click()
    expect(page.get_by_role("heading", name="4 are being tried")).to_be_visible()
    route_due()
    expect(page.get_by_role("heading", name="Done")).to_be_visible()
    expect(page.get_by_role("heading", name="4 cleared")).to_be_visible()
    fits_everybody(page, "work")
    page.get_by_role("link", name="See what would become of them").click()
    expect(page.get_by_role("heading", name="3 would stay")).to_be_visible()
    expect(page.get_by_text("As things are now, none of them would clear.")).to_be_visible()
    fits_everybody(page, "rest")
    _look_at_other_causes(walk)
    _look_after_the_other(walk)


def _look_at_what_would_clear(page: Page) -> None:
    """Four and three, each with its reason, which names them when it is opened; nothing has been done."""
    expect(page.get_by_role("heading", name="4 would clear")).to_be_visible()
    stay = page.get_by_role("region", name="3 would stay")
    expect(stay.get_by_text(f"There is not enough stock of {LONG}.")).to_be_visible()
    expect(stay.get_by_role("link", name="#1007")).to_be_hidden()
    fits_everybody(page, "cause")
    page.get_by_text(f"There is not enough stock of {LONG}.").click()
    expect(stay.get_by_role("link")).to_have_count(3)
    fits_everybody(page, "cause-opened")
    assert OrderException.across.filter(type="out_of_stock", state="active").count() == 7


def _look_at_other_causes(walk: Walk) -> None:
    """What only the other side knows, and what only a person does."""
    page = walk.open("/exceptions/causes?category=delivery")
    page.get_by_role("link", name=re.compile("The other side answered")).click()
    expect(page.get_by_role("heading", name="6 known only by trying")).to_be_visible()
    expect(page.get_by_role("button", name="Send again for 6")).to_be_visible()
    fits_everybody(page, "cause-asks")
    page = walk.open("/exceptions/causes?category=fulfillment")
    page.locator("[data-row-link]").click()
    expect(page.get_by_role("heading", name="Which they are")).to_be_visible()
    expect(page.get_by_role("link", name=re.compile("Reno shipped more"))).to_have_count(3)
    fits_everybody(page, "cause-persons")


def _look_after_the_other(walk: Walk) -> None:
    page = walk.open("/exceptions")
    page.get_by_role("checkbox", name="Select the rows on this page").check()
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_role("heading", name="3 would stay")).to_be_visible()
    expect(page.get_by_role("heading", name="6 known only by trying")).to_be_visible()
    fits_everybody(page, "ticked")
    page.get_by_role("link", name="Back to the list").click()
    row = page.locator("[data-row]").filter(has_text="An order could not be read")
    row.get_by_role("checkbox").check()
    page.get_by_role("button", name="Assign…").click()
    page.get_by_label("Assign to").select_option(label="Olive Owner")
    page.get_by_role("button", name="Assign (1)").click()
    expect(page.locator("[data-row]").filter(has_text="An order could not be read")).to_contain_text("Olive Owner")
    page.get_by_role("link", name="Assigned to me").click()
    expect(page.locator("[data-row]")).to_have_count(1)
    page.get_by_role("link", name="An order could not be read").click()
    fits_everybody(page, "one")
    page.get_by_role("button", name="Snooze", exact=True).click()
    expect(page.locator(".count-badge").first).to_contain_text("12")
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".count-badge").first).to_contain_text("13")
    assert OrderException.across.get(type="record_refused").snoozed_until is None


def test_an_engine_is_switched_off_with_a_word_before_and_on_again(walk: Walk, source: Source) -> None:
    page = walk.open("/integrations/")
    switch = page.get_by_role("switch", name="Order Routing Engine is on")
    switch.click()
    dialog = page.get_by_role("dialog", name="Switch off Order Routing Engine?")
    expect(dialog).to_contain_text("Orders stay Ready for fulfillment, nothing is routed")
    dialog.get_by_role("button", name="Switch off").click()
    row = page.locator("[data-row=engine-routing]")
    expect(row).to_contain_text("Nothing is routed.")
    fits_everybody(page, "integrations")
    page.get_by_role("button", name="Undo").click()
    expect(row).to_contain_text("Chooses the locations")
    row.get_by_title("Settings").click()
    page.get_by_label("Try orders that could not be routed").fill("6")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("region", name="Activity")).to_contain_text("Changed the settings.")
    fits_everybody(page, "engine")
    walk.open("/settings/notifications")
    page.get_by_role("link", name="Edit Out of stock").click()
    page.get_by_label("Write e-mails").select_option(label="At once")
    page.get_by_label(re.compile("Olive Owner")).check()
    fits_everybody(page, "notification")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("row", name=re.compile("Out of stock"))).to_contain_text("Olive Owner")
    fits_everybody(page, "notifications")
