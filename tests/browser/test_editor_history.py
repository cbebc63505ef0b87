"""Undo and redo in the rule editor: one history for the name, the sources, the filter, the actions and the code."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.builder import condition, conditions, drawn, told
from tests.browser.walk import Walk, write_code

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("filtered_orders")]


def undo(page: Page) -> None:
    with drawn(page):
        page.get_by_role("button", name="Undo", exact=True).click()


def redo(page: Page) -> None:
    with drawn(page):
        page.get_by_role("button", name="Redo", exact=True).click()


def add_action(page: Page, label: str) -> None:
    rows = page.locator(".action-row")
    count = rows.count()
    page.get_by_role("button", name="Add action").click()
    page.get_by_role("button", name=re.compile(rf"^{label}\b")).click()
    expect(rows).to_have_count(count + 1)


def opened(walk: Walk) -> Page:
    page = walk.open("/automations/new/NEW_ORDER/")
    expect(page.get_by_role("button", name="Undo", exact=True)).to_be_disabled()
    return page


def test_every_part_of_a_rule_is_undone_and_done_again_in_one_history(walk: Walk) -> None:
    page = opened(walk)
    name = page.get_by_role("textbox", name="Name", exact=True)
    root = page.locator(".filter-group.is-root")
    source = page.get_by_role("group", name="Source integration").get_by_role("checkbox").first
    name.fill("Big")
    name.press("Tab")
    source.check()
    condition(page, root, "Total", "is greater than", "50")
    expect(told(page)).to_have_text("When total is over 50")
    add_action(page, "Archive order")
    expect(page.locator(".action-row")).to_have_count(1)
    undo(page)
    expect(page.locator(".action-row")).to_have_count(0)
    expect(page.locator("#announcer")).to_contain_text("Undone.")
    undo(page)
    expect(told(page)).to_have_text("When total is over …")
    for _ in range(2):
        undo(page)
    expect(conditions(page, root)).to_have_count(1)
    undo(page)
    expect(conditions(page, root)).to_have_count(0)
    expect(source).to_be_checked()
    undo(page)
    expect(source).not_to_be_checked()
    undo(page)
    expect(name).to_have_value("")
    expect(page.get_by_role("button", name="Undo", exact=True)).to_be_disabled()
    for _ in range(7):
        redo(page)
    expect(page.get_by_role("button", name="Redo", exact=True)).to_be_disabled()
    expect(name).to_have_value("Big")
    expect(source).to_be_checked()
    expect(told(page)).to_have_text("When total is over 50")
    expect(page.locator(".action-row")).to_have_count(1)
    expect(page.locator("#rule-told")).to_contain_text(re.compile(r"total is over 50[\s\S]*archive", re.IGNORECASE))


def test_the_keys_undo_outside_of_text_and_leave_text_its_own(walk: Walk) -> None:
    page = opened(walk)
    add_action(page, "Archive order")
    name = page.get_by_role("textbox", name="Name", exact=True)
    name.press_sequentially("Tea")
    page.keyboard.press("Control+z")
    expect(page.locator(".action-row")).to_have_count(1)
    expect(name).not_to_have_value("Tea")
    page.locator("#add-action").focus()
    for _ in range(4):
        page.keyboard.press("Control+z")
    expect(page.locator(".action-row")).to_have_count(0)
    page.keyboard.press("Control+Shift+z")
    expect(page.locator(".action-row")).to_have_count(1)


def test_many_steps_at_once_end_where_the_last_one_leads(walk: Walk) -> None:
    page = opened(walk)
    root = page.locator(".filter-group.is-root")
    for _ in range(3):
        with drawn(page):
            root.get_by_role("button", name="Condition", exact=True).last.click()
    expect(conditions(page, root)).to_have_count(3)
    page.locator("[data-form-undo]").focus()
    for _ in range(3):
        page.keyboard.press("Control+z")
    expect(conditions(page, root)).to_have_count(0)
    expect(page.get_by_role("button", name="Undo", exact=True)).to_be_disabled()
    for _ in range(2):
        page.keyboard.press("Control+y")
    expect(conditions(page, root)).to_have_count(2)


def test_code_is_part_of_the_history_and_has_one_of_its_own_inside(walk: Walk) -> None:
    page = opened(walk)
    write_code(page, "return true")
    area = page.locator("textarea[name=code]")
    page.keyboard.press("Control+z")
    expect(area).not_to_have_value("return true")
    page.keyboard.press("Control+Shift+z")
    expect(area).to_have_value("return true")
    add_action(page, "Archive order")
    undo(page)
    expect(area).to_have_value("return true")
    undo(page)
    expect(area).not_to_have_value("return true")
    redo(page)
    expect(page.locator(".code-editor .cm-content")).to_have_text("return true")


def test_actions_are_moved_by_mouse_and_keys_and_the_move_is_a_step(walk: Walk) -> None:
    page = opened(walk)
    page.set_viewport_size({"width": 1280, "height": 1800})
    add_action(page, "Add note")
    add_action(page, "Hold order")
    names = page.locator(".action-row .action-head strong")
    handle = page.locator(".action-row [data-handle]")
    expect(names).to_have_text(["Add note", "Hold order"])
    page.get_by_role("button", name="Move Add note down").click()
    expect(names).to_have_text(["Hold order", "Add note"])
    undo(page)
    expect(names).to_have_text(["Add note", "Hold order"])
    handle.first.scroll_into_view_if_needed()
    handle.first.focus()
    page.keyboard.press("ArrowDown")
    expect(names).to_have_text(["Hold order", "Add note"])
    expect(page.locator("#announcer")).to_contain_text("position 2 of 2")
    undo(page)
    expect(names).to_have_text(["Add note", "Hold order"])
    start, end = handle.last.bounding_box(), page.locator(".action-row").first.bounding_box()
    assert start is not None
    assert end is not None
    page.mouse.move(start["x"] + 6, start["y"] + 6)
    page.mouse.down()
    for tremor in range(30):
        page.mouse.move(start["x"] + 12, end["y"] + 4 + tremor % 3, steps=2)
    page.mouse.up()
    expect(names).to_have_text(["Hold order", "Add note"])
    undo(page)
    expect(names).to_have_text(["Add note", "Hold order"])
