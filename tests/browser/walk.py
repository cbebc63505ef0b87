"""What people do in the portal and in the store, step by step: each function is one thing they would say they did.

Steps wait for what a person would see, never for time, and return what they led to.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from playwright.sync_api import Locator, Page, Route, expect

from tests.browser.builder import drawn
from tests.crash.workers import until

SECONDS = 1_000
SOON = 20 * SECONDS
"""How long something that happens by itself may take on a slow machine, in milliseconds."""


@dataclass(frozen=True)
class Walk:
    """A person's browser tab, and where the portal and the store's own pages are."""

    page: Page
    portal: str
    shop: str

    def open(self, path: str) -> Page:
        """Go to a page of the portal by its address."""
        self.page.goto(f"{self.portal}{path}")
        return self.page

    def menu(self, name: str) -> Page:
        """Go to a page by the menu on the left; who has none open yet begins at home."""
        if self.page.url == "about:blank":
            self.open("/")
        self.page.get_by_role("navigation", name="Main").get_by_role("link", name=name).first.click()
        expect(self.page.get_by_role("heading", level=1, name=name)).to_be_visible()
        return self.page


def sign_in(walk: Walk, email: str, password: str) -> None:
    page = walk.open("/")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", level=1, name="Home")).to_be_visible()


def add_ecwid(walk: Walk, name: str = "Ecwid") -> None:
    """From the menu through catalogue and flow settings to the step that connects."""
    page = walk.menu("Integrations")
    page.get_by_role("link", name="Add integration").first.click()
    page.get_by_role("searchbox", name="Search the catalogue").press_sequentially("ecw")
    expect(page).to_have_url(re.compile(r"q=ecw"))
    page.get_by_role("link", name="Add Ecwid").click()
    page.get_by_role("textbox", name="Name", exact=True).fill(name)
    page.get_by_role("combobox", name="Orders").select_option(label="Pull orders from Ecwid")
    page.get_by_role("button", name="Next").click()
    expect(page.get_by_role("heading", level=1, name=f"Connect {name}")).to_be_visible()


def approve_in_a_new_tab(walk: Walk) -> Page:
    """Press Connect, agree on the store's own page, and return that tab."""
    with walk.page.context.expect_page() as opened:
        walk.page.get_by_role("link", name="Connect (opens a new tab)").click()
    tab = opened.value
    expect(tab.get_by_role("heading", level=1, name=re.compile("^Connect Switchyard to"))).to_be_visible()
    tab.get_by_role("button", name="Approve").click()
    expect(tab.get_by_role("heading", level=1, name="Connected")).to_be_visible()
    return tab


def place_order(walk: Walk, *, pieces: dict[str, int], name: str = "", city: str = "") -> str:
    """Order in the store's shop page, in a tab of its own; returns the order's number as the portal shows it."""
    tab = walk.page.context.new_page()
    tab.goto(walk.shop)
    for label, count in pieces.items():
        tab.get_by_label(label).first.fill(str(count))
    if name:
        tab.get_by_role("textbox", name="Name").fill(name)
    if city:
        tab.get_by_role("textbox", name="City").fill(city)
    tab.get_by_role("button", name="Place order").click()
    expect(tab.get_by_role("heading", level=1, name=re.compile("^Thank you"))).to_be_visible()
    number = tab.locator(".receipt .number").inner_text()
    tab.close()
    return number


def row_of(page: Page, number: str) -> Locator:
    """Return the row of an order in the list."""
    return page.locator("[data-row]").filter(has=page.get_by_role("link", name=number, exact=True))


def rule_names(page: Page) -> list[str]:
    """Return the rules in their order, without the default rule."""
    items = page.locator("#rule-cards [data-item]").all()
    return [f"{item.get_attribute('data-item-name')}" for item in items]


def switch(page: Page, name: str) -> Locator:
    """Return the switch of a rule."""
    return page.get_by_role("switch", name=f"{name} is on")


def new_rule(page: Page, name: str) -> None:
    """Open the editor for a new rule and name it."""
    page.get_by_role("link", name="New rule").first.click()
    page.get_by_role("textbox", name="Name", exact=True).fill(name)


def write_code(page: Page, code: str) -> None:
    """Choose a filter in JavaScript and write it over what stands there."""
    with drawn(page):
        page.get_by_role("radio", name="Code").check()
    page.locator(".code-editor .cm-content").click()
    page.keyboard.press("Control+a")
    page.keyboard.press("Delete")
    page.keyboard.insert_text(code)


def add_action(page: Page, label: str, **settings: str) -> None:
    """Add an action to the rule and fill in its settings by their labels."""
    before = page.locator(".action-row").count()
    page.get_by_role("button", name="Add action").click()
    page.locator(".action-offer").filter(has=page.get_by_text(label, exact=True)).click()
    expect(page.locator(".action-row:not(.htmx-added)")).to_have_count(before + 1)
    for name, value in settings.items():
        page.get_by_label(name.capitalize()).last.fill(value)


def save_rule(page: Page) -> None:
    page.get_by_role("button", name="Save rule").click()
    expect(page.get_by_role("heading", level=1, name="Automations")).to_be_visible()


def try_on(page: Page, number: str) -> Locator:
    """Test what stands in the editor on an order; returns what the test showed."""
    page.get_by_role("textbox", name=re.compile("^(Or any other|Record)$")).fill(number)
    page.get_by_role("button", name="Test rule").click()
    shown = page.locator("#trial-result")
    expect(shown.locator(".trial-verdict")).to_contain_text(number, timeout=SOON)
    return shown


DRAFT = re.compile(r"/draft(/\w+/)?(\?do=(action:)?order)?$")


@contextmanager
def answered_late(page: Page, address: re.Pattern[str] = DRAFT) -> Iterator[None]:
    """Hold back the first answer to a press in a form until the block is left; those after it come at once."""
    held: list[Route] = []
    page.route(address, lambda route: held.append(route), times=1)
    yield
    until(lambda: bool(page.evaluate("true") and held), seconds=5, what="What the form sends")
    with page.expect_response(address):
        held[0].continue_()
