"""Two filter builders in one form: each is edited, counted, undone and told by itself."""

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.axe import violations
from tests.browser.builder import drawn, pick
from tests.browser.walk import Walk

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("filtered_orders"),
    pytest.mark.urls("tests.browser.several"),
]


def builder(page: Page, label: str) -> Locator:
    return page.get_by_role("group", name=label, exact=True)


def over(where: Locator, amount: str) -> None:
    with drawn(where):
        where.get_by_role("button", name="Condition", exact=True).click()
    with drawn(where):
        pick(where.get_by_role("combobox", name="Field", exact=True), "Total")
    with drawn(where):
        where.get_by_role("combobox", name="Operator").select_option(label="is greater than")
    where.get_by_role("textbox", name="Value").fill(amount)


def told(where: Locator) -> Locator:
    return where.locator(".filter-told")


def number(where: Locator) -> Locator:
    return where.locator(".filter-number")


def test_two_builders_on_a_page_do_not_meddle_with_each_other(walk: Walk) -> None:
    page = walk.open("/several")
    first, second = builder(page, "Which orders"), builder(page, "Until when")
    over(second, "200")
    expect(told(second)).to_have_text("When total is over 200")
    expect(number(second)).to_have_text("1")
    over(first, "50")
    expect(told(first)).to_have_text("When total is over 50")
    expect(number(first)).to_have_text("3")
    expect(told(second)).to_have_text("When total is over 200")
    expect(number(second)).to_have_text("1")
    assert violations(page) == []
    handle = second.locator("[data-filter-handle]")
    handle.focus()
    page.keyboard.press("Delete")
    expect(told(second)).to_have_text("Always: there is no condition yet.")
    expect(told(first)).to_have_text("When total is over 50")
    second.get_by_role("button", name="Undo").click()
    expect(told(second)).to_have_text("When total is over 200")
    expect(second.get_by_role("textbox", name="Value")).to_have_value("200")
    expect(first.get_by_role("textbox", name="Value")).to_have_value("50")


def test_what_is_wrong_is_marked_in_its_own_builder(walk: Walk) -> None:
    page = walk.open("/several")
    first, second = builder(page, "Which orders"), builder(page, "Until when")
    over(first, "50")
    over(second, "much")
    second.get_by_role("textbox", name="Value").press("Tab")
    expect(second.get_by_text("The value is not a number.")).to_be_visible()
    expect(second.get_by_role("textbox", name="Value")).to_have_attribute("aria-invalid", "true")
    expect(first.get_by_text("The value is not a number.")).to_have_count(0)
    expect(first.get_by_role("textbox", name="Value")).not_to_have_attribute("aria-invalid", "true")
