"""Exceptions: what shares a cause is cleared with one press; others are assigned, snoozed; an engine rests."""

import os
import re
from typing import Literal

import pytest
from playwright.sync_api import Page, expect

from orders.exceptions.raise_ import Problem, raise_exceptions
from orders.models import OrderException, Source
from orders.routing.retry import route_due
from tests.browser.axe import violations
from tests.browser.walk import Walk
from tests.orders.inventory.stock import stock
from tests.orders.routing.running import card, ready, run, warehouse

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def trouble(source: Source) -> None:
    """Three orders for which there was no stock; it has come for two of them. And one that could not be read."""
    reno = warehouse(source)
    card(reno)
    for number in (1001, 1002, 1003):
        run(ready(source, number))
    stock(reno, on_hand=4)
    raise_exceptions([Problem("record_refused", source.organization_id, "a", "An order could not be read", "No SKU")])


def test_one_press_clears_what_shares_a_cause_and_the_rest_is_looked_after(walk: Walk, trouble: None) -> None:
    page = walk.open("/exceptions")
    expect(page.get_by_text("An order could not be read")).to_be_visible()
    _fits_everybody(page, "list")
    page.get_by_role("link", name="By cause").click()
    expect(page.get_by_role("row", name=re.compile("TEA-1 is out of stock at Reno"))).to_contain_text("3")
    _fits_everybody(page, "causes")
    page.get_by_role("link", name="TEA-1 is out of stock at Reno").click()
    expect(page.get_by_text("2 of these would clear.")).to_be_visible()
    expect(page.get_by_text("1 would stay.")).to_be_visible()
    _fits_everybody(page, "cause")
    page.get_by_role("button", name="Re-run routing for all 3").click()
    expect(page.get_by_role("heading", name="Being tried")).to_be_visible()
    route_due()
    expect(page.get_by_role("heading", name="Done")).to_be_visible()
    expect(page.get_by_role("row", name=re.compile("Not cleared"))).to_have_count(1)
    _fits_everybody(page, "work")
    _look_after_the_other(walk)


def _look_after_the_other(walk: Walk) -> None:
    page = walk.open("/exceptions")
    row = page.locator("[data-row]").filter(has_text="An order could not be read")
    row.get_by_role("checkbox").check()
    page.get_by_role("button", name="Assign…").click()
    page.get_by_label("Assign to").select_option(label="Olive Owner")
    page.get_by_role("button", name="Assign (1)").click()
    expect(page.locator("[data-row]").filter(has_text="An order could not be read")).to_contain_text("Olive Owner")
    page.get_by_role("link", name="Assigned to me").click()
    expect(page.locator("[data-row]")).to_have_count(1)
    page.get_by_role("link", name="An order could not be read").click()
    _fits_everybody(page, "one")
    page.get_by_role("button", name="Snooze", exact=True).click()
    expect(page.locator(".count-badge").first).to_contain_text("1")
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".count-badge").first).to_contain_text("2")
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
    _fits_everybody(page, "integrations")
    page.get_by_role("button", name="Undo").click()
    expect(row).to_contain_text("Chooses the locations")
    row.get_by_title("Settings").click()
    page.get_by_label("Try orders that could not be routed").fill("6")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("region", name="Activity")).to_contain_text("Changed the settings.")
    _fits_everybody(page, "engine")
    walk.open("/settings/notifications")
    page.get_by_role("link", name="Edit Out of stock").click()
    page.get_by_label("Write e-mails").select_option(label="At once")
    page.get_by_label(re.compile("Olive Owner")).check()
    _fits_everybody(page, "notification")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("row", name=re.compile("Out of stock"))).to_contain_text("Olive Owner")
    _fits_everybody(page, "notifications")


def _fits_everybody(page: Page, name: str) -> None:
    """Light, dark, and on a telephone."""
    schemes: tuple[Literal["light"], Literal["dark"]] = ("light", "dark")
    before = page.viewport_size
    for scheme in schemes:
        page.emulate_media(color_scheme=scheme)
        page.wait_for_timeout(300)  # colours change in a while, and half-way they are hard to read
        _picture(page, f"{name}-{scheme}")
        assert violations(page) == []
    page.set_viewport_size({"width": 360, "height": 780})
    _picture(page, f"{name}-small")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert violations(page) == []
    page.emulate_media(color_scheme="light")
    if before:
        page.set_viewport_size(before)


def _picture(page: Page, name: str) -> None:
    if folder := os.environ.get("PICTURES"):
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)
