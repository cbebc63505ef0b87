"""Writing code in the rule editor: completed, explained, checked while one types, laid out, left by the keyboard."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.axe import violations
from tests.browser.walk import SOON, Walk, write_code

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("filtered_orders")]


def editor(page: Page) -> Locator:
    return page.locator(".code-editor .cm-content")


def options(page: Page) -> Locator:
    return page.locator(".code-editor .cm-tooltip-autocomplete li")


def code_of(page: Page) -> str:
    return page.locator("textarea[name=code]").input_value()


def opened(walk: Walk, code: str) -> Page:
    page = walk.open("/automations/new/NEW_ORDER/")
    write_code(page, code)
    return page


def take(page: Page, label: str) -> None:
    """Choose what is suggested; Enter would be a new line, had the list come this very moment."""
    options(page).filter(has_text=label).first.click()


def typed(page: Page, text: str) -> None:
    """Type into the editor, a key at a time: what is suggested comes by keys."""
    editor(page).press_sequentially(text)


def test_fields_helpers_and_choices_are_completed(walk: Walk) -> None:
    page = opened(walk, "")
    typed(page, "return entity.shippingAddress.cou")
    expect(options(page).filter(has_text="country")).to_contain_text("Shipping country")
    expect(page.locator(".cm-completionInfo")).to_contain_text("Shipping country")
    take(page, "country")
    expect(page.locator("textarea[name=code]")).to_have_value("return entity.shippingAddress.country")
    typed(page, " === 'x' && helpers.text.hasA")
    expect(options(page).first).to_contain_text("hasA")
    expect(page.locator(".cm-completionInfo")).to_contain_text("a list (tags) against a list")
    page.keyboard.press("Escape")
    typed(page, "ny(entity.tags, []) && entity.status === 'onH")
    expect(options(page).first).to_have_text("onHoldOn hold")


def test_names_that_stand_for_something_and_the_line_of_a_function_are_completed(walk: Walk) -> None:
    page = opened(walk, "const { text } = helpers;\nconst to = entity.shippingAddress;\nreturn text.f")
    page.keyboard.press("Control+ ")
    expect(options(page).filter(has_text="fold")).to_be_visible()
    page.keyboard.press("Escape")
    typed(page, "old(to.ci")
    expect(options(page).filter(has_text="city")).to_contain_text("Shipping city")
    take(page, "city")
    typed(page, ") === 'x' || entity.lineItems.some((one) => one.sk")
    expect(options(page).filter(has_text="sku")).to_contain_text("Line SKU")


def test_what_stands_under_the_pointer_is_explained(walk: Walk) -> None:
    page = opened(walk, "return helpers.money.round(entity.totalPrice) > 5")
    page.locator(".cm-line").get_by_text("totalPrice").hover()
    about = page.locator(".cm-tooltip-hover")
    expect(about).to_contain_text("Total")
    page.locator(".cm-line").get_by_text("round", exact=True).hover()
    expect(about).to_contain_text("helpers.money.round(value, decimals = 2)")
    expect(about).to_contain_text("rounded half away from zero")


def test_mistakes_are_marked_at_their_place_while_one_types(walk: Walk) -> None:
    page = opened(walk, "const a = 1;\nreturn a +* 2;")
    wrong = page.locator(".cm-lintRange-error")
    expect(wrong).to_have_text("*")
    expect(page.locator(".cm-lint-marker-error")).to_have_count(1)
    wrong.hover()
    expect(page.locator(".cm-tooltip-lint")).to_contain_text("Unexpected token")
    write_code_again(page, "const a = 1;\nreturn a > 2;")
    expect(wrong).to_have_count(0)


def write_code_again(page: Page, code: str) -> None:
    editor(page).click()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(code)


def test_code_is_laid_out_by_button_and_key_and_undone_as_one_step(walk: Walk) -> None:
    messy = 'const   a=entity.tags\nreturn helpers.text.hasAny( a,["vip"] )&&entity.totalPrice>5'
    page = opened(walk, messy)
    page.get_by_role("button", name="Format", exact=True).click()
    tidy = 'const a = entity.tags;\nreturn helpers.text.hasAny(a, ["vip"]) && entity.totalPrice > 5;\n'
    expect(page.locator("textarea[name=code]")).to_have_value(tidy)
    expect(editor(page)).to_be_focused()
    page.keyboard.press("Control+z")
    expect(page.locator("textarea[name=code]")).to_have_value(messy)
    page.keyboard.press("Shift+Alt+F")
    expect(page.locator("textarea[name=code]")).to_have_value(tidy)
    write_code_again(page, "return (")
    page.get_by_role("button", name="Format", exact=True).click()
    expect(page.locator("textarea[name=code]")).to_have_value("return (")


def test_the_keyboard_is_not_caught_and_nobody_is_left_out(walk: Walk) -> None:
    page = opened(walk, "return true")
    expect(editor(page)).to_be_focused()
    page.keyboard.press("Tab")
    assert code_of(page) != "return true", "Tab indents"
    page.keyboard.press("Escape")
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Format", exact=True)).to_be_focused()
    page.keyboard.press("Shift+Tab")
    expect(editor(page)).to_be_focused()
    expect(page.get_by_text("Escape, then Tab leaves the editor")).to_be_visible()
    assert violations(page) == []


def test_the_console_of_a_test_stands_under_the_code(walk: Walk) -> None:
    page = opened(walk, "console.log('pieces', entity.lineItems.length);\nreturn true")
    page.get_by_role("button", name="Test filter").click()
    expect(page.locator(".code-console")).to_contain_text(re.compile(r"pieces \d"), timeout=SOON)
    page.get_by_role("button", name="Test filter").click()
    expect(page.locator(".code-console")).to_have_count(1)


def test_code_works_without_the_words_and_the_check(walk: Walk) -> None:
    page = walk.page
    page.route("**/automations/code/**", lambda route: route.fulfill(status=404))
    opened(walk, "")
    typed(page, "return entity.totalPrice")
    expect(page.locator("textarea[name=code]")).to_have_value("return entity.totalPrice")
