"""The story of rules: made by clicking and in JavaScript, put in order, tried, switched on, obeyed, looked up."""

import re
from contextlib import AbstractContextManager

import pytest
from playwright.sync_api import Locator, Page, expect

from automations.definition import ActionSpec, Definition
from automations.services import create_rule
from integrations.connectors.ecwid.sandbox.server import Sandbox
from integrations.models import Integration
from orders.models import Order
from portal.audit.actor import Actor
from portal.tenancy.models import Organization
from tests.browser.builder import condition, group_in
from tests.browser.walk import (
    SOON,
    Walk,
    add_action,
    new_rule,
    place_order,
    row_of,
    rule_names,
    save_rule,
    switch,
    try_on,
    write_code,
)  # fmt: skip
from tests.crash.workers import Workers, until

pytestmark = pytest.mark.django_db(transaction=True)

TEA, LOTS, SAMPLES = "Hold big orders of tea", "Archive bulk buyers", "Draft samples"
ARCHIVE = (ActionSpec(key="archive"),)
LOTS_CODE = """const pieces = entity.lineItems.map(line => line.quantity)
console.log("pieces", pieces.join(" + "))
return pieces.some(count => count >= 12)"""


def test_a_person_makes_tries_and_enables_rules_and_the_next_orders_obey(
    walk: Walk, connected: Integration, sandbox: Sandbox, workers: Workers
) -> None:
    first = sandbox.place_order({"TEA-ASSAM-100": 2})["id"]
    until(lambda: Order.across.filter(ext_order_id=first, status="onHold").exists(), seconds=20, what="The first order")
    page = walk.menu("Automations")
    expect(page.locator("#rule-cards .rule-card").last).to_contain_text("Default rule")
    _makes_a_nested_rule(page, first)
    _makes_a_rule_in_javascript(page, first)
    assert rule_names(page) == [TEA, LOTS]
    for name in (TEA, LOTS):
        expect(switch(page, name)).not_to_be_checked()
        switch(page, name).click()
        expect(page.locator(".toast-card", has_text=f"“{name}” runs from now on.")).to_be_visible()
    lots = place_order(walk, pieces={"Forest green": 12})
    tea = place_order(walk, pieces={"Morning Assam, 100 g": 4})
    walk.menu("Orders")
    expect(row_of(page, tea)).to_contain_text(re.compile(r"On hold\s*in 59 min"), timeout=SOON)
    page.get_by_role("link", name="Archived").click()
    expect(row_of(page, lots)).to_contain_text("Archived", timeout=SOON)
    _history_tells_why(walk, tea, lots)


def _makes_a_nested_rule(page: Page, number: str) -> None:
    new_rule(page, TEA)
    root = page.locator(".filter-group.is-root")
    condition(page, root, "Total", "is greater than", "20")
    either = group_in(page, root, "Any")
    condition(page, either, "Line SKU", "contains", "ASSAM")
    condition(page, either, "Tags", "contains any of", "vip")
    without = group_in(page, root, "None")
    condition(page, without, "Payment status", "equals", "Awaiting payment")
    add_action(page, "Hold order", minutes="60")
    expect(page.locator("#rule-told")).to_contain_text(
        "when total is over 20, (on some line SKU contains “ASSAM” or any tag is “vip”), "
        "and not (payment status is Awaiting payment)"
    )
    shown = try_on(page, number)
    expect(shown.locator(".trial-verdict")).to_contain_text("The filter matches")
    expect(_line(shown, "total is over 20")).to_have_class(re.compile("is-true"))
    expect(_line(shown, "on some line SKU contains “ASSAM”")).to_contain_text("saw TEA-ASSAM-100")
    expect(_line(shown, "any tag is “vip”")).to_have_class(re.compile("is-false"))
    expect(shown.get_by_text("What would change")).to_be_visible()
    save_rule(page)


def _makes_a_rule_in_javascript(page: Page, number: str) -> None:
    new_rule(page, LOTS)
    write_code(page, LOTS_CODE)
    add_action(page, "Archive order")
    shown = try_on(page, number)
    expect(shown.locator(".trial-verdict")).to_contain_text("The filter does not match")
    save_rule(page)


def _line(shown: Locator, text: str) -> Locator:
    return shown.locator(".why-line", has_text=text)


def _history_tells_why(walk: Walk, tea: str, lots: str) -> None:
    page = walk.menu("Automations")
    page.get_by_role("link", name="History").click()
    row = page.locator("[data-row]").filter(has_text=tea)
    expect(row).to_contain_text(TEA)
    row.get_by_role("link").first.click()
    told = page.get_by_role("region", name="Filter")
    expect(_line(told, "total is over 20")).to_contain_text(re.compile(r"saw 4[0-9.]+"))
    expect(_line(told, "any tag is “vip”")).to_contain_text("saw empty")
    expect(page.get_by_role("region", name="Actions")).to_contain_text("Hold order")
    page.go_back()
    page.locator("[data-row]").filter(has_text=lots).get_by_role("link").first.click()
    expect(page.get_by_role("region", name="Filter")).to_contain_text("pieces 12")
    expect(page.get_by_role("region", name="Actions")).to_contain_text("Archive order")


def test_what_is_typed_last_and_the_very_next_click_both_count(walk: Walk) -> None:
    page = walk.menu("Automations")
    new_rule(page, TEA)
    condition(page, page.locator(".filter-group.is-root"), "Total", "is greater than", "20")
    # As long as a finger rests on a button, the answer to what was typed comes in between.
    with page.expect_response(re.compile("/draft/")):
        page.get_by_role("button", name="Add action").click()
        page.locator(".action-offer", has_text="Hold order").hover()
        page.mouse.down()
    expect(page.locator("#rule-told")).to_contain_text("when total is over 20")
    page.mouse.up()
    expect(page.get_by_label("Minutes")).to_have_value("10")
    expect(page.get_by_label("Value")).to_have_value("20")


def test_trying_a_rule_on_an_order_changes_nothing_that_could_be_saved(walk: Walk, organization: Organization) -> None:
    rule = create_rule(organization, "NEW_ORDER", Definition(name=TEA, actions=ARCHIVE), by=Actor.system("test"))
    page = walk.open(f"/automations/rules/{rule.public_id}/")
    page.get_by_role("textbox", name="Record", exact=True).fill("1001")
    expect(page.get_by_role("button", name="Save rule")).to_be_hidden()
    page.get_by_role("textbox", name="Name", exact=True).fill("Another name")
    expect(page.get_by_role("button", name="Save rule")).to_be_visible()
    page.get_by_role("textbox", name="Name", exact=True).fill(TEA)
    expect(page.get_by_role("button", name="Save rule")).to_be_hidden()


def test_rules_are_put_in_order_by_mouse_keyboard_and_number_and_stay_so(
    walk: Walk, organization: Organization
) -> None:
    for name in (TEA, LOTS, SAMPLES):
        create_rule(organization, "NEW_ORDER", Definition(name=name, actions=ARCHIVE), by=Actor.system("test"))
    page = walk.menu("Automations")
    assert rule_names(page) == [TEA, LOTS, SAMPLES]
    with _saved(page):
        _drag(page, SAMPLES, onto=TEA)
    _stays(page, [SAMPLES, TEA, LOTS])
    with _saved(page):
        _handle(page, SAMPLES).focus()
        page.keyboard.press("ArrowDown")
    expect(page.locator("#announcer")).to_contain_text(f"{SAMPLES}: position 2 of 3")
    expect(page.locator("#announcer")).to_contain_text("The new order is in force.")
    expect(_handle(page, SAMPLES)).to_be_focused()
    _stays(page, [TEA, SAMPLES, LOTS])
    with _saved(page):
        page.get_by_role("spinbutton", name=f"Place of {TEA}").fill("3")
        page.keyboard.press("Enter")
    _stays(page, [SAMPLES, LOTS, TEA])
    with _saved(page):
        page.get_by_role("button", name=f"Move {LOTS} up").click()
    _stays(page, [LOTS, SAMPLES, TEA])
    expect(page.locator("#rule-cards .rule-card").last).to_contain_text("Default rule")


def _saved(page: Page) -> AbstractContextManager[object]:
    return page.expect_response(lambda answer: "/reorder/" in answer.url and answer.ok)


def _handle(page: Page, name: str) -> Locator:
    return page.get_by_role("button", name=f"Move {name}: drag, or press the arrow keys")


def _drag(page: Page, name: str, *, onto: str) -> None:
    """Drag a rule to the first place, where `onto` stands."""
    start, end = _handle(page, name).bounding_box(), _handle(page, onto).bounding_box()
    assert start is not None
    assert end is not None
    page.mouse.move(start["x"] + 8, start["y"] + 8)
    page.mouse.down()
    page.mouse.move(end["x"] + 8, end["y"] - 6, steps=12)
    # A hand is never quite still, and lets go when the card is seen where it shall be.
    for tremor in range(200):
        if rule_names(page)[0] == name:
            break
        page.mouse.move(end["x"] + 8 + tremor % 3, end["y"] - 6)
    page.mouse.up()


def _stays(page: Page, names: list[str]) -> None:
    """The order is as wanted on the page, and so it is after a reload."""
    assert rule_names(page) == names
    page.reload()
    assert rule_names(page) == names
