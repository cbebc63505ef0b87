"""Choosing in a picker as people do: typing what they look for and taking it from the list."""

from playwright.sync_api import Locator, Page, expect


def open_list(page: Page) -> Locator:
    """Return the list of suggestions that is open."""
    return page.locator(".pick-list:popover-open")


def choose(field: Locator, typed: str, label: str) -> None:
    """Type into a picker and take the option of this label, by keyboard alone."""
    page = field.page
    field.focus()
    field.press_sequentially(typed)
    wanted = open_list(page).get_by_role("option").filter(has=page.get_by_text(label, exact=True)).first
    expect(wanted).to_be_visible()
    for _ in range(30):
        if wanted.get_attribute("aria-selected") == "true":
            break
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")


def choose_field(condition: Locator, label: str) -> None:
    """Choose the field of a condition of the filter builder by its label."""
    choose(condition.get_by_role("combobox", name="Field", exact=True), label, label)
