"""The components in a real browser: usable without a mouse, readable by everybody, under the strict policy."""

import re

import pytest
from django.test import Client
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from orders.ingest.take import take
from orders.models import Order, Source
from portal.tenancy.models import Membership
from tests.browser.axe import violations, violations_in_both
from tests.browser.pick import choose
from tests.factories import CHANNEL, make_record

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.urls("tests.portal.ui.demo")]


@pytest.fixture
def signed_in(page: Page, live_server: LiveServer, as_owner: Client, owner: Membership) -> Page:
    """The page of a signed-in administrator who may see the style guide."""
    owner.user.is_staff = True
    owner.user.save()
    cookie = as_owner.cookies["session"].value
    page.context.add_cookies([{"name": "session", "value": cookie, "url": live_server.url}])
    return page


@pytest.fixture
def orders(source: Source) -> list[Order]:
    take(source, [make_record(1000 + n, totalPrice=f"{n}.00") for n in range(60)], by=CHANNEL)
    Order.across.filter(ext_order_id="#1003").update(status="onHold")
    return list(Order.across.order_by("pk"))


@pytest.mark.parametrize("width", [1280, 390])
def test_every_component_is_accessible(signed_in: Page, live_server: LiveServer, width: int) -> None:
    signed_in.set_viewport_size({"width": width, "height": 800})
    signed_in.goto(f"{live_server.url}/ui-kit")
    expect(signed_in.locator(".code-editor")).to_have_count(2)
    assert violations_in_both(signed_in) == []
    assert signed_in.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_who_has_chosen_no_theme_gets_that_of_the_machine(signed_in: Page, live_server: LiveServer) -> None:
    signed_in.emulate_media(color_scheme="dark")
    signed_in.goto(f"{live_server.url}/ui-kit")
    expect(signed_in.locator("html")).to_have_attribute("data-bs-theme", "dark")
    signed_in.emulate_media(color_scheme="light")
    expect(signed_in.locator("html")).to_have_attribute("data-bs-theme", "light")


def test_code_is_edited_in_the_editor_and_sent_by_the_form(signed_in: Page, live_server: LiveServer) -> None:
    signed_in.goto(f"{live_server.url}/ui-kit")
    signed_in.locator(".code-editor .cm-content").first.click()
    signed_in.keyboard.press("Control+a")
    signed_in.keyboard.type("return true")
    expect(signed_in.locator("textarea[data-code-editor]").first).to_have_value("return true")
    ground = signed_in.locator(".code-editor .cm-gutters").first.evaluate("gutter => getComputedStyle(gutter).display")
    assert ground == "flex"  # its styles have reached it, although the policy refuses <style>


def test_a_list_is_put_in_order_from_the_keyboard_and_it_is_announced(signed_in: Page, live_server: LiveServer) -> None:
    signed_in.goto(f"{live_server.url}/ui-kit")
    signed_in.locator("[data-handle]").first.focus()
    signed_in.keyboard.press("ArrowDown")
    expect(signed_in.locator("#announcer")).to_have_text("Cancel test orders: position 2 of 3")
    keys = signed_in.locator("[data-item]").evaluate_all("items => items.map(item => item.dataset.item)")
    assert keys == ["b", "a", "c"]
    assert signed_in.evaluate("document.activeElement.closest('[data-item]').dataset.item") == "a"


def test_what_cannot_be_undone_asks_for_the_name(signed_in: Page, live_server: LiveServer) -> None:
    signed_in.goto(f"{live_server.url}/ui-kit")
    signed_in.get_by_role("button", name="Delete integration").click()
    dialog = signed_in.get_by_role("dialog", name="Delete integration")
    expect(dialog.get_by_role("button", name="Delete integration")).to_be_disabled()
    dialog.get_by_label("Type the name to confirm").fill("My store")
    expect(dialog.get_by_role("button", name="Delete integration")).to_be_enabled()
    signed_in.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(signed_in.get_by_role("button", name="Delete integration")).to_be_focused()


def test_keys_open_and_do_nothing_while_typing(signed_in: Page, live_server: LiveServer) -> None:
    signed_in.goto(f"{live_server.url}/demo/")
    signed_in.keyboard.press("?")
    sheet = signed_in.get_by_role("dialog", name="Keys on this page")
    expect(sheet).to_be_visible()
    signed_in.keyboard.press("Escape")
    signed_in.keyboard.press("/")
    signed_in.keyboard.type("?j")
    expect(signed_in.locator("#global-search")).to_have_value("?j")
    expect(sheet).to_be_hidden()


def test_a_filter_is_made_and_changed_in_place_and_back_undoes_it(
    signed_in: Page, live_server: LiveServer, orders: list[Order]
) -> None:
    signed_in.goto(f"{live_server.url}/demo/")
    count = signed_in.locator(".pager-count")
    expect(count).to_have_text("rows 1–50 of 60")
    signed_in.get_by_role("button", name="Status", exact=True).click()
    form = signed_in.locator(".chip-form.show")
    choose(form.get_by_role("combobox", name="Values"), "on h", "On hold")
    signed_in.get_by_role("button", name="Add filter").click()
    expect(count).to_have_text("rows 1–1 of 1")
    expect(signed_in).to_have_url(re.compile(r"\?f=status~is_one_of~onHold$"))
    signed_in.get_by_role("button", name="Status is On hold").click()
    signed_in.get_by_role("combobox", name="Status").select_option("is not one of")
    expect(form).to_contain_text("On hold")
    assert violations(signed_in) == []
    signed_in.get_by_role("button", name="Apply").click()
    expect(count).to_have_text("rows 1–50 of 59")
    signed_in.go_back()
    expect(count).to_have_text("rows 1–1 of 1")
    expect(signed_in.locator(".chip:not(.is-empty)")).to_have_count(1)


def test_a_refresh_keeps_what_is_ticked_and_the_row_in_its_place(
    signed_in: Page, live_server: LiveServer, orders: list[Order]
) -> None:
    signed_in.goto(f"{live_server.url}/demo/?sort=order")
    signed_in.get_by_role("checkbox", name="Select #1020").check()
    row = signed_in.locator("[data-row]", has_text="#1020")
    row.hover()
    before = row.bounding_box()
    Order.across.filter(ext_order_id__in=["#1001", "#1002"]).delete()
    Order.across.filter(ext_order_id="#1020").update(status="archived", updated_at="2030-01-01T00:00Z")
    signed_in.evaluate("document.getElementById('list-body').dispatchEvent(new CustomEvent('refresh'))")
    expect(row).to_contain_text("Archived")
    expect(signed_in.get_by_role("checkbox", name="Select #1020")).to_be_checked()
    expect(signed_in.locator("[data-bulk-count]")).to_have_text("1 selected")
    after = row.bounding_box()
    assert before is not None
    assert after is not None
    assert abs(before["y"] - after["y"]) < 2


def test_a_refresh_leaves_the_focus_on_a_columns_heading(
    signed_in: Page, live_server: LiveServer, orders: list[Order]
) -> None:
    signed_in.goto(f"{live_server.url}/demo/?sort=order")
    heading = signed_in.get_by_role("columnheader", name="Status").get_by_role("link")
    heading.focus()
    Order.across.filter(ext_order_id="#1001").update(status="archived", updated_at="2030-01-01T00:00Z")
    signed_in.evaluate("document.getElementById('list-body').dispatchEvent(new CustomEvent('refresh'))")
    expect(signed_in.locator("[data-row]", has_text="#1001")).to_contain_text("Archived")
    expect(heading).to_be_focused()


def test_ticks_reach_a_range_and_all_that_match(signed_in: Page, live_server: LiveServer, orders: list[Order]) -> None:
    signed_in.goto(f"{live_server.url}/demo/?sort=order")
    said = signed_in.locator("[data-bulk-count]")
    signed_in.get_by_role("checkbox", name="Select #1002").click()
    signed_in.get_by_role("checkbox", name="Select #1006").click(modifiers=["Shift"])
    expect(said).to_have_text("5 selected")
    signed_in.get_by_role("checkbox", name="Select the rows on this page").click()
    signed_in.get_by_role("button", name="Select all 60 matching").click()
    expect(said).to_have_text("60 selected")
    signed_in.get_by_role("button", name="Select none").click()
    expect(signed_in.locator("[data-bulk]")).to_be_hidden()


REFUSED = "() => { navigator.clipboard.writeText = () => Promise.reject(new DOMException('', 'NotAllowedError')) }"


def test_what_is_copied_is_copied_or_it_is_said(signed_in: Page, live_server: LiveServer, orders: list[Order]) -> None:
    page = signed_in
    page.goto(f"{live_server.url}/orders/{orders[0].public_id}")
    copy, search = page.get_by_role("button", name="Copy order number"), page.get_by_role("searchbox").first
    page.evaluate(REFUSED)  # as for a page that has not the focus
    copy.click()
    expect(page.locator("#announcer")).to_have_text("Copied")
    search.focus()
    page.keyboard.press("ControlOrMeta+v")
    expect(search).to_have_value(orders[0].ext_order_id)
    page.evaluate("() => { document.execCommand = () => false }")
    copy.click()
    expect(page.locator(".toast-card.tone-red")).to_contain_text("did not let it be copied")
