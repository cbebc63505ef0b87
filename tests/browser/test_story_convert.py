"""The story of a filter that becomes code and comes back, and of code that the builder cannot show."""

import pytest
from playwright.sync_api import Page, expect

from automations.models import Rule
from orders.models import Source
from tests.browser.axe import violations
from tests.browser.builder import condition, drawn, group_in
from tests.browser.walk import Walk, add_action, new_rule, save_rule, try_on, write_code
from tests.factories import make_order

pytestmark = pytest.mark.django_db(transaction=True)
NAME = "Hold big orders of tea"
SENTENCE = "when total is over 20 and (on some line SKU contains “ASSAM” or any tag is “vip”)"


def convert(page: Page, label: str) -> None:
    with drawn(page):
        page.get_by_role("button", name=label).click()


def editor(page: Page) -> str:
    """Return the code as the editor shows it."""
    return page.locator("#rule-code").input_value()


def test_a_filter_built_by_clicking_becomes_code_runs_and_comes_back(walk: Walk, source: Source) -> None:
    order = make_order(source, totalPrice="48.20", tags=["VIP"])
    page = walk.menu("Automations")
    new_rule(page, NAME)
    root = page.locator(".filter-group.is-root")
    condition(page, root, "Total", "is greater than", "20")
    either = group_in(page, root, "Any")
    condition(page, either, "Line SKU", "contains", "ASSAM")
    condition(page, either, "Tags", "contains any of", "vip")
    convert(page, "Convert to code")
    expect(page.get_by_role("radio", name="Code")).to_be_checked()
    expect(page.get_by_role("button", name="Back to the builder")).to_be_focused()
    expect(page.locator(".code-editor .cm-content")).to_contain_text("number(entity.totalPrice) > 20")
    assert 'text.hasAny(entity.tags, ["vip"])' in editor(page)
    add_action(page, "Archive order")
    shown = try_on(page, order.ext_order_id)
    expect(shown.locator(".trial-verdict")).to_contain_text("The filter matches")
    save_rule(page)
    rule = Rule.across.select_related("current").get(name=NAME)
    assert rule.current is not None
    assert rule.current.definition["filter"]["kind"] == "code"
    page.get_by_role("link", name=NAME).first.click()
    convert(page, "Back to the builder")
    expect(page.get_by_role("radio", name="Simple")).to_be_checked()
    expect(page.locator("#rule-told")).to_contain_text(SENTENCE)
    save_rule(page)
    rule.refresh_from_db()
    assert rule.current is not None
    assert rule.current.definition["filter"]["kind"] == "simple"


def test_code_that_the_builder_cannot_show_stays_and_its_line_is_marked(walk: Walk, source: Source) -> None:
    page = walk.menu("Automations")
    new_rule(page, NAME)
    write_code(page, "const { number } = helpers;\nreturn number(entity.totalPrice) > 5\n&& entity.email.length > 4;")
    convert(page, "Back to the builder")
    expect(page.get_by_role("radio", name="Code")).to_be_checked()
    expect(page.get_by_role("alert").filter(has_text="Line 3")).to_be_visible()
    expect(page.locator(".code-editor .cm-lint-marker-error")).to_be_visible()
    expect(page.get_by_role("button", name="Back to the builder")).to_be_focused()
    assert "entity.email.length > 4" in editor(page)
    assert violations(page) == []
