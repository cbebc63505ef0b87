"""Shipping requests by hand: canceled from their order, with many orders, handed over and marked as sent."""

import re

import pytest
from playwright.sync_api import Page, expect

from orders.lifecycle.shipping_request import RequestStatus
from orders.models import Location, Order, ShippingRequest, Source
from orders.requests.create import Part, PartLine
from orders.requests.move import move
from portal.audit.actor import Actor
from tests.browser.axe import violations
from tests.browser.fits import fits_everybody
from tests.browser.walk import Walk
from tests.factories import make_location
from tests.orders.requests.making import fresh, level, ready_order, requests_for, stock

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def reno(source: Source) -> Location:
    made = make_location(source, name="Reno warehouse")
    stock(made, "TEA-1", 10)
    return made


@pytest.fixture
def order(source: Source, reno: Location) -> Order:
    """An order that goes out in two parts."""
    made = ready_order(source)
    requests_for(made, [Part(reno, [PartLine("l1", "TEA-1", "Green tea", 1)]) for _ in range(2)])
    return made


def test_a_person_cancels_one_request_and_hands_the_other_over(walk: Walk, order: Order, reno: Location) -> None:
    page = walk.open(f"/orders/{order.public_id}")
    _cancel_the_second_from_the_order(page)
    expect(page.get_by_text("#1001.2 is canceled")).to_be_visible()
    cards = page.get_by_role("region", name="Shipping requests").get_by_role("listitem")
    expect(cards.filter(has_text="#1001.2").first).to_contain_text("Canceled, restocked")
    assert level(reno) == (10, 1, 0)
    walk.menu("Shipping requests")
    row = page.locator("[data-row]").filter(has=page.locator(".row-link", has_text=re.compile("^#1001$")))
    expect(row).to_contain_text("Ready for fulfillment")
    assert violations(page) == []
    row.locator(".row-link").click()
    _mark_it_as_sent(page)
    sent = fresh(ShippingRequest.across.get(ext_shipment_id="#1001"))
    assert (sent.status, sent.ext_reference_id) == ("sentToFulfillment", "WO-5123")
    fits_everybody(page)


def test_many_orders_are_canceled_and_what_they_had_leaves_the_shelf(
    walk: Walk, order: Order, source: Source, reno: Location
) -> None:
    other = ready_order(source, 1002)
    (sent,) = requests_for(other, [Part(reno, [PartLine("l1", "TEA-1", "Green tea", 2)])])
    move([sent.pk], RequestStatus.SENT_TO_FULFILLMENT, Actor.system())
    page = walk.open("/orders")
    page.get_by_label("Select the rows on this page").check()
    page.get_by_role("button", name="Cancel order").click()
    expect(page.get_by_text("2 shipping requests end with that.")).to_be_visible()
    expect(page.get_by_role("listitem").filter(has_text="1 × Reno warehouse")).to_be_visible()
    fits_everybody(page)
    page.get_by_label("Restock items").uncheck()
    page.get_by_role("button", name="Cancel order (2)").click()
    expect(page.locator(".toast-card", has_text="Cancel order: 2 done")).to_be_visible()
    assert (level(reno), fresh(sent).status) == ((8, 2, 0), "sentToFulfillment")


def _cancel_the_second_from_the_order(page: Page) -> None:
    page.get_by_role("button", name="Cancel #1001.2").click()
    dialog = page.get_by_role("dialog", name="Cancel #1001.2")
    expect(dialog).to_contain_text("Reno warehouse does not know of it yet, so nobody needs to be told.")
    expect(dialog.get_by_label("Restock items")).to_be_checked()
    assert violations(page) == []
    dialog.get_by_label("Why").fill("One tin is enough")
    dialog.get_by_role("button", name="Cancel request").click()


def _mark_it_as_sent(page: Page) -> None:
    expect(page.get_by_role("heading", level=1, name="#1001")).to_be_visible()
    page.get_by_role("button", name="Mark as sent…").click()
    page.get_by_label("Reference of the warehouse").fill("WO-5123")
    page.get_by_role("button", name="Mark as sent", exact=True).click()
    expect(page.locator(".page-head")).to_contain_text("Sent to fulfillment")
    expect(page.get_by_role("region", name="Activity")).to_contain_text("Handed to Reno warehouse by hand.")
    page.get_by_role("button", name="Cancel request…").click()
    expect(page.get_by_role("dialog", name=re.compile("^Cancel"))).to_contain_text("is not told: cancel it there too")
    page.keyboard.press("Escape")
