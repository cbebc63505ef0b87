"""The story of a new user, on the real stack: web server, workers as processes, the store's own pages, Chromium."""

import re

import pytest
from django.db import connection
from playwright.sync_api import Page, expect

from orders.models import Order
from portal.tenancy.models import Membership
from tests.browser.walk import SOON, Walk, add_ecwid, approve_in_a_new_tab, place_order, row_of, sign_in
from tests.crash.workers import Workers

PASSWORD = "correct horse battery"


@pytest.mark.django_db(transaction=True)
def test_a_new_user_connects_a_store_and_follows_its_first_order_to_ready(
    visitor: Walk, owner: Membership, workers: Workers
) -> None:
    owner.user.set_password(PASSWORD)
    owner.user.save()
    sign_in(visitor, owner.user.email, PASSWORD)
    _home_is_alive(visitor.page)
    add_ecwid(visitor, "Tea shop")
    approve_in_a_new_tab(visitor).close()
    expect(visitor.page.get_by_role("heading", name="Connected")).to_be_visible(timeout=SOON)
    expect(visitor.page.get_by_text("Tea & Tins is connected.")).to_be_visible()
    shop = visitor.page.get_by_role("link", name="Place an order in the sandbox store")
    expect(shop).to_have_attribute("href", visitor.shop)
    page = visitor.menu("Orders")
    expect(page.get_by_text("No orders yet")).to_be_visible()
    number = place_order(visitor, pieces={"Morning Assam, 100 g": 2, "Forest green": 1}, name="Ana Ruiz")
    _arrives_on_hold(page, number)
    row_of(page, number).get_by_role("link", name=number).click()
    _order_page_tells_everything(page, number)
    _opens_its_run(page)
    _becomes_ready_before_ones_eyes(page, number)


def _home_is_alive(page: Page) -> None:
    expect(page.get_by_text("The background work is running.")).to_be_visible(timeout=SOON)
    for title in ("Needs a person", "Waiting", "Orders per hour"):
        expect(page.get_by_role("heading", name=title)).to_be_visible()
    expect(page.get_by_text("Nothing waits for you.")).to_be_visible()


def _arrives_on_hold(page: Page, number: str) -> None:
    """The list that stood open shows the order by itself."""
    expect(row_of(page, number)).to_contain_text("On hold", timeout=SOON)
    expect(row_of(page, number)).to_contain_text("Ana Ruiz")
    expect(row_of(page, number)).to_contain_text("36.20 USD")
    # The numbers of the views are read before the rows: what came in between stands in them the next time.
    expect(page.get_by_role("link", name=re.compile(r"^On hold\s+1$"))).to_be_visible(timeout=SOON)


def _order_page_tells_everything(page: Page, number: str) -> None:
    expect(page.get_by_role("heading", level=1, name=number)).to_be_visible()
    steps = page.get_by_role("region", name="Where it stands")
    expect(steps.get_by_role("listitem")).to_contain_text(
        ["Ordered", "Ingested", "Hold release", "Routed", "Fulfilled"]
    )
    expect(steps.locator("[aria-current=step]")).to_contain_text("Hold release")
    expect(steps.get_by_text("then it is “Ready for fulfillment”")).to_be_visible()
    hold = page.get_by_role("region", name="On hold")
    due = Order.across.get(ext_order_id=number).hold_until
    assert due is not None
    expect(hold).to_contain_text("Placed by Default rule")
    expect(hold).to_contain_text(f"Until {due:%-d %b %Y, %H:%M:%S}")
    activity = page.get_by_role("region", name="Activity")
    expect(activity).to_contain_text("Put on hold by “Default rule”, then “Ready for fulfillment”.")
    expect(activity).to_contain_text("Ingested from Tea shop")
    _shows_its_json(page, number)


def _shows_its_json(page: Page, number: str) -> None:
    page.get_by_role("button", name="View JSON").first.click()
    drawer = page.get_by_role("dialog", name=number)
    expect(drawer).to_contain_text(f'"extOrderId": "{number}"')
    expect(drawer).to_contain_text('"status": "onHold"')
    page.keyboard.press("Escape")
    expect(drawer).to_be_hidden()


def _opens_its_run(page: Page) -> None:
    page.get_by_role("region", name="Rules that ran").get_by_role("link", name="Default rule").click()
    expect(page.get_by_role("heading", level=1, name="Default rule on")).to_be_visible()
    expect(page.get_by_role("region", name="Actions")).to_contain_text("Hold order")
    page.go_back()


def _becomes_ready_before_ones_eyes(page: Page, number: str) -> None:
    """The hold ends by itself; the order page and the list in another tab show it without a reload."""
    page.get_by_role("region", name="On hold").wait_for()
    lists = page.context.new_page()
    lists.goto(f"{page.url.partition('/orders')[0]}/orders")
    expect(row_of(lists, number)).to_contain_text("On hold")
    for tab in (page, lists):
        tab.evaluate("window.untouched = true")
    _let_the_hold_be_due(number)
    lists.bring_to_front()
    expect(row_of(lists, number)).to_contain_text("Ready for fulfillment", timeout=SOON)
    page.bring_to_front()
    expect(page.locator(".page-head")).to_contain_text("Ready for fulfillment", timeout=SOON)
    expect(page.get_by_role("region", name="Activity")).to_contain_text("The hold ended at its time")
    assert [tab.evaluate("window.untouched") for tab in (page, lists)] == [True, True]


def _let_the_hold_be_due(number: str) -> None:
    """Ten minutes pass: the one thing in this story that a person would only wait for."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE orders_hold SET due_at = clock_timestamp() WHERE ended_at IS NULL AND order_id = "
            "(SELECT id FROM orders_order WHERE ext_order_id = %s)",
            [number],
        )
