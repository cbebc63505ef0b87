"""Moving, undoing and typing in the builder: by mouse and by keys, and nothing typed is lost."""

import re

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.browser.axe import violations
from tests.browser.builder import (
    condition,
    conditions,
    drawn,
    fill,
    node,
    opened,
    order_of,
    pick,
    three,
    told,
)  # fmt: skip
from tests.browser.walk import Walk, answered_late

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("filtered_orders")]


def test_conditions_are_moved_by_keys_into_groups_and_out_and_told(walk: Walk) -> None:
    page = walk.page
    root = opened(walk)
    inner = three(page, root)
    node(page, "1.1").locator("[data-filter-handle]").focus()
    for key, said, path in (
        ("ArrowUp", "now 1 of 2 on level 2", "1.0"),
        ("ArrowLeft", "now 3 of 3 on level 1", "2"),
        ("ArrowUp", "now 2 of 3 on level 1", "1"),
        ("ArrowRight", "now 1 of 2 on level 2", "1.0"),
    ):
        with drawn(page):
            page.keyboard.press(key)
        expect(page.locator("#announcer")).to_contain_text(said)
        expect(node(page, path).locator("[data-filter-handle]").first).to_be_focused()
    assert order_of(page, inner) == ["three", "two"]
    page.keyboard.press("ArrowUp")
    expect(page.locator("#announcer")).to_contain_text("cannot go further")
    with drawn(page):
        page.keyboard.press("Delete")
    expect(node(page, "1.0").locator("[data-filter-handle]")).to_be_focused()
    assert order_of(page, inner) == ["two"]


def test_the_menu_is_worked_by_keys(walk: Walk) -> None:
    page = walk.page
    root = opened(walk, "?f=email~contains~one&f=email~contains~two")
    node(page, "0").get_by_role("button", name="More").press("Enter")
    expect(page.get_by_role("menuitem", name="Duplicate")).to_be_focused()
    expect(page.get_by_role("menuitem", name="Move up")).to_be_disabled()
    page.keyboard.press("Escape")
    expect(node(page, "0").get_by_role("button", name="More")).to_be_focused()
    expect(page.get_by_role("menu")).to_be_hidden()
    page.keyboard.press("Enter")
    page.keyboard.press("End")
    expect(page.get_by_role("menuitem", name="Move down")).to_be_focused()
    with drawn(page):
        page.keyboard.press("Enter")
    assert order_of(page, root) == ["two", "one"]
    expect(node(page, "1").locator("[data-filter-handle]")).to_be_focused()


def drag(page: Page, handle: Locator, onto: Locator) -> None:
    start, end = handle.bounding_box(), onto.bounding_box()
    assert start is not None
    assert end is not None
    page.mouse.move(start["x"] + 8, start["y"] + 8)
    page.mouse.down()
    for tremor in range(40):  # a hand is never quite still
        page.mouse.move(end["x"] + 60 + tremor % 3, end["y"] + 4 + tremor % 2, steps=2)
    page.mouse.up()


def test_conditions_are_dragged_from_group_to_group(walk: Walk) -> None:
    page = walk.page
    root = opened(walk)
    inner = three(page, root)
    with drawn(page):
        drag(page, node(page, "0").locator("[data-filter-handle]"), node(page, "1.0"))
    expect(told(page)).to_contain_text(re.compile("“one”.*“two”.*“three”|“two”.*“one”.*“three”"))
    group = page.locator(".filter-group:not(.is-root)")
    assert sorted(order_of(page, group)) == ["one", "three", "two"]
    with drawn(page):
        page.keyboard.press("Control+z")
    expect(conditions(page, root)).to_have_count(1)
    assert order_of(page, inner) == ["two", "three"]


def test_undo_and_redo_go_over_edits_and_typed_values(walk: Walk) -> None:
    page = walk.page
    root = opened(walk)
    undo, redo = page.get_by_role("button", name="Undo"), page.get_by_role("button", name="Redo")
    expect(undo).to_be_disabled()
    row = condition(page, root, "E-mail", "contains", "first")
    value = row.get_by_role("combobox", name="Value").or_(row.get_by_role("textbox", name="Value"))
    expect(told(page)).to_contain_text("“first”")
    value.fill("second")
    expect(told(page)).to_contain_text("“second”")
    with drawn(page):
        row.get_by_role("button", name="Remove condition").click()
    expect(told(page)).to_have_text("Always: there is no condition yet.")
    with drawn(page):
        page.keyboard.press("Control+z")
    expect(told(page)).to_contain_text("“second”")
    expect(page.locator("#announcer")).to_contain_text("Undone.")
    with drawn(page):
        undo.click()
    expect(told(page)).to_contain_text("“first”")
    expect(value).to_have_value("first")
    with drawn(page):
        page.keyboard.press("Control+Shift+z")
    expect(value).to_have_value("second")
    with drawn(page):
        redo.click()
    expect(conditions(page, root)).to_have_count(0)
    expect(redo).to_be_disabled()


def test_fifty_steps_can_be_undone(walk: Walk) -> None:
    page = walk.page
    root = opened(walk)
    row = condition(page, root, "Total", "is greater than")
    value = row.get_by_role("textbox", name="Value")
    for amount in range(55):
        value.fill(str(amount))
        value.dispatch_event("change")
    for _ in range(54):
        with drawn(page):
            page.keyboard.press("Control+z")
    expect(value).to_have_value("0")


def test_what_is_typed_while_an_answer_is_under_way_stays(walk: Walk) -> None:
    page = walk.page
    root = opened(walk)
    row = condition(page, root, "E-mail", "contains")
    held: list[Route] = []
    page.route("**/step", lambda route: held.append(route))
    with drawn(page):
        row.get_by_role("combobox", name="Operator").select_option(label="starts with")
        value = row.locator(".filter-value input[name$='.value']")
        value.press_sequentially("ana")
        for route in held:
            route.continue_()
        page.unroute("**/step")
    expect(value).to_have_value("ana")
    expect(value).to_be_focused()
    expect(told(page)).to_have_text("When e-mail starts with “ana”")


STEP = re.compile("/step$")
FIVE = "?" + "&".join(f"f=email~contains~{one}" for one in ("one", "two", "three", "four", "five"))


def test_pressing_twice_removes_once(walk: Walk) -> None:
    page = walk.page
    root = opened(walk, FIVE)
    with drawn(page):
        node(page, "1").get_by_role("button", name="Remove condition").dblclick()
    expect(conditions(page, root)).to_have_count(4)
    with drawn(page):
        node(page, "0").get_by_role("button", name="Remove condition").click()
    assert order_of(page, root) == ["three", "four", "five"]


def test_what_is_pressed_before_the_answer_reaches_what_was_seen_then(walk: Walk) -> None:
    page = walk.page
    root = opened(walk, FIVE)
    with answered_late(page, STEP):
        node(page, "0").get_by_role("button", name="Remove condition").click()
        node(page, "2").get_by_role("button", name="Remove condition").click()
        node(page, "4").locator("[data-filter-handle]").press("ArrowUp")
    expect(conditions(page, root).locator(".filter-value input").nth(1)).to_have_value("five")
    assert order_of(page, root) == ["two", "five", "four"]
    with answered_late(page, STEP):
        node(page, "0").locator("[data-filter-handle]").press("ArrowDown")
        page.keyboard.press("ArrowDown")
        node(page, "1").get_by_role("button", name="Remove condition").click()
    expect(conditions(page, root)).to_have_count(2)
    assert order_of(page, root) == ["four", "two"]


def test_what_cannot_be_told_apart_after_the_answer_is_not_guessed(walk: Walk) -> None:
    page = walk.page
    root = opened(walk)
    three(page, root)
    with answered_late(page, STEP):
        node(page, "0").locator("[data-filter-handle]").press("ArrowRight")
        node(page, "1.1").get_by_role("button", name="Remove condition").click()
    above = page.get_by_role("dialog", name="Advanced filter").locator(".toast-card.tone-amber")
    expect(above).to_have_text("The last press was not done: press again.")
    expect(page.locator("[data-node=condition]")).to_have_count(3)
    above.get_by_role("button", name="Close").click()
    expect(above).to_be_hidden()


def test_changing_the_field_and_back_brings_back_what_was_typed(walk: Walk) -> None:
    page = walk.page
    root = opened(walk)
    row = condition(page, root, "Total", "is greater than", "12,")
    expect(row.get_by_text("The value is not a number.")).to_be_hidden()
    field = row.get_by_role("combobox", name="Field", exact=True)
    with drawn(page):
        pick(field, "Status")
    fill(row, "On hold")
    with drawn(page):
        pick(field, "Total")
    expect(row.get_by_role("textbox", name="Value")).to_have_value("12,")
    expect(row.get_by_text("The value is not a number.")).to_be_visible()
    with drawn(page):
        pick(field, "Status")
    expect(told(page)).to_have_text("When status is On hold")


def test_closing_half_way_keeps_what_was_built(walk: Walk) -> None:
    page = walk.page
    condition(page, opened(walk), "Total", "is greater than", "50")
    page.get_by_role("button", name="Close", exact=True).last.click()
    expect(page.get_by_role("dialog", name="Advanced filter")).to_be_hidden()
    page.get_by_role("link", name="Advanced filter").click()
    expect(told(page)).to_have_text("When total is over 50")


def test_a_condition_and_a_group_are_switched_off_by_mouse_keys_and_menu_and_come_back(walk: Walk) -> None:
    page = walk.page
    root = opened(walk)
    three(page, root)
    expect(told(page)).to_contain_text("“one” and (e-mail contains “two” or e-mail contains “three”)")
    with drawn(page):
        node(page, "1.0").get_by_role("button", name="Switched off").click()
    expect(told(page)).to_have_text("When e-mail contains “one” and e-mail contains “three”")
    switch = node(page, "1.0").get_by_role("button", name="Switched off")
    expect(switch).to_be_focused()
    expect(switch).to_have_attribute("aria-pressed", "true")
    expect(node(page, "1.0")).to_have_class(re.compile("is-off"))
    expect(page.locator("#announcer")).to_contain_text("Switched off.")
    assert violations(page) == []
    with drawn(page):
        page.keyboard.press("Enter")
    expect(told(page)).to_contain_text("“two” or e-mail contains “three”")
    node(page, "1").get_by_role("button", name="More").first.press("Enter")
    with drawn(page):
        page.get_by_role("menuitem", name="Switch off").press("Enter")
    expect(told(page)).to_have_text("When e-mail contains “one”")
    with drawn(page):
        node(page, "0").get_by_role("button", name="Switched off").press(" ")
    expect(told(page)).to_have_text("Always: every condition is switched off.")
    with drawn(page):
        page.keyboard.press("Control+z")
    expect(told(page)).to_have_text("When e-mail contains “one”")
    node(page, "1").get_by_role("button", name="More").first.click()
    expect(page.get_by_role("menuitem", name="Switch on")).to_be_visible()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Apply", exact=True).click()
    expect(page).to_have_url(re.compile("filter=z"))
    page.reload()
    page.get_by_role("link", name="Advanced filter").click()
    expect(node(page, "1.1")).to_be_visible()
    expect(node(page, "1")).to_have_class(re.compile("is-off"))
    expect(told(page)).to_have_text("When e-mail contains “one”")
