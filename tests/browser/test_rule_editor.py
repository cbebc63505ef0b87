"""The rule editor under people's hands: actions moved, doubled, switched off, annotated, tried; two people at once."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from automations.definition import ActionSpec, Definition
from automations.models import Rule
from automations.services import create_rule, save_rule
from orders.models import Order, Source
from portal.audit.actor import Actor
from portal.tenancy.models import Organization
from tests.browser.axe import violations
from tests.browser.builder import pick
from tests.browser.pick import open_list
from tests.browser.walk import Walk, add_action, answered_late
from tests.factories import make_order

pytestmark = pytest.mark.django_db(transaction=True)
ANN, BEN = Actor("user", "1", "Ann"), Actor("user", "2", "Ben")
THREE = tuple(ActionSpec(key=key) for key in ("hold", "add_note", "cancel"))


@pytest.fixture
def rule(organization: Organization) -> Rule:
    definition = Definition(
        name="Three acts",
        actions=(THREE[0], ActionSpec(key="add_note", settings={"text": "Look"}), THREE[2]),
    )
    return create_rule(organization, "NEW_ORDER", definition, by=ANN)


def row(page: Page, label: str) -> Locator:
    return page.locator(".action-row").filter(has=page.locator(".action-head strong", has_text=label))


def labels(page: Page) -> list[str]:
    return page.locator(".action-head strong").all_inner_texts()


def more(page: Page, label: str, act: str) -> None:
    """Choose something from the menu of an action, and wait until it is done."""
    row(page, label).first.get_by_role("button", name=re.compile("^More for")).click()
    with page.expect_response(re.compile("/draft/")):
        page.locator(".dropdown-menu.show").get_by_role("button", name=act).click()


def edited(walk: Walk, rule: Rule) -> Page:
    page = walk.open(f"/automations/rules/{rule.public_id}/")
    expect(page.locator(".action-row")).to_have_count(3)
    return page


def test_actions_are_moved_by_buttons_keys_and_mouse_and_what_ends_the_rule_stays_last(walk: Walk, rule: Rule) -> None:
    page = edited(walk, rule)
    page.get_by_role("button", name="Move Hold order down").click()
    expect(page.locator(".action-head strong").first).to_have_text("Add note")
    expect(page.get_by_role("button", name="Move Hold order: drag")).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(page.locator(".action-head strong").first).to_have_text("Hold order")
    expect(page.locator(".action-row").first.locator('[name="a.order"]')).to_have_value("0")
    expect(page.get_by_role("button", name="Move Hold order: drag")).to_be_focused()
    _drag(page, "Hold order", below="Cancel order")
    expect(page.locator(".action-said")).to_have_text("“Cancel order” stays last: nothing can come after it.")
    assert labels(page) == ["Add note", "Hold order", "Cancel order"]
    expect(page.locator("#rule-told")).to_contain_text(
        re.compile("^\\s*Every order.*hold 10 minutes.*then cancel", re.S | re.I)
    )
    page.get_by_role("button", name="Save rule").click()
    expect(page.get_by_role("heading", level=1, name="Automations")).to_be_visible()
    rule.refresh_from_db()
    assert rule.current is not None
    assert [one["key"] for one in rule.current.definition["actions"]] == ["add_note", "hold", "cancel"]


def _drag(page: Page, label: str, *, below: str) -> None:
    page.set_viewport_size({"width": 1280, "height": 1800})
    start = row(page, label).locator("[data-handle]").bounding_box()
    end = row(page, below).bounding_box()
    assert start is not None
    assert end is not None
    page.mouse.move(start["x"] + 8, start["y"] + 8)
    page.mouse.down()
    page.mouse.move(end["x"] + 20, end["y"] + end["height"] - 3, steps=15)
    for tremor in range(200):
        if labels(page)[-1] == label:
            break
        page.mouse.move(end["x"] + 20 + tremor % 3, end["y"] + end["height"] - 2)
    page.mouse.up()


def test_an_action_is_doubled_annotated_switched_off_and_removed(walk: Walk, rule: Rule) -> None:
    page = edited(walk, rule)
    page.get_by_label("Minutes").fill("25")
    more(page, "Hold order", "Duplicate")
    expect(page.locator(".action-row")).to_have_count(4)
    assert [one.input_value() for one in page.get_by_label("Minutes").all()] == ["25", "25"]
    more(page, "Hold order", "Write a note")
    note = page.get_by_label("Note on Hold order")
    expect(note).to_be_focused()
    note.fill("asked by the warehouse")
    more(page, "Hold order", "Switch off")
    expect(row(page, "Hold order").first).to_contain_text("Switched off")
    expect(note).to_have_value("asked by the warehouse")
    expect(page.locator("#rule-told")).to_contain_text("hold 25 minutes")
    page.get_by_role("button", name="Remove Hold order").last.click()
    expect(page.locator(".action-row")).to_have_count(3)
    expect(page.locator("#rule-told")).not_to_contain_text("hold 25 minutes")
    expect(row(page, "Cancel order").locator(".action-warning")).to_have_count(0)
    page.get_by_role("button", name="Save rule").click()
    expect(page.get_by_role("heading", level=1, name="Automations")).to_be_visible()
    rule.refresh_from_db()
    assert rule.current is not None
    first = rule.current.definition["actions"][0]
    assert (first["key"], first["off"], first["note"]) == ("hold", True, "asked by the warehouse")


def test_hours_properties_and_texts_with_fields_are_filled_in_by_their_own_inputs(walk: Walk, source: Source) -> None:
    page = walk.open("/automations/new/NEW_ORDER/")
    page.get_by_role("textbox", name="Name", exact=True).fill("Kinds")
    add_action(page, "Hold order")
    page.get_by_role("switch", name="Business hours").check()
    hours = page.get_by_role("group", name="Hours 1")
    expect(hours).to_be_visible()
    hours.get_by_role("checkbox", name="Friday").uncheck()
    page.get_by_role("button", name="Add hours").click()
    second = page.get_by_role("group", name="Hours 2")
    expect(second.get_by_role("checkbox", name="Monday")).to_be_focused()
    page.get_by_role("button", name="Remove hours 2").click()
    expect(second).to_be_hidden()
    expect(hours.get_by_role("checkbox", name="Friday")).not_to_be_checked()
    add_action(page, "Update order property")
    change = row(page, "Update order property")
    with page.expect_response(re.compile("/draft/")):
        pick(change.get_by_role("combobox", name="Property"), "Tags")
    with page.expect_response(re.compile("/draft/")):
        change.get_by_label("What is done").select_option(label="Add")
    tags = change.get_by_role("combobox", name="Values")
    tags.fill("fragile")
    tags.press("Enter")
    expect(page.locator("#rule-told")).to_contain_text("fragile")
    add_action(page, "Add note")
    note = row(page, "Add note")
    note.get_by_role("textbox", name="Note").fill("About ")
    pick(note.get_by_role("combobox", name="Insert a field"), "Order number")
    expect(note.get_by_role("textbox", name="Note")).to_have_value("About {{ extOrderId }}")
    expect(note.get_by_role("textbox", name="Note")).to_be_focused()
    assert violations(page) == []
    page.get_by_role("button", name="Save rule").click()
    expect(page.get_by_role("heading", level=1, name="Automations")).to_be_visible()
    saved = Rule.across.select_related("current").get(name="Kinds")
    assert saved.current is not None
    hold, update, noted = (one["settings"] for one in saved.current.definition["actions"])
    assert hold["hours"] == [{"days": ["monday", "tuesday", "wednesday", "thursday"], "start": "09:00", "end": "17:00"}]
    assert (update["path"], update["operation"], update["values"]) == ("tags", "ADD_ARRAY_ITEMS", ["fragile"])
    assert noted["text"] == "About {{ extOrderId }}"


def test_what_is_typed_while_the_actions_are_drawn_afresh_stays(walk: Walk, source: Source) -> None:
    page = walk.open("/automations/new/NEW_ORDER/")
    add_action(page, "Add note")
    note = row(page, "Add note").get_by_role("textbox", name="Note")
    add_action(page, "Hold order")
    with answered_late(page):
        page.get_by_role("switch", name="Business hours").check()
        note.fill("Typed meanwhile")
    expect(page.get_by_role("group", name="Hours 1")).to_be_visible()
    expect(note).to_have_value("Typed meanwhile")


def test_a_choice_that_is_being_made_while_the_actions_are_drawn_afresh_is_made_in_peace(
    walk: Walk, source: Source
) -> None:
    page = walk.open("/automations/new/NEW_ORDER/")
    add_action(page, "Update order property")
    add_action(page, "Hold order")
    change = row(page, "Update order property").get_by_role("combobox", name="Property")
    with answered_late(page):
        page.get_by_role("switch", name="Business hours").check()
        change.fill("Tags")
        expect(open_list(page)).to_be_visible()
    expect(open_list(page)).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.get_by_role("group", name="Hours 1")).to_be_visible()
    expect(row(page, "Update order property").get_by_label("What is done")).to_be_visible()
    expect(change).to_have_value("Tags")


@pytest.fixture
def four(organization: Organization) -> Rule:
    note = ActionSpec(key="add_note", settings={"text": "Look"})
    actions = (THREE[0], note, ActionSpec(key="review_required"), THREE[2])
    return create_rule(organization, "NEW_ORDER", Definition(name="Four acts", actions=actions), by=ANN)


def test_buttons_pressed_by_key_while_the_actions_are_drawn_afresh_act_on_what_they_stood_at(
    walk: Walk, four: Rule
) -> None:
    page = walk.open(f"/automations/rules/{four.public_id}/")
    names = page.locator(".action-head strong")
    with answered_late(page):
        page.get_by_role("button", name="Move Hold order down").press("Enter")
        page.get_by_role("button", name="Move Mark for review up").press("Enter")
        page.get_by_role("button", name="Remove Cancel order").press("Enter")
    expect(names).to_have_text(["Add note", "Mark for review", "Hold order"])
    page.get_by_role("button", name="Undo", exact=True).click()
    expect(names).to_have_text(["Add note", "Mark for review", "Hold order", "Cancel order"])


def test_keys_on_a_handle_count_each_time_while_the_actions_are_drawn_afresh(walk: Walk, four: Rule) -> None:
    page = walk.open(f"/automations/rules/{four.public_id}/")
    names = page.locator(".action-head strong")
    handle = page.get_by_role("button", name="Move Hold order: drag")
    with answered_late(page):
        handle.press("ArrowDown")
        expect(names.first).to_have_text("Add note")
        page.keyboard.press("ArrowDown")
        page.get_by_role("button", name="Remove Add note").press("Enter")
    expect(names).to_have_text(["Mark for review", "Hold order", "Cancel order"])
    expect(page.locator('[name="a.order"]').first).to_have_value("0")
    with answered_late(page):
        page.get_by_role("button", name="Remove Cancel order").press("Enter")
        handle.press("ArrowUp")
    expect(names).to_have_text(["Hold order", "Mark for review"])
    expect(page.locator("#rule-told")).to_contain_text(re.compile("hold.*then mark", re.S | re.I))


def test_a_menu_stands_in_its_place_at_once_for_who_wants_no_motion(walk: Walk, source: Source) -> None:
    page = walk.open("/automations/new/NEW_ORDER/")
    at_once, later = page.evaluate(
        """async () => {
          document.getElementById("add-action").click();
          await null; await null; await null; // the menu is placed by then, and nothing painted yet
          const top = () => document.querySelector(".action-menu.show").getBoundingClientRect().top;
          const first = top();
          for (let frame = 0; frame < 3; frame++) await new Promise(requestAnimationFrame);
          return [first, top()];
        }"""
    )
    assert at_once == later


def test_a_record_is_edited_as_json_before_the_test_and_stays_as_it_is(walk: Walk, source: Source, rule: Rule) -> None:
    order = make_order(source)
    page = edited(walk, rule)
    page.get_by_role("button", name="Edit its JSON first").click()
    area = page.get_by_role("textbox", name="JSON of #1001")
    expect(area).to_be_visible()
    area.fill(area.input_value().replace("48.20", "9999"))
    page.get_by_role("button", name="Test rule").click()
    shown = page.locator("#trial-result")
    expect(shown.locator(".trial-verdict")).to_contain_text("#1001 · its JSON")
    expect(shown).to_contain_text("Nothing was changed, nothing was sent.")
    expect(page.get_by_role("button", name="Save rule")).to_be_hidden()
    assert violations(page) == []
    assert Order.across.get(pk=order.pk).status == "new"


def test_two_people_at_one_rule_are_told_of_each_other(walk: Walk, rule: Rule) -> None:
    page = edited(walk, rule)
    page.get_by_role("textbox", name="Name", exact=True).fill("My name for it")
    save_rule(rule, Definition(name="Three acts", description="Ben was here", actions=THREE[2:]), by=BEN)
    page.evaluate("window.dispatchEvent(new Event('focus'))")
    told = page.locator("#rule-meanwhile")
    expect(told).to_contain_text("Ben has saved this rule while you had it open")
    told.get_by_text("See what changed").click()
    expect(told.locator("ins", has_text="Ben was here")).to_be_visible()
    assert violations(page) == []
    page.get_by_role("button", name="Save rule").click()
    expect(page.get_by_text("What you typed is still here.")).to_be_visible()
    expect(page.get_by_role("textbox", name="Name", exact=True)).to_have_value("My name for it")
    told.get_by_role("button", name="Go on with mine").click()
    expect(page.locator("#rule-seen")).to_have_value("2")
    page.get_by_role("button", name="Save rule").click()
    expect(page.get_by_role("heading", level=1, name="Automations")).to_be_visible()
    rule.refresh_from_db()
    assert rule.name == "My name for it"
