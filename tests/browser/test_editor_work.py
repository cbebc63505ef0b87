"""Work in the rule editor that is not saved: it survives a reload, is offered back, and goes when it is saved."""

import re

import pytest
from playwright.sync_api import Dialog, Page, expect

from automations.definition import ActionSpec, Definition
from automations.models import Rule
from automations.services import create_rule, save_rule
from portal.audit.actor import Actor
from portal.tenancy.models import Organization
from tests.browser.builder import condition, told
from tests.browser.walk import Walk

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("filtered_orders")]
TESTER = Actor.system("test")
ARCHIVE = (ActionSpec(key="archive"),)


@pytest.fixture
def rule(organization: Organization) -> Rule:
    return create_rule(organization, "NEW_ORDER", Definition(name="Tea", actions=ARCHIVE), by=TESTER)


def opened(walk: Walk, rule: Rule) -> Page:
    return walk.open(f"/automations/rules/{rule.public_id}/")


def kept(page: Page) -> int:
    """How many pieces of work this browser keeps."""
    found = "Object.keys(localStorage).filter(key => key.startsWith('switchyard.work.')).length"
    return int(page.evaluate(found))


def wait_until_kept(page: Page, count: int = 1) -> None:
    page.wait_for_function(
        "count => Object.keys(localStorage).filter(key => key.startsWith('switchyard.work.')).length === count",
        arg=count,
    )


def refuse_dialogs(page: Page) -> list[str]:
    """Return what the browser asks before it leaves a page; each question is answered with leaving."""
    asked: list[str] = []

    def answer(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.accept()

    page.on("dialog", answer)
    return asked


def test_unsaved_work_is_back_after_a_reload_without_a_question_and_can_be_discarded(walk: Walk, rule: Rule) -> None:
    page = opened(walk, rule)
    asked = refuse_dialogs(page)
    assert kept(page) == 0
    condition(page, page.locator(".filter-group.is-root"), "Total", "is greater than", "50")
    page.get_by_role("textbox", name="Name", exact=True).fill("Tea and more")
    wait_until_kept(page)
    page.reload()
    notice = page.locator("[data-work-notice]")
    expect(notice).to_contain_text(re.compile(r"Unsaved work of \d+:\d\d.* is back\."))
    expect(page.get_by_role("textbox", name="Name", exact=True)).to_have_value("Tea and more")
    expect(told(page)).to_have_text("When total is over 50")
    expect(page.get_by_role("button", name="Save rule")).to_be_visible()
    assert asked == []
    notice.get_by_role("button", name="Discard").click()
    expect(notice).to_be_hidden()
    expect(page.get_by_role("textbox", name="Name", exact=True)).to_have_value("Tea")
    expect(told(page)).to_have_text("Always: there is no condition yet.")
    wait_until_kept(page, 0)
    page.reload()
    expect(page.locator("#rule-told")).to_be_visible()
    expect(notice).to_be_hidden()


def test_what_is_saved_is_kept_no_longer(walk: Walk, rule: Rule) -> None:
    page = opened(walk, rule)
    page.get_by_role("textbox", name="Name", exact=True).fill("Tea, saved")
    wait_until_kept(page)
    page.get_by_role("button", name="Save rule").click()
    expect(page.get_by_role("heading", level=1, name="Automations")).to_be_visible()
    wait_until_kept(page, 0)
    opened(walk, rule)
    expect(page.get_by_role("textbox", name="Name", exact=True)).to_have_value("Tea, saved")
    expect(page.locator("[data-work-notice]")).to_be_hidden()


def test_what_could_not_be_saved_is_still_kept(walk: Walk, rule: Rule) -> None:
    page = opened(walk, rule)
    page.get_by_role("textbox", name="Name", exact=True).fill("")
    page.get_by_role("textbox", name="Description").fill("why it is there")
    wait_until_kept(page)
    page.get_by_role("button", name="Save rule").click()
    expect(page.get_by_text("The rule is not saved yet.")).to_be_visible()
    expect(page.locator("[data-work-notice]")).to_be_hidden()
    assert kept(page) == 1
    opened(walk, rule)
    expect(page.get_by_role("textbox", name="Description")).to_have_value("why it is there")
    expect(page.locator("[data-work-notice]")).to_contain_text("is back")


def test_discarding_and_leaving_keeps_nothing_and_a_new_rule_is_kept_too(walk: Walk) -> None:
    page = walk.open("/automations/new/NEW_ORDER/")
    asked = refuse_dialogs(page)
    page.get_by_role("textbox", name="Name", exact=True).fill("Half a rule")
    wait_until_kept(page)
    walk.open("/automations/")
    walk.open("/automations/new/NEW_ORDER/")
    expect(page.get_by_role("textbox", name="Name", exact=True)).to_have_value("Half a rule")
    page.locator(".save-bar").get_by_role("link", name="Discard").click()
    expect(page.get_by_role("heading", level=1, name="Automations")).to_be_visible()
    assert kept(page) == 0
    assert asked == []


def test_leaving_asks_where_the_browser_keeps_nothing(walk: Walk, rule: Rule) -> None:
    walk.page.add_init_script("Storage.prototype.setItem = () => { throw new Error('full') }")
    page = opened(walk, rule)
    asked = refuse_dialogs(page)
    page.get_by_role("textbox", name="Name", exact=True).click()
    page.keyboard.press("End")
    page.keyboard.type(" and coffee")
    page.reload()
    expect(page.get_by_role("textbox", name="Name", exact=True)).to_have_value("Tea")
    assert asked == ["beforeunload"]


def test_two_tabs_keep_each_their_own_work(walk: Walk, rule: Rule) -> None:
    first = opened(walk, rule)
    second = first.context.new_page()
    second.goto(first.url)
    first.get_by_role("textbox", name="Name", exact=True).fill("From the first")
    wait_until_kept(first)
    second.get_by_role("textbox", name="Name", exact=True).fill("From the second")
    wait_until_kept(second, 2)
    second.reload()
    expect(second.get_by_role("textbox", name="Name", exact=True)).to_have_value("From the second")
    first.reload()
    expect(first.get_by_role("textbox", name="Name", exact=True)).to_have_value("From the first")
    second.close()
    assert kept(first) == 2


def test_work_on_an_older_version_is_offered_and_not_put_into_the_form(walk: Walk, rule: Rule) -> None:
    page = opened(walk, rule)
    page.get_by_role("textbox", name="Name", exact=True).fill("Mine")
    wait_until_kept(page)
    rule.refresh_from_db()
    save_rule(rule, Definition(name="Theirs", actions=ARCHIVE), by=TESTER)
    page.reload()
    notice = page.locator("[data-work-notice]")
    expect(notice).to_contain_text("made on another version")
    expect(page.get_by_role("textbox", name="Name", exact=True)).to_have_value("Theirs")
    notice.get_by_role("button", name="Bring it back").click()
    expect(page.get_by_role("textbox", name="Name", exact=True)).to_have_value("Mine")
    expect(notice).to_contain_text("is back")
