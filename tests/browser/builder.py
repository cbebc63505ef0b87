"""What people do in the filter builder, wherever it stands: each function is one thing they would say they did."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from playwright.sync_api import Locator, Page, expect

if TYPE_CHECKING:
    from tests.browser.walk import Walk


@contextmanager
def drawn(page: Page | Locator) -> Iterator[None]:
    """Wait until the conditions are there afresh, after what was just changed: those of one builder, if it is given."""
    page.locator("[data-filter-body]").first.evaluate("body => { body.dataset.old = 'yes' }")
    yield
    fresh = "[data-filter-body]:not([data-old], .htmx-added, .htmx-settling, .htmx-added *, .htmx-settling *)"
    expect(page.locator(fresh).first).to_be_attached()


def node(page: Page, path: str) -> Locator:
    """Return the condition or group at a path."""
    return page.locator(f'[data-node][data-path="{path}"]')


def conditions(page: Page, group: Locator) -> Locator:
    """Return the conditions directly in a group."""
    path = group.get_attribute("data-path")
    return page.locator(f'.filter-items[data-path="{path}"] > .filter-condition')


def pick(box: Locator, label: str) -> None:
    """Find something by typing and take it."""
    box.fill(label)
    box.page.get_by_role("option", name=re.compile(rf"^{re.escape(label)}(\s|$)")).first.click()


def condition(page: Page, group: Locator, field: str, operator: str, *values: str) -> Locator:
    """Fill in a condition of a group: the empty one at its end, or one more."""
    mine = conditions(page, group)
    if not mine.count() or mine.last.get_by_role("combobox", name="Field", exact=True).input_value():
        with drawn(page):
            group.get_by_role("button", name="Condition", exact=True).last.click()
    with drawn(page):
        pick(mine.last.get_by_role("combobox", name="Field", exact=True), field)
    with drawn(page):
        mine.last.get_by_role("combobox", name="Operator").select_option(label=operator)
    for value in values:
        fill(mine.last, value)
    return mine.last


def fill(row: Locator, value: str) -> None:
    """Give a condition a value, as its input takes one."""
    place = row.locator(".filter-value")
    given = place.get_by_role("combobox", name=re.compile("^(Values?|Country)$")).or_(
        place.get_by_role("textbox", name=re.compile("^(Values?|How many)$"))
    )
    given.first.click()
    given.first.fill(value)
    option = row.page.get_by_role("option", name=value, exact=True)
    if place.locator("select[hidden], [data-picker=country]").count():
        option.or_(row.page.get_by_role("option", name=re.compile(rf"^{re.escape(value)}\s"))).first.click()
    elif place.locator("[data-picker=many]").count():
        given.first.press("Enter")


def group_in(page: Page, group: Locator, match: str, lines: str = "") -> Locator:
    """Add a group to a group and choose how its conditions are joined, and to which lines it is bound."""
    path = group.get_attribute("data-path")
    with drawn(page):
        group.get_by_role("button", name="Group", exact=True).last.click()
    added = page.locator(f'.filter-items[data-path="{path}"] > .filter-group').last
    added.get_by_role("combobox", name="How the conditions are joined").first.select_option(label=match)
    if lines:
        with drawn(page):
            added.get_by_role("combobox", name="Line items").first.select_option(label=lines)
    return added


def act(page: Page, path: str, label: str) -> None:
    """Choose something from the menu of the node at a path."""
    node(page, path).locator("[data-filter-menu]").first.click()
    with drawn(page):
        page.get_by_role("menuitem", name=label).click()


def told(page: Page) -> Locator:
    """Return the sentence above the conditions."""
    return page.locator("#filter-told")


def number(page: Page) -> Locator:
    """Return the count beside the sentence."""
    return page.locator("#filter-count .filter-number")


def opened(walk: "Walk", query: str = "") -> Locator:
    """Open *Advanced filter* above the list of orders; returns the outermost group."""
    page = walk.open(f"/orders{query}")
    page.get_by_role("link", name="Advanced filter").click()
    expect(page.get_by_role("dialog", name="Advanced filter")).to_be_visible()
    root = page.locator(".filter-group.is-root")
    expect(root).to_be_visible()
    return root


def apply(page: Page) -> None:
    """Go back to the list with the filter."""
    page.get_by_role("button", name="Apply", exact=True).click()
    expect(page.get_by_role("dialog", name="Advanced filter")).to_be_hidden()


def order_of(page: Page, group: Locator) -> list[str]:
    """Return the values of a group's conditions from top to bottom."""
    return [one.input_value() for one in conditions(page, group).locator(".filter-value input").all()]


def three(page: Page, root: Locator) -> Locator:
    """Three conditions, the last two of them in a group; returns the group."""
    condition(page, root, "E-mail", "contains", "one")
    inner = group_in(page, root, "Any")
    condition(page, inner, "E-mail", "contains", "two")
    condition(page, inner, "E-mail", "contains", "three")
    return inner
