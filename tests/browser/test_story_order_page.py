"""The order's page as the one place: two people edit, a request by hand, a copy, the order as it was."""

import re

import pytest
from playwright.sync_api import Page, expect

from orders.lifecycle import edits
from orders.models import Location, Order, ShippingRequest, Source
from portal.audit.actor import Actor
from tests.browser.fits import fits_a_phone, fits_everybody
from tests.browser.walk import Walk
from tests.factories import make_location
from tests.orders.requests.making import level, ready_order, stock

pytestmark = pytest.mark.django_db(transaction=True)
ANN = Actor("user", "1", "Ann")


@pytest.fixture
def reno(source: Source) -> Location:
    made = make_location(source, name="Reno warehouse")
    Location.across.filter(pk=made.pk).update(ships_by_hand=True)
    stock(made, "TEA-1", 10)
    return made


@pytest.fixture
def order(source: Source) -> Order:
    return ready_order(source)


def test_everything_about_an_order_is_settled_on_its_page(walk: Walk, order: Order, reno: Location) -> None:
    page = walk.open(f"/orders/{order.public_id}")
    _two_people_edit(page, order)
    _asks_a_location_by_hand(page)
    assert level(reno) == (10, 3, 0)
    assert ShippingRequest.across.get(order=order).unit_count == 3
    _looks_at_it_as_it_was(page)
    _makes_a_copy_and_deletes_it(page)
    assert Order.across.get(ext_order_id="#1001-copy").deleted_at is None


def _two_people_edit(page: Page, order: Order) -> None:
    page.get_by_role("button", name="Edit").first.click()
    drawer = page.get_by_role("dialog", name="Edit #1001")
    tea = drawer.get_by_role("group", name="Green tea")
    tea.get_by_label("Quantity").fill("3")
    drawer.get_by_role("group", name="Ship to").get_by_role("textbox", name="City").fill("Lyon")
    drawer.get_by_label("Gift note").fill("Mine")
    edits.set_fields(order.pk, {"giftNote": "Theirs", "shippingAddress.city": "Sparks"}, by=ANN)
    drawer.get_by_role("button", name="Save changes").click()
    expect(drawer.get_by_role("alert")).to_contain_text("#1001 was changed by Ann while you edited it.")
    row = drawer.get_by_role("row", name="Shipping address › city")
    expect(row).to_contain_text("Ann")
    expect(row.locator("del, ins")).to_have_text(["Reno", "Sparks"])
    expect(tea.get_by_label("Quantity")).to_have_value("3")
    drawer.get_by_role("radio", name="Use theirs: “Sparks”").check()
    fits_a_phone(page)
    drawer.get_by_role("button", name="Save changes").click()
    expect(drawer).to_be_hidden()
    told = Order.across.get(pk=order.pk).content
    assert (told["giftNote"], told["shippingAddress"]["city"], told["lineItems"][0]["quantity"]) == (
        "Mine",
        "Sparks",
        3,
    )
    expect(page.get_by_role("region", name="Money")).to_contain_text("Lines as they are now")


def _asks_a_location_by_hand(page: Page) -> None:
    page.get_by_role("link", name="New shipping request").click()
    page.get_by_label("Ship from").select_option(label="Reno warehouse")
    expect(page.get_by_role("row", name="Green tea").get_by_role("cell", name="10", exact=True)).to_be_visible()
    units = page.get_by_label("Units of Green tea")
    expect(units).to_have_value("3")
    units.fill("4")
    page.get_by_role("button", name="Make shipping request").click()
    expect(page.get_by_role("alert")).to_contain_text("More is asked for than is open.")
    expect(page.get_by_role("row", name="Green tea")).to_contain_text("3 are open.")
    fits_a_phone(page)
    _keeps_a_wide_table_in_its_place(page)
    units.fill("3")
    page.get_by_role("button", name="Make shipping request").click()
    expect(page.locator(".toast-card", has_text="Shipping request #1001 was made")).to_be_visible()
    expect(page.get_by_role("region", name="Shipping requests")).to_contain_text("Reno warehouse")


def _keeps_a_wide_table_in_its_place(page: Page) -> None:
    """With the labels in its cells that are only read out, which would stick out of it."""
    page.evaluate("document.querySelector('.wide-table > table').style.minWidth = '2000px'")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def _looks_at_it_as_it_was(page: Page) -> None:
    page.get_by_role("link", name="As it was then").last.click()
    expect(page.get_by_role("heading", name="As it was from")).to_be_visible()
    expect(page.get_by_role("region", name="Customer")).to_contain_text("different now")
    fits_everybody(page)
    page.get_by_role("slider", name="Moment").press("ArrowRight")
    expect(page).to_have_url(re.compile(r"\?at=2$"))
    page.get_by_role("link", name="Show as it is now").click()


def _makes_a_copy_and_deletes_it(page: Page) -> None:
    page.get_by_role("button", name="More").click()
    page.get_by_role("button", name="Clone").click()
    question = page.get_by_role("alertdialog").or_(page.get_by_role("dialog")).filter(has_text="Clone: #1001")
    expect(question).to_contain_text("Payments, dates, the IDs and the link of Tea shop")
    question.get_by_role("button", name="Clone").click()
    expect(page.get_by_role("heading", level=1, name="#1001-copy")).to_be_visible()
    expect(page.get_by_role("region", name="Activity")).to_contain_text("A copy of #1001.")
    page.get_by_role("button", name="More").click()
    page.get_by_role("button", name="Delete").click()
    page.get_by_role("button", name="Delete", exact=True).last.click()
    page.locator(".toast-card", has_text="#1001-copy: deleted").get_by_role("button", name="Undo").click()
    expect(page.get_by_role("heading", level=1, name="#1001-copy")).to_be_visible()
