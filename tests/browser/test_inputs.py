"""The inputs of conditions in a real browser: by keyboard, on a phone, for people who cannot see them."""

import re

import pytest
from django.core.cache import cache
from django.test import Client
from playwright.sync_api import Locator, Page, expect
from pytest_django.live_server_helper import LiveServer

from orders.models import Order, Source
from portal.tenancy.models import Membership
from tests.browser.axe import violations_in_both
from tests.browser.pick import choose, open_list
from tests.factories import ingest, make_record

pytestmark = pytest.mark.django_db(transaction=True)
TEA = {"uniqueId": "l1", "sku": "TEA-1", "name": "Grüner Tee", "quantity": 2, "itemPrice": "20.00"}
MUG = {"uniqueId": "l1", "sku": "MUG-7", "name": "Blue mug", "quantity": 1, "itemPrice": "9.00"}


@pytest.fixture
def orders(source: Source) -> list[Order]:
    cache.clear()
    ingest(
        source,
        make_record(1001, tags=["VIP", "gift"], lineItems=[TEA]),
        make_record(1002, tags=["vip"], lineItems=[MUG], shippingAddress={"city": "Graz", "country": "AT"}),
        make_record(1003, tags=[], lineItems=[MUG]),
    )
    return list(Order.across.order_by("pk"))


@pytest.fixture
def signed_in(page: Page, live_server: LiveServer, as_owner: Client, owner: Membership) -> Page:
    owner.user.is_staff = True
    owner.user.save()
    cookie = as_owner.cookies["session"].value
    page.context.add_cookies([{"name": "session", "value": cookie, "url": live_server.url}])
    return page


@pytest.fixture
def listed(signed_in: Page, live_server: LiveServer, orders: list[Order]) -> Page:
    """The list of orders."""
    signed_in.goto(f"{live_server.url}/orders")
    return signed_in


@pytest.fixture
def guide(signed_in: Page, live_server: LiveServer, orders: list[Order]) -> Page:
    """The style guide, which has an input of each kind."""
    signed_in.goto(f"{live_server.url}/ui-kit")
    return signed_in


def chip(page: Page, name: str) -> Locator:
    """Open a chip's form by keyboard and return it."""
    button = page.locator(".chips").get_by_role("button", name=name, exact=True)
    button.focus()
    page.keyboard.press("Enter")
    form = page.locator(".dropdown-menu.show form")
    expect(form).to_be_visible()
    return form


def chip_with(page: Page, url: str) -> Locator:
    """Open the list with one condition, and the form of its chip."""
    page.goto(url)
    page.locator('.chip-open[hx-get*="form=0"]').click()
    form = page.locator(".dropdown-menu.show form")
    expect(form).to_be_visible()
    return form


def test_a_field_is_found_by_words_in_any_order_and_by_its_group(guide: Page) -> None:
    field = guide.get_by_role("combobox", name="Field", exact=True).first
    choose(field, "city bill", "Billing city")
    expect(field).to_have_value("Billing city")
    assert guide.locator("select[name='f.0.field']").input_value() == "billingAddress.city"
    field.press_sequentially("line items")  # what is chosen is selected: typing replaces it
    expect(open_list(guide).get_by_role("group", name="Line items")).to_be_visible()
    expect(open_list(guide).get_by_role("option", name="Line SKU")).to_be_visible()
    expect(field).to_have_attribute("aria-expanded", "true")
    guide.keyboard.press("Escape")
    expect(open_list(guide)).to_have_count(0)
    guide.keyboard.press("Tab")
    expect(field).to_have_value("Billing city")  # what was only looked for is not chosen


def test_two_statuses_are_chosen_by_typing(listed: Page) -> None:
    form = chip(listed, "Status")
    values = form.get_by_role("combobox", name="Values")
    expect(values).to_be_focused()
    listed.keyboard.type("hold")
    listed.keyboard.press("Enter")
    listed.keyboard.type("review")
    listed.keyboard.press("Enter")
    expect(form.get_by_role("list", name="Chosen").get_by_role("listitem")).to_have_text(["On hold", "Review required"])
    listed.keyboard.press("Escape")  # closes the list, not the form
    expect(form).to_be_visible()
    listed.keyboard.press("Enter")
    expect(listed).to_have_url(re.compile(r"f=status~is_one_of~onHold~reviewRequired"))


def test_a_tag_is_suggested_another_is_written_and_a_list_is_pasted(listed: Page) -> None:
    form = chip(listed, "Tags")
    values = form.get_by_role("combobox", name="Values")
    choose(values, "v", "vip")
    listed.keyboard.type("brand new,")
    values.evaluate(
        "one => { const data = new DataTransfer(); data.setData('text', 'a, b\\nc'); "
        "one.dispatchEvent(new ClipboardEvent('paste', {clipboardData: data, bubbles: true, cancelable: true})); }"
    )
    tokens = form.get_by_role("list", name="Chosen").get_by_role("listitem")
    expect(tokens).to_have_text(["vip", "brand new", "a, b", "c"])
    listed.keyboard.press("Backspace")
    form.get_by_role("button", name="Remove a, b").click()
    expect(tokens).to_have_text(["vip", "brand new"])
    listed.keyboard.press("Enter")
    expect(listed).to_have_url(re.compile(r"f=tags~contains_any~vip~brand(\+|%20)new"))
    expect(listed.locator("[data-row]")).to_have_count(2)


def test_suggested_tags_say_how_many_orders_have_them(listed: Page) -> None:
    values = chip(listed, "Tags").get_by_role("combobox", name="Values")
    values.click()
    expect(open_list(listed).get_by_role("option")).to_have_text(["VIP 2", "gift 1"], ignore_case=True)


def test_a_country_is_found_by_its_name(listed: Page, live_server: LiveServer) -> None:
    form = chip_with(listed, f"{live_server.url}/orders?f=shippingAddress.country~is_one_of~US")
    expect(form.get_by_role("listitem")).to_have_text(["United States"])
    choose(form.get_by_role("combobox", name="Values"), "austr", "Austria")
    listed.keyboard.press("Escape")
    listed.keyboard.press("Enter")
    expect(listed).to_have_url(re.compile(r"f=shippingAddress.country~is_one_of~US~AT"))


def test_a_sku_is_looked_up_by_the_name_of_the_goods(listed: Page, live_server: LiveServer) -> None:
    form = chip_with(listed, f"{live_server.url}/orders?f=lineItems.sku~equals~x")
    value = form.get_by_role("combobox", name="Value", exact=True)
    value.fill("")
    choose(value, "gruner", "TEA-1")
    expect(value).to_have_value("TEA-1")
    listed.keyboard.press("Enter")
    expect(listed).to_have_url(re.compile(r"f=lineItems.sku~equals~TEA-1"))
    expect(listed.locator("[data-row]")).to_have_count(1)


def test_a_short_cut_fills_operator_and_value_and_stays_relative(listed: Page) -> None:
    chip(listed, "Placed").get_by_role("button", name="Last 30 days").press("Enter")
    expect(listed).to_have_url(re.compile(r"f=extOrderCreatedAt~in_last~30~days"))
    listed.locator('.chip-open[hx-get*="form=0"]').click()
    form = listed.locator(".dropdown-menu.show form")
    expect(form.get_by_role("button", name="Last 30 days")).to_have_attribute("aria-pressed", "true")
    form.get_by_role("button", name="This month").click()
    expect(listed).to_have_url(re.compile(r"f=extOrderCreatedAt~between~\d{4}-\d\d-01~\d{4}-\d\d-\d\d"))


def test_a_day_may_have_a_time_and_names_its_zone(listed: Page, live_server: LiveServer) -> None:
    form = chip_with(listed, f"{live_server.url}/orders?f=createdAt~after~2026-01-05")
    expect(form.locator(".pick-zone")).to_have_text("UTC")
    expect(form.locator(".pick-date")).to_be_visible()  # the plain control stands there until the script has come
    form.get_by_role("textbox", name="Date", exact=True).fill("2026-01-06")
    form.get_by_role("textbox", name="Date: Time, or empty for the whole day").fill("10:10")
    form.get_by_role("button", name="Apply").click()
    expect(listed).to_have_url(re.compile(r"f=createdAt~after~2026-01-06T10(%3A|:)10"))


def test_days_of_the_week_have_short_cuts(listed: Page, live_server: LiveServer) -> None:
    form = chip_with(listed, f"{live_server.url}/orders?f=createdAt~on_weekday~monday")
    form.get_by_role("button", name="Weekend").click()
    form.get_by_role("button", name="Apply").click()
    expect(listed).to_have_url(re.compile(r"f=createdAt~on_weekday~saturday~sunday"))


def test_an_amount_stands_beside_its_currency(listed: Page) -> None:
    form = chip(listed, "Total")
    expect(form).to_contain_text("USD")
    assert form.get_by_role("textbox", name="Value").get_attribute("inputmode") == "decimal"


def test_an_input_that_comes_later_leaves_the_focus_where_it_is(listed: Page) -> None:
    typed = listed.get_by_role("searchbox", name="Search in Orders")
    typed.focus()
    listed.evaluate(
        """() => {
          const place = document.createElement("div");
          place.innerHTML = '<input data-picker="text">'; // with no id, as some have
          document.getElementById("content").append(place);
          document.body.dispatchEvent(new CustomEvent("htmx:load", { detail: { elt: place } }));
        }"""
    )
    expect(listed.locator("#content .picker > input")).to_have_count(1)
    expect(typed).to_be_focused()


@pytest.mark.parametrize("width", [1280, 390])
def test_open_pickers_are_accessible_and_fit(guide: Page, width: int) -> None:
    guide.set_viewport_size({"width": width, "height": 800})
    guide.reload()
    guide.get_by_role("combobox", name="Field", exact=True).first.click()
    expect(open_list(guide).get_by_role("option").first).to_be_visible()
    assert violations_in_both(guide) == []
    guide.locator("#v-f-5-value-shown").click()
    expect(open_list(guide)).to_be_visible()
    box = open_list(guide).bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= width
    assert violations_in_both(guide) == []
    assert guide.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_custom_field_is_asked_for_by_a_name_that_is_suggested(listed: Page, source: Source) -> None:
    wrapped = [{"name": "Gift wrap", "value": "red"}]
    ingest(source, make_record(1004, customFields=wrapped), make_record(1005))
    listed.get_by_role("button", name="Filter", exact=True).click()
    listed.get_by_role("searchbox", name="Find a field").fill("custom field")
    listed.get_by_role("link", name="Custom field", exact=True).click()
    form = listed.locator(".dropdown-menu.show form")
    named = form.get_by_role("combobox", name="Name of the field")
    expect(named).to_be_focused()
    choose(named, "wrap", "Gift wrap")
    form.get_by_role("textbox", name="Value", exact=True).fill("RED")
    listed.keyboard.press("Enter")
    expect(listed.locator('.chip-open[hx-get*="form=0"]')).to_have_text("Custom field “Gift wrap” contains “RED”")
    expect(listed.locator("[data-row]")).to_have_count(1)


def condition(page: Page, typed: str) -> Locator:
    """Choose the field of the builder's last condition, which is empty, by typing and Enter."""
    mine = page.locator(".filter-condition").last
    field = mine.locator("input[role=combobox]").first  # the native list is replaced by it once the scripts run
    field.focus()
    page.keyboard.type(typed)
    # Enter takes what is marked: not before the list has come down to what was typed.
    expect(open_list(page).locator("[aria-selected=true]")).to_contain_text(re.compile(typed, re.IGNORECASE))
    page.keyboard.press("Enter")
    return mine


@pytest.fixture
def builder(signed_in: Page, live_server: LiveServer, source: Source, orders: list[Order]) -> Page:
    """The advanced filter with one empty condition."""
    ingest(source, make_record(1004, customFields=[{"name": "Gift wrap", "value": "red"}]))
    signed_in.goto(f"{live_server.url}/filters/orders")
    if not signed_in.locator(".filter-condition").count():
        signed_in.get_by_role("button", name="Condition", exact=True).last.click()
    expect(signed_in.locator(".filter-condition")).to_have_count(1)
    return signed_in


def test_a_short_cut_fills_a_condition_of_the_builder(builder: Page) -> None:
    mine = condition(builder, "placed")
    mine.get_by_role("button", name="This month").click()
    expect(mine.get_by_role("combobox", name="Operator")).to_have_value("between")
    expect(mine.get_by_role("textbox", name="From", exact=True)).to_have_value(re.compile(r"\d{4}-\d\d-01"))
    expect(mine.get_by_role("button", name="This month")).to_have_attribute("aria-pressed", "true")


def test_the_builder_asks_for_the_name_of_a_custom_field(builder: Page) -> None:
    mine = condition(builder, "custom field")
    named = mine.get_by_role("combobox", name="Name of the field")
    expect(named).to_be_focused()
    choose(named, "wrap", "Gift wrap")
    expect(builder.locator("select[name='f.0.field']")).to_have_value('customFields["Gift wrap"]')
    expect(builder.locator("[data-filter]")).to_contain_text("custom field “Gift wrap”")
    value = mine.get_by_role("combobox", name="Value", exact=True)
    choose(value, "r", "red")
    expect(builder.locator("[data-filter]")).to_contain_text("custom field “Gift wrap” contains “red”")
