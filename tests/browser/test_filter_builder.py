"""Building filters by clicking, on Orders and in a rule: nested, counted, applied, shared; and on a phone."""

import re

import pytest
from playwright.sync_api import Route, expect

from tests.browser.axe import violations, violations_in_both
from tests.browser.builder import (
    act,
    apply,
    condition,
    drawn,
    group_in,
    node,
    number,
    opened,
    pick,
    three,
    told,
)  # fmt: skip
from tests.browser.walk import Walk, add_action, row_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("filtered_orders")]

# The list reads itself afresh, as it does every few seconds, and says when that is over.
REFRESHED = """() => {
  document.addEventListener("htmx:afterSettle", () => console.log("refreshed"), { once: true });
  document.getElementById("list-body").dispatchEvent(new CustomEvent("refresh"));
}"""


def test_one_begins_at_the_field_of_an_empty_filter_and_escape_leads_back(walk: Walk) -> None:
    page = walk.page
    opened(walk)
    expect(node(page, "0").get_by_role("combobox", name="Field", exact=True)).to_be_focused()
    page.get_by_role("button", name="Close", exact=True).first.click()
    expect(page.get_by_role("link", name="Advanced filter")).to_be_focused()
    opened(walk, "?f=totalPrice~gt~20")
    expect(page.get_by_role("combobox", name="How the conditions are joined")).to_be_focused()


def test_a_nested_filter_is_built_counted_applied_reloaded_and_shared(walk: Walk) -> None:
    page = walk.page
    root = opened(walk)
    expect(number(page)).to_have_text("4")
    condition(page, root, "Total", "is greater than", "50")
    expect(told(page)).to_have_text("When total is over 50")
    expect(number(page)).to_have_text("3")
    either = group_in(page, root, "Any")
    condition(page, either, "Tags", "contains any of", "vip", "gold")
    condition(page, either, "Shipping country", "equals", "France")
    expect(told(page)).to_have_text(
        "When total is over 50 and (any tag is “vip” or “gold” or shipping country is “FR”)"
    )
    expect(number(page)).to_have_text("2")
    apply(page)
    expect(page.locator("[data-row]")).to_have_count(2)
    expect(page.get_by_role("link", name="Advanced filter")).to_be_focused()
    for _ in ("applied", "reloaded"):
        expect(row_of(page, "#2")).to_be_visible()
        expect(row_of(page, "#4")).to_be_visible()
        expect(page.locator("[data-row]")).to_have_count(2)
        page.reload()
    shared = walk.page.context.new_page()
    shared.goto(page.url + "#advanced-filter")
    expect(shared.locator("#filter-told")).to_contain_text("any tag is “vip” or “gold”")
    expect(shared.locator("[data-node=condition]")).to_have_count(3)
    shared.close()


def test_the_focus_waits_for_the_filtered_list_while_the_old_one_refreshes(walk: Walk) -> None:
    page = walk.page
    condition(page, opened(walk), "Total", "is greater than", "50")
    expect(number(page)).to_have_text("3")
    held: list[Route] = []
    page.route(re.compile(r"/orders\?f="), lambda route: held.append(route))
    with page.expect_request(re.compile(r"/orders\?f=")):
        apply(page)
    with page.expect_event("console", lambda said: said.text == "refreshed"):
        page.evaluate(REFRESHED)
    held[0].continue_()
    expect(page.locator("[data-row]")).to_have_count(3)
    expect(page.get_by_role("link", name="Advanced filter")).to_be_focused()


def test_who_opened_the_filter_by_its_chip_is_led_back_to_the_chip(walk: Walk) -> None:
    page = walk.page
    either = group_in(page, opened(walk), "Any")
    condition(page, either, "Tags", "contains any of", "vip", "gold")
    condition(page, either, "Shipping country", "equals", "France")
    expect(number(page)).to_have_text("3")
    apply(page)
    expect(page.locator("[data-row]")).to_have_count(3)
    page.locator("a.chip-open").click()
    expect(number(page)).to_have_text("3")
    page.get_by_role("combobox", name="Operator").first.select_option(label="contains none of")
    expect(number(page)).not_to_have_text("3")
    apply(page)
    expect(page.locator("[data-row]")).not_to_have_count(3)
    expect(page.locator("a.chip-open")).to_be_focused()


def test_a_filtered_list_that_does_not_come_leaves_the_focus_to_the_next(walk: Walk) -> None:
    page = walk.page
    condition(page, opened(walk), "Total", "is greater than", "50")
    expect(number(page)).to_have_text("3")
    page.route(re.compile(r"/orders\?f="), lambda route: route.fulfill(status=204), times=1)  # nothing is swapped
    with page.expect_response(re.compile(r"/orders\?f=")):
        apply(page)
    page.evaluate(
        "document.body.dispatchEvent(new CustomEvent('request:failed', { bubbles: true }))"
    )  # as errors.js says it
    heading = page.get_by_role("columnheader", name="Total").get_by_role("link")
    heading.click()
    expect(page).to_have_url(re.compile("sort="))
    expect(page.get_by_role("link", name="Advanced filter")).not_to_be_focused()


def test_one_line_is_not_several_and_lines_are_counted(walk: Walk) -> None:
    page = walk.page
    root = opened(walk)
    line = group_in(page, root, "All", "on some one line")
    condition(page, line, "Line SKU", "equals", "TEA-1")
    condition(page, line, "Line quantity", "is greater than", "5")
    expect(told(page)).to_contain_text("and on some line (SKU is “TEA-1” and quantity is over 5)")
    expect(number(page)).to_have_text("1")
    with drawn(page):
        line.get_by_role("combobox", name="Line items").first.select_option(label="in the whole order")
    expect(number(page)).to_have_text("2")
    with drawn(page):
        page.get_by_role("button", name="Clear", exact=True).click()
    expect(told(page)).to_have_text("Always: there is no condition yet.")
    with drawn(page):
        root.get_by_role("button", name="Number of lines").click()
    expect(page.get_by_role("combobox", name="What is measured")).to_be_focused()
    with drawn(page):
        page.get_by_role("combobox", name="What is measured").select_option(label="Sum of")
    with drawn(page):
        pick(node(page, "0").get_by_role("combobox", name="Field", exact=True), "Line quantity")
    node(page, "0").get_by_role("textbox", name="Value").fill("10")
    where = node(page, "0.0")
    condition(page, where, "Line SKU", "contains", "CUP")
    expect(told(page)).to_contain_text("the sum of quantity over the lines where SKU contains “CUP” is at least 10")
    expect(number(page)).to_have_text("0")
    node(page, "0").get_by_role("textbox", name="Value").first.fill("9")
    expect(number(page)).to_have_text("1")
    apply(page)
    expect(row_of(page, "#3")).to_be_visible()


def test_a_field_is_compared_with_another_and_turned_into_its_opposite(walk: Walk) -> None:
    page = walk.page
    root = opened(walk)
    row = condition(page, root, "Shipping city", "equals", "Reno")
    with drawn(page):
        row.get_by_role("button", name="Compare with another field").click()
    with drawn(page):
        pick(node(page, "0").get_by_role("combobox", name="Other field"), "Billing city")
    expect(told(page)).to_have_text("When shipping city is the same as billing city")
    expect(number(page)).to_have_text("1")
    act(page, "0", "Turn into its opposite")
    expect(told(page)).to_have_text("When not (shipping city is the same as billing city)")
    expect(number(page)).to_have_text("3")
    with drawn(page):
        node(page, "0.0").get_by_role("button", name="Compare with another field").click()
    expect(node(page, "0.0").get_by_role("combobox", name="Value")).to_have_value("Reno")


def test_what_is_wrong_stands_at_its_condition_and_nothing_is_applied(walk: Walk) -> None:
    page = walk.page
    root = opened(walk, "?q=ana")
    condition(page, root, "Total", "is greater than", "50")
    condition(page, root, "Placed", "is in the last", "many")
    page.get_by_role("button", name="Apply", exact=True).click()
    expect(page.get_by_role("alert").get_by_text("Put what is marked right")).to_be_visible()
    wrong = node(page, "1")
    expect(wrong.get_by_text("This operator takes a span of time.")).to_be_visible()
    box = wrong.get_by_label("How many")
    expect(box).to_have_attribute("aria-invalid", "true")
    expect(box).to_be_focused()
    box.fill("3")
    expect(wrong.get_by_text("This operator takes a span of time.")).to_be_hidden()
    apply(page)
    expect(page).to_have_url(re.compile(r"f=totalPrice~gt~50&f=extOrderCreatedAt~in_last~3~days&q=ana"))


def test_one_record_tells_what_kept_it_out(walk: Walk) -> None:
    page = walk.page
    root = opened(walk)
    condition(page, root, "Total", "is greater than", "50")
    condition(page, root, "Tags", "contains any of", "vip")
    page.get_by_text("Check one record").click()
    page.get_by_role("textbox", name="Number or ID").fill("#3")
    page.keyboard.press("Enter")
    lines = page.locator(".why-line")
    expect(lines.filter(has_text="total is over 50")).to_contain_text("saw 65.00")
    expect(lines.filter(has_text="any tag is “vip”")).to_contain_text("this kept it out")


def test_a_filter_is_built_on_a_phone_and_nothing_overflows(walk: Walk) -> None:
    page = walk.page
    page.set_viewport_size({"width": 360, "height": 740})
    root = opened(walk)
    condition(page, root, "Total", "is greater than", "50")
    inner = group_in(page, root, "Any", "on some one line")
    condition(page, inner, "Line SKU", "equals", "TEA-1")
    act(page, "1.0", "Move out of the group")
    wide = (
        "[...document.querySelectorAll('.filter-scroll, html')].filter(e => e.scrollWidth > e.clientWidth + 1).length"
    )
    assert page.evaluate(wide) == 0
    assert violations(page) == []
    with drawn(page):
        node(page, "1").get_by_role("button", name="Remove group").click()
    apply(page)
    expect(row_of(page, "#2")).to_be_visible()


def test_the_builder_hides_nothing_from_those_who_read_by_machine(walk: Walk) -> None:
    page = walk.page
    root = opened(walk)
    condition(page, root, "Total", "is greater than", "x")
    three(page, root)
    with drawn(page):
        root.get_by_role("button", name="Number of lines").last.click()
    node(page, "0").get_by_role("button", name="More").click()
    assert violations_in_both(page) == []


def test_rules_have_the_same_builder_with_undo_moves_and_the_number_of_orders(walk: Walk) -> None:
    page = walk.open("/automations/new/NEW_ORDER/")
    page.get_by_role("textbox", name="Name", exact=True).fill("Big tea")
    root = page.locator(".filter-group.is-root")
    condition(page, root, "Total", "is greater than", "50")
    expect(number(page)).to_have_text("3")
    inner = group_in(page, root, "All", "on some one line")
    condition(page, inner, "Line quantity", "is greater than", "5")
    expect(page.locator("#rule-told")).to_contain_text("when total is over 50 and on some line quantity is over 5")
    expect(number(page)).to_have_text("2")
    act(page, "0", "Move into the group beside")
    expect(node(page, "0.0").get_by_text("The group is bound to one line")).to_be_visible()
    with drawn(page):
        page.keyboard.press("Control+z")
    page.get_by_role("combobox", name="Which orders are counted").select_option(label="of all orders")
    expect(number(page)).to_have_text("2")
    add_action(page, "Archive order")
    expect(page.locator(".action-row")).to_have_count(1)
    with drawn(page):
        page.get_by_role("button", name="Undo", exact=True).click()
    expect(page.locator(".action-row")).to_have_count(0)
    expect(page.get_by_role("combobox", name="Which orders are counted")).to_have_value("")
    with drawn(page):
        page.get_by_role("button", name="Redo", exact=True).click()
    expect(page.locator(".action-row")).to_have_count(1)
    page.get_by_role("button", name="Save rule").click()
    expect(page.locator("#rule-cards .rule-card", has_text="Big tea")).to_contain_text(
        "when total is over 50 and on some line quantity is over 5"
    )
