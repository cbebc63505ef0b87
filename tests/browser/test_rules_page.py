"""The page of rules, looked at and used: triggers, renaming in place, the search, a phone, axe."""

import datetime as dt
import re

import pytest
from playwright.sync_api import APIResponse, Route, expect

from automations import services
from automations.definition import ActionSpec, Definition
from automations.engine.triggers import triggers
from automations.models import Rule, RuleCounter
from automations.queries import list_version
from portal.audit.actor import Actor
from portal.kit.clock import now
from portal.tenancy.models import Organization
from tests.browser.axe import violations_in_both
from tests.browser.walk import Walk, answered_late

pytestmark = pytest.mark.django_db(transaction=True)
TESTER = Actor.system("test")
LIST = re.compile("trigger=NEW_ORDER")
REORDER = re.compile("/reorder/")
LONG = "Hold-everything-that-is-dearer-than-a-thousand-and-goes-to-another-country "


def a_rule(organization: Organization, name: str, trigger: str = "NEW_ORDER") -> Rule:
    key = "set_exception_status" if trigger.startswith("EXCEPTION") else "archive"
    return services.create_rule(organization, trigger, Definition(name=name, actions=(ActionSpec(key=key),)), by=TESTER)


def fired(rule: Rule) -> None:
    for back in range(0, 28, 3):
        at = (now() - dt.timedelta(days=back)).replace(minute=0, second=0, microsecond=0)
        RuleCounter.across.create(
            organization=rule.organization, rule=rule, hour=at, matches=back + 1, errors=back % 2, last_matched_at=at
        )


def test_a_rule_is_renamed_where_it_stands_by_mouse_and_by_keyboard(walk: Walk, organization: Organization) -> None:
    a_rule(organization, "Dear")
    page = walk.menu("Automations")
    page.get_by_role("button", name="Rename Dear").click()
    field = page.get_by_label("New name of Dear")
    expect(field).to_be_focused()
    field.fill(" ")
    page.get_by_role("button", name="Rename", exact=True).click()
    expect(page.locator(".rule-renaming .field-error")).to_have_text("Give the rule a name.")
    page.get_by_label("New name of Dear").fill("Very dear")
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Very dear", exact=True)).to_be_visible()
    page.get_by_role("button", name="Rename Very dear").press("Enter")
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_label("New name of Very dear")).to_have_count(0)
    assert Rule.across.get(is_default=False).name == "Very dear"


def test_triggers_are_walked_by_keyboard_and_the_rule_of_old_exceptions_can_rest(walk: Walk) -> None:
    page = walk.menu("Automations")
    link = page.get_by_role("navigation", name="Triggers").get_by_role("link", name="Exception scheduled")
    link.focus()
    page.keyboard.press("Enter")
    card = page.locator(".rule-card", has_text="Resolve old exceptions")
    expect(card).to_contain_text("when first seen is more than 30 days ago")
    card.get_by_role("switch").click()
    expect(page.locator(".rule-card.is-off", has_text="Resolve old exceptions")).to_be_visible()
    assert Rule.across.get(trigger="EXCEPTION_SCHEDULED").enabled is False


@pytest.mark.parametrize("by", ["mouse", "keyboard"])
def test_a_press_is_a_click_though_the_list_is_read_afresh_meanwhile(
    walk: Walk, organization: Organization, by: str
) -> None:
    a_rule(organization, "Dear")
    page = walk.menu("Automations")
    switch = page.get_by_role("switch", name="Dear is on")
    if by == "mouse":
        switch.hover()
        page.mouse.down()
    else:
        switch.focus()
        page.keyboard.down(" ")
    with page.expect_response(LIST) as read:
        page.evaluate("document.body.dispatchEvent(new CustomEvent('rulesChanged'))")
    read.value.finished()
    with page.expect_response(LIST):  # what had to wait comes now
        page.mouse.up() if by == "mouse" else page.keyboard.up(" ")
    expect(page.locator(".toast-text")).to_have_text("“Dear” runs from now on.")
    expect(switch).to_be_checked()


def test_an_answer_from_before_the_last_change_does_not_stay(walk: Walk, organization: Organization) -> None:
    a_rule(organization, "Dear")
    page = walk.menu("Automations")
    early: list[tuple[Route, APIResponse]] = []
    page.route(LIST, lambda route: early.append((route, route.fetch())), times=1)
    with page.expect_request(LIST):
        page.evaluate("document.body.dispatchEvent(new CustomEvent('rulesChanged'))")
    page.get_by_role("switch", name="Dear is on").click()
    expect(page.locator(".toast-text")).to_have_text("“Dear” runs from now on.")
    ((route, before),) = early
    route.fulfill(response=before)
    expect(page.locator(".rule-card.is-off")).to_have_count(0)
    expect(page.get_by_role("switch", name="Dear is on")).to_be_checked()


def test_who_moves_a_rule_quickly_moves_it_as_often(walk: Walk, organization: Organization) -> None:
    rules = [a_rule(organization, name) for name in ("First", "Second", "Third", "Fourth")]
    page = walk.menu("Automations")
    names = page.locator("[data-reorder] .rule-name")
    handle = page.get_by_role("button", name="Move First: drag")
    with page.expect_response(LIST), answered_late(page, REORDER):
        handle.press("ArrowDown")
        page.keyboard.press("ArrowDown")
        page.keyboard.press("ArrowDown")
    expect(page.locator(".toast-text")).to_have_text("The new order is in force.")
    expect(names).to_have_text(["Second", "Third", "Fourth", "First"])
    expect(handle).to_be_focused()
    with page.expect_response(LIST):
        page.keyboard.press("ArrowUp")
    expect(names).to_have_text(["Second", "Third", "First", "Fourth"])
    stored = Rule.across.filter(pk__in=[one.pk for one in rules]).order_by("position")
    assert [one.name for one in stored] == ["Second", "Third", "First", "Fourth"]


def test_an_order_that_a_colleague_changed_is_said_and_shown(walk: Walk, organization: Organization) -> None:
    first, second, third = (a_rule(organization, name) for name in ("First", "Second", "Third"))
    page = walk.menu("Automations")
    handle = page.get_by_role("button", name="Move First: drag")
    expect(handle).to_be_visible()
    seen = list_version(organization, triggers.get("NEW_ORDER"))
    theirs = [one.public_id for one in (third, second, first)]
    services.reorder(organization, "NEW_ORDER", theirs, by=Actor.system("colleague"), seen=seen)
    handle.press("ArrowDown")
    expect(page.locator(".toast-card.tone-red")).to_contain_text("The list was changed by somebody else")
    expect(page.locator("[data-reorder] .rule-name")).to_have_text(["Third", "Second", "First"])


def test_an_order_that_is_not_saved_is_put_back_and_said(walk: Walk, organization: Organization) -> None:
    for name in ("First", "Second"):
        a_rule(organization, name)
    page = walk.menu("Automations")
    page.route(REORDER, lambda route: route.fulfill(status=429))
    page.get_by_role("button", name="Move First: drag").press("ArrowDown")
    expect(page.locator(".toast-card.tone-red")).to_contain_text("The order could not be saved and was put back.")
    expect(page.locator("[data-reorder] .rule-name")).to_have_text(["First", "Second"])


def test_many_rules_are_found_by_name(walk: Walk, organization: Organization) -> None:
    for number in range(8):
        a_rule(organization, f"Hold number {number}")
    a_rule(organization, "Dismiss number 3", "EXCEPTION_MODIFIED")
    page = walk.menu("Automations")
    page.get_by_label("Find a rule by its name").fill("number 3")
    page.keyboard.press("Enter")
    expect(page.locator(".found-rule")).to_have_count(2)
    page.locator(".found-rule", has_text="Dismiss").get_by_role("link", name="Show in its list").click()
    expect(page.locator(".rule-card:target")).to_contain_text("Dismiss number 3")


def test_the_page_is_fit_for_everybody_and_for_a_phone(walk: Walk, organization: Organization) -> None:
    for number in range(8):
        fired(a_rule(organization, f"{LONG}{number}"))
    page = walk.page
    for width in (1280, 360):
        page.set_viewport_size({"width": width, "height": 740})
        for query in ("", "?trigger=EXCEPTION_SCHEDULED", "?trigger=EXCEPTION_MODIFIED", "?q=hold", "?q=nothing"):
            walk.open(f"/automations/{query}")
            expect(page.get_by_role("heading", level=1, name="Automations")).to_be_visible()
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            if width == 1280 or query == "":
                assert violations_in_both(page) == []
