"""The history in a browser: a run that failed is found, read, judged again as it was, and run again."""

import re

import pytest
from playwright.sync_api import expect

from automations import services
from automations.definition import ActionSpec, Definition, FilterSpec
from automations.models import Rule, Run
from orders.models import Order, Source
from portal.audit.actor import Actor
from portal.events.dispatch import drain
from tests.browser import axe
from tests.browser.walk import Walk
from tests.factories import make_orders

pytestmark = pytest.mark.django_db(transaction=True)
ANN = Actor("user", "1", "Ann")
CODE = "const sku = entity.lineItems[0].sku\nconsole.log('sku', sku)\nreturn entity.nothing.here"


@pytest.fixture
def rule(source: Source) -> Rule:
    """A rule that fails on line 3, for #1001 and #1002; the default rule holds both for review."""
    definition = Definition(
        name="Cancel samples", filter=FilterSpec(kind="code", code=CODE), actions=(ActionSpec(key="cancel"),)
    )
    services.ensure_defaults(source.organization)
    made = services.create_rule(source.organization, "NEW_ORDER", definition, by=ANN)
    services.set_enabled(made, True, by=ANN)
    make_orders(source, (1001, 1002))
    drain("automations")
    return made


def mend(rule: Rule) -> None:
    fresh = Rule.across.select_related("current", "organization").get(pk=rule.pk)
    filter = FilterSpec(kind="code", code="return true")
    definition = Definition(name="Cancel samples", filter=filter, actions=(ActionSpec(key="cancel"),))
    services.save_rule(fresh, definition, by=ANN)


def test_a_run_that_failed_is_found_read_and_run_again(walk: Walk, rule: Rule) -> None:
    page = walk.open("/automations/history/")
    expect(page.locator("tbody tr")).to_have_count(4)
    page.get_by_role("searchbox", name="Search in History").fill("samples")
    page.get_by_role("searchbox", name="Search in History").press("Enter")
    expect(page.locator("tbody tr")).to_have_count(2)
    expect(page.locator(".row-match").first).to_have_text("Rule Cancel samples")

    page.locator("tbody tr", has_text="#1001").get_by_role("button", name="View JSON").click()
    expect(page.locator("#json-drawer-text")).to_contain_text('"status": "failed"')
    page.keyboard.press("Escape")

    page.locator("tbody tr", has_text="#1001").locator("a.row-link").click()
    expect(page.locator(".run-sentence")).to_contain_text("“Cancel samples” could not be judged on #1001: Line 3")
    expect(page.locator(".code-line.is-wrong code")).to_have_text("return entity.nothing.here")
    expect(page.locator("pre.console").first).to_contain_text("sku TEA-1")
    assert axe.violations(page) == []

    page.get_by_role("link", name="Judge again").click()
    expect(page.locator("#as-it-was")).to_contain_text("The same plan")
    page.get_by_role("button", name="The record as the rule saw it").click()
    expect(page.locator("#record-drawer-text")).to_contain_text('"status": "new"')
    page.keyboard.press("Escape")

    mend(rule)
    page.get_by_role("button", name="Run again").click()
    page.get_by_role("dialog").get_by_role("button", name="Run again").click()
    expect(page.locator(".run-sentence")).to_have_text("“Cancel samples” matched #1001 and did this: cancel.")
    expect(page.get_by_text("run again by Olive Owner")).to_be_visible()
    assert Order.across.get(ext_order_id="#1001").status == "canceled"
    page.get_by_role("link", name="the run before").click()
    expect(page.get_by_text("it has been run again:")).to_be_visible()
    expect(page.get_by_role("button", name="Run again")).to_have_count(0)


def test_ticked_runs_are_run_again_after_a_preview(walk: Walk, rule: Rule) -> None:
    mend(rule)
    page = walk.open("/automations/history/?view=failed")
    page.get_by_label("Select the rows on this page").check()
    page.get_by_role("button", name="Run again…").click()
    expect(page.get_by_text("2 rules are judged anew")).to_be_visible()
    assert axe.violations(page) == []
    page.get_by_role("button", name="Run again (2)").click()
    expect(page.locator(".toast-card")).to_contain_text("Run again: 2 rules did their work.")
    assert set(Order.across.values_list("status", flat=True)) == {"canceled"}
    assert Run.across.filter(origin="replay").count() == 2


def test_the_history_fits_a_phone_and_its_rows_open_by_key(walk: Walk, rule: Rule) -> None:
    walk.page.set_viewport_size({"width": 360, "height": 760})
    page = walk.open("/automations/history/?view=failed")
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    expect(page.locator(".history-end")).to_contain_text("runs are kept for 365 days")
    page.locator("tbody tr").first.locator("a.row-link").focus()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/automations/history/[0-9a-f]{16}/$"))
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    assert axe.violations(page) == []
