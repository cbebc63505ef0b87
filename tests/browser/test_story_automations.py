"""Seed 004 as a story, from *New rule* to *History*: general, filter, actions, tests, order of rules, runs."""

import re

import pytest
from playwright.sync_api import Page, expect

from automations.models import Run
from integrations.connectors.ecwid.sandbox.server import Sandbox
from integrations.models import Integration
from orders.models import Order
from tests.browser.builder import condition, drawn, pick
from tests.browser.walk import SOON, Walk, add_action, new_rule, place_order, row_of, save_rule, switch
from tests.crash.workers import Workers, until

pytestmark = pytest.mark.django_db(transaction=True)
TEA, ONCE = "Hold tea for 35 minutes", "Note tea once"


def test_a_rule_is_made_tried_enabled_obeyed_and_found_in_the_history(
    walk: Walk, connected: Integration, sandbox: Sandbox, workers: Workers
) -> None:
    first = sandbox.place_order({"TEA-ASSAM-100": 2})["id"]
    until(lambda: Order.across.filter(ext_order_id=first, status="onHold").exists(), seconds=30, what="The first order")
    page = walk.menu("Automations")
    triggers = page.get_by_role("navigation", name="Triggers")
    for label in ("New order", "Updated order", "Exception modified", "Exception scheduled"):
        expect(triggers.get_by_role("link", name=label)).to_be_visible()
    _fills_in_the_three_parts(page)
    _tests_filter_and_rule(page, first)
    save_rule(page)
    expect(page.get_by_text(f"“{TEA}” is saved. It is off until you switch it on.")).to_be_visible()
    _adds_a_rule_for_updates_that_runs_once(page)
    for trigger, name in (("New order", TEA), ("Updated order", ONCE)):
        page.get_by_role("navigation", name="Triggers").get_by_role("link", name=trigger).click()
        expect(switch(page, name)).not_to_be_checked()
        switch(page, name).click()
        expect(page.locator(".toast-card", has_text=f"“{name}” runs from now on.").first).to_be_visible()
    tea = place_order(walk, pieces={"Morning Assam, 100 g": 3})
    walk.menu("Orders")
    expect(row_of(page, tea)).to_contain_text(re.compile(r"On hold\s*in 3[45] min"), timeout=SOON)
    until(lambda: Run.across.filter(entity_label=tea).count() >= 2, seconds=30, what="The runs of both rules")
    _the_history_tells_of_both_runs(walk, tea)


def _fills_in_the_three_parts(page: Page) -> None:
    new_rule(page, TEA)
    expect(page.locator(".page-head")).to_contain_text("Disabled")
    expect(page.get_by_role("switch", name="Run only once per record")).to_have_count(0)
    page.get_by_label("Description").fill("So that the morning's tea goes together")
    page.get_by_role("checkbox", name="Tea shop").check()
    condition(page, page.locator(".filter-group.is-root"), "Line SKU", "contains", "ASSAM")
    add_action(page, "Hold order", minutes="35")
    add_action(page, "Cancel order")
    add_action(page, "Update order property")
    expect(page.locator(".action-said")).to_have_text(
        "“Update order property” was put before “Cancel order”, which stays last."
    )
    page.get_by_role("button", name="Remove Cancel order").click()
    expect(page.locator(".action-row")).to_have_count(2)
    change = page.locator(".action-row", has_text="Update order property")
    expect(change).to_contain_text("Runs at once: it does not wait for the hold above to end.")
    with page.expect_response(re.compile("/draft/")):
        pick(change.get_by_role("combobox", name="Property"), "Tags")
    with page.expect_response(re.compile("/draft/")):
        change.get_by_label("What is done").select_option(label="Add")
    change.get_by_role("combobox", name="Values").fill("tea")
    change.get_by_role("combobox", name="Values").press("Enter")
    expect(page.locator("#rule-told")).to_contain_text(
        re.compile("SKU contains “ASSAM” from Tea shop.*hold 35 minutes", re.S)
    )


def _tests_filter_and_rule(page: Page, number: str) -> None:
    expect(page.get_by_label("One of the last").locator("option").first).to_contain_text(number)
    page.get_by_role("button", name="Test filter").click()
    shown = page.locator("#trial-result")
    expect(shown.locator(".trial-verdict")).to_contain_text("The filter matches", timeout=SOON)
    expect(shown.locator(".why-line")).to_contain_text("saw TEA-ASSAM-100")
    expect(shown.get_by_text("What would change")).to_have_count(0)
    page.get_by_role("button", name="Test rule").click()
    expect(shown.get_by_text("What would change")).to_be_visible(timeout=SOON)
    expect(shown.locator("ins", has_text="On hold")).to_be_visible()
    expect(shown.locator("ins", has_text="tea")).to_be_visible()
    page.get_by_role("button", name="Edit its JSON first").click()
    area = page.get_by_role("textbox", name=re.compile("^JSON of"))
    area.fill(area.input_value().replace("TEA-ASSAM-100", "CUP-1"))
    page.get_by_role("button", name="Test filter").click()
    expect(shown.locator(".trial-verdict")).to_contain_text("The filter does not match", timeout=SOON)
    assert not Order.across.get(ext_order_id=number).content.get("tags")


def _adds_a_rule_for_updates_that_runs_once(page: Page) -> None:
    page.get_by_role("navigation", name="Triggers").get_by_role("link", name="Updated order").click()
    new_rule(page, ONCE)
    page.get_by_role("switch", name="Run only once per record").check()
    with drawn(page):
        condition(page, page.locator(".filter-group.is-root"), "Tags", "contains any of", "tea")
    add_action(page, "Add note", note="Tea: {{ extOrderId }}")
    expect(page.locator("#rule-told")).to_contain_text("once for each order")
    save_rule(page)


def _the_history_tells_of_both_runs(walk: Walk, number: str) -> None:
    page = walk.menu("Automations")
    page.get_by_role("link", name="History").first.click()
    for label in ("Run ID", "Entity", "Entity ID", "Status", "Trigger", "Automation", "Created", "Updated"):
        expect(page.get_by_role("columnheader", name=label, exact=True)).to_be_visible()
    page.get_by_role("searchbox", name=re.compile("^(Search|Order)")).last.fill(number)
    page.keyboard.press("Enter")
    rows = page.locator("[data-row]")
    expect(rows).to_have_count(2)
    expect(rows.filter(has_text=TEA)).to_contain_text("NEW_ORDER")
    expect(rows.filter(has_text=TEA)).to_contain_text("Completed")
    expect(rows.filter(has_text=ONCE)).to_contain_text("UPDATED_ORDER")
    rows.filter(has_text=TEA).get_by_role("link").first.click()
    expect(page.get_by_role("region", name="Filter")).to_contain_text("saw TEA-ASSAM-100")
    acted = page.get_by_role("region", name="Actions")
    expect(acted).to_contain_text("Hold order")
    expect(acted).to_contain_text("tea")
    page.get_by_role("button", name="View JSON").first.click()
    expect(page.get_by_role("dialog").filter(has_text="NEW_ORDER")).to_be_visible()
