"""Versions in a browser: read, compared and restored with the keyboard; rules out and in again; seen by everybody."""

from decimal import Decimal

import pytest
from playwright.sync_api import expect

from automations import services
from automations.definition import ActionSpec, Definition, FilterSpec
from automations.models import Rule
from orders.models import Source
from portal.audit.actor import Actor
from tests.browser.fits import fits_everybody
from tests.browser.walk import Walk

pytestmark = pytest.mark.django_db(transaction=True)
ANN, BEN = Actor("user", "1", "Ann Analyst"), Actor("user", "2", "Ben Builder")
OVER = {"field": "totalPrice", "operator": "gt", "value": Decimal("100.50")}
TAGGED = {"field": "tags", "operator": "contains_any", "value": ["vip", "gift"]}
CODE = """// the sum of what is heavy
const heavy = entity.lineItems.filter((line) => (line.weight ?? 0) > 10);
console.log("heavy", heavy.length);
return heavy.length > {};
"""


@pytest.fixture
def rule(source: Source) -> Rule:
    """A rule of three versions by two people, the last of them code."""
    tree = {"version": 1, "root": {"match": "all", "items": [OVER]}}
    more = {"version": 1, "root": {"match": "all", "items": [TAGGED, {"match": "any", "items": [OVER, TAGGED]}]}}
    hold = ActionSpec(key="hold", settings={"minutes": 45})
    first = Definition(name="Dear orders", filter=FilterSpec(tree=tree), actions=(hold,))
    made = services.create_rule(source.organization, "NEW_ORDER", first, by=ANN)
    later = ActionSpec(key="hold", settings={"minutes": 90}, note="Until the shift begins.")
    second = Definition(
        name="Dear and tagged orders", description="For the fair.", filter=FilterSpec(tree=more),
        sources=(source.public_id,), actions=(later, ActionSpec(key="cancel")),
    )  # fmt: skip
    made = services.save_rule(made, second, by=BEN)
    for count in (1, 2):
        code = FilterSpec(kind="code", code=CODE.replace("{}", str(count)))
        made = services.save_rule(made, second.model_copy(update={"filter": code}), by=ANN)
    return made


def test_versions_are_read_compared_and_restored(walk: Walk, rule: Rule) -> None:
    page = walk.page
    walk.open(f"/automations/rules/{rule.public_id}/versions/")
    expect(page.locator(".version")).to_have_count(4)
    expect(page.locator("#version-2")).to_contain_text("Ben Builder")
    fits_everybody(page)
    page.get_by_role("link", name="What changed in version 2").click()
    expect(page.get_by_role("heading", name="Version 1 and version 2")).to_be_visible()
    expect(page.locator(".difference-line.is-removed")).to_contain_text(["every source", "total is over 100.50"])
    expect(page.locator(".setting-differs", has_text="Minutes")).to_contain_text("45")
    fits_everybody(page)
    page.get_by_label("Compare version").select_option("3")
    page.get_by_label("with", exact=True).select_option("4")
    page.get_by_role("button", name="Compare").click()
    expect(page).to_have_url(f"{walk.portal}/automations/rules/{rule.public_id}/compare/?from=3&to=4")
    expect(page.locator(".difference.is-code .is-added ins")).to_have_text("return heavy.length > 2;")
    fits_everybody(page)
    page.get_by_role("button", name="Restore version 3").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_contain_text("Bring version 3 back?")
    page.get_by_role("dialog").get_by_role("button", name="Restore").press("Enter")
    expect(page.locator("#version-5")).to_contain_text("Restored version 3.")
    expect(page.locator("#version-5")).to_contain_text("Olive Owner")


def test_the_list_says_who_did_what(walk: Walk, rule: Rule) -> None:
    services.set_enabled(rule, True, by=BEN)
    walk.open("/automations/lists/NEW_ORDER/versions/")
    newest = walk.page.locator(".version").first
    expect(newest).to_contain_text("Ben Builder")
    expect(newest).to_contain_text("Switched on “Dear and tagged orders”")
    newest.locator("summary").click()
    expect(newest.locator(".version-entries li")).to_have_count(2)
    fits_everybody(walk.page)


def test_rules_leave_as_text_and_come_in_again(walk: Walk, rule: Rule) -> None:
    page = walk.page
    walk.open(f"/automations/export/?rule={rule.public_id}")
    text = page.locator("#export-text").inner_text()
    fits_everybody(page)
    with page.expect_download() as download:
        page.get_by_role("link", name="Download").click()
    assert download.value.suggested_filename == "rules-dear-and-tagged-orders.yaml"
    walk.open("/automations/import/")
    fits_everybody(page)
    page.get_by_label("Or the text itself").fill(text.replace("action: cancel", "action: explode"))
    page.get_by_role("button", name="Look what would happen").click()
    expect(page.get_by_role("alert")).to_contain_text("Nothing is imported until all of it does.")
    expect(page.locator(".import-troubles")).to_contain_text("There is no action “explode”.")
    fits_everybody(page)
    page.get_by_label("Or the text itself").fill(text.replace("minutes: 90", "minutes: 15"))
    page.get_by_role("button", name="Look what would happen").click()
    expect(page.locator(".version", has_text="changed")).to_contain_text("minutes: 15")
    fits_everybody(page)
    page.get_by_role("button", name="Import 1 rule").click()
    expect(page.locator(".toast-card")).to_contain_text("1 rule is imported and off.")
    assert Rule.across.get(pk=rule.pk).enabled is False
