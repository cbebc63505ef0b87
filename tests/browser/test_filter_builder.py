"""Building filters by clicking, on Orders: nested, moved, undone, counted, applied and shared; and on a phone."""

import re

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from orders.models import Source
from tests.browser.axe import violations
from tests.browser.builder import act, condition, conditions, drawn, fill, group_in, node, number, pick, told
from tests.browser.walk import Walk, row_of
from tests.factories import make_order

pytestmark = pytest.mark.django_db(transaction=True)
HOME = {"country": "US", "city": "Reno"}


@pytest.fixture
def orders(source: Source) -> None:
    """Four orders: big and small, one with much tea on one line."""
    many = [{"uniqueId": "l1", "sku": "TEA-1", "name": "Tea", "quantity": 9, "itemPrice": "20"}]
    apart = [
        {"uniqueId": "l1", "sku": "TEA-1", "name": "Tea", "quantity": 1, "itemPrice": "20"},
        {"uniqueId": "l2", "sku": "CUP-3", "name": "Cup", "quantity": 9, "itemPrice": "5"},
    ]
    make_order(source, 1, totalPrice="10.00", tags=["vip"])
    make_order(source, 2, totalPrice="180.00", tags=["vip"], lineItems=many)
    make_order(source, 3, totalPrice="65.00", tags=["rush"], lineItems=apart, billingAddress=HOME)
    make_order(source, 4, totalPrice="250.00", tags=[], shippingAddress={"city": "Lyon", "country": "FR"})


def opened(walk: Walk, query: str = "") -> Locator:
    """Open *Advanced filter* above the list of orders; returns the outermost group."""
    page = walk.open(f"/orders{query}")
    page.get_by_role("link", name="Advanced filter").click()
    expect(page.get_by_role("dialog", name="Advanced filter")).to_be_visible()
    root = page.locator(".filter-group.is-root")
    expect(root).to_be_visible()
    return root


def apply(page: Page) -> None:
    page.get_by_role("button", name="Apply", exact=True).click()
    expect(page.get_by_role("dialog", name="Advanced filter")).to_be_hidden()


def order_of(page: Page, group: Locator) -> list[str]:
    """Return the values of a group's conditions from top to bottom."""
    return [one.input_value() for one in conditions(page, group).locator(".filter-value input").all()]


def test_one_begins_at_the_field_of_an_empty_filter_and_escape_leads_back(walk: Walk, orders: None) -> None:
    page = walk.page
    opened(walk)
    expect(node(page, "0").get_by_role("combobox", name="Field", exact=True)).to_be_focused()
    page.get_by_role("button", name="Close", exact=True).first.click()
    expect(page.get_by_role("link", name="Advanced filter")).to_be_focused()
    opened(walk, "?f=totalPrice~gt~20")
    expect(page.get_by_role("combobox", name="How the conditions are joined")).to_be_focused()


def test_a_nested_filter_is_built_counted_applied_reloaded_and_shared(walk: Walk, orders: None) -> None:
    page = walk.page
    root = opened(walk)
    expect(number(page)).to_have_text("4")
    condition(page, root, "Total", "is greater than", "50")
    expect(told(page)).to_have_text("When total is over 50")
    expect(number(page)).to_have_text("3")
    either = group_in(page, root, "Any")
    condition(page, either, "Tags", "contains any of", "vip", "gold")
    condition(page, either, "Shipping country", "equals", "France")
    expect(told(page)).to_have_text(
        "When total is over 50 and (any tag is “vip” or “gold” or shipping country is “FR”)"
    )
    expect(number(page)).to_have_text("2")
    apply(page)
    expect(page.get_by_role("link", name="Advanced filter")).to_be_focused()
    for _ in ("applied", "reloaded"):
        expect(row_of(page, "#2")).to_be_visible()
        expect(row_of(page, "#4")).to_be_visible()
        expect(page.locator("[data-row]")).to_have_count(2)
        page.reload()
    shared = walk.page.context.new_page()
    shared.goto(page.url + "#advanced-filter")
    expect(shared.locator("#filter-told")).to_contain_text("any tag is “vip” or “gold”")
    expect(shared.locator("[data-node=condition]")).to_have_count(3)
    shared.close()


def test_one_line_is_not_several_and_lines_are_counted(walk: Walk, orders: None) -> None:
    page = walk.page
    root = opened(walk)
    line = group_in(page, root, "All", "on some one line")
    condition(page, line, "Line SKU", "equals", "TEA-1")
    condition(page, line, "Line quantity", "is greater than", "5")
    expect(told(page)).to_contain_text("and on some line (SKU is “TEA-1” and quantity is over 5)")
    expect(number(page)).to_have_text("1")
    with drawn(page):
        line.get_by_role("combobox", name="Line items").first.select_option(label="in the whole order")
    expect(number(page)).to_have_text("2")
    with drawn(page):
        page.get_by_role("button", name="Clear", exact=True).click()
    expect(told(page)).to_have_text("Always: there is no condition yet.")
    with drawn(page):
        root.get_by_role("button", name="Number of lines").click()
    expect(page.get_by_role("combobox", name="What is measured")).to_be_focused()
    with drawn(page):
        page.get_by_role("combobox", name="What is measured").select_option(label="Sum of")
    with drawn(page):
        pick(node(page, "0").get_by_role("combobox", name="Field", exact=True), "Line quantity")
    node(page, "0").get_by_role("textbox", name="Value").fill("10")
    where = node(page, "0.0")
    condition(page, where, "Line SKU", "contains", "CUP")
    expect(told(page)).to_contain_text("the sum of quantity over the lines where SKU contains “CUP” is at least 10")
    expect(number(page)).to_have_text("0")
    node(page, "0").get_by_role("textbox", name="Value").first.fill("9")
    expect(number(page)).to_have_text("1")
    apply(page)
    expect(row_of(page, "#3")).to_be_visible()


def test_a_field_is_compared_with_another_and_turned_into_its_opposite(walk: Walk, orders: None) -> None:
    page = walk.page
    root = opened(walk)
    row = condition(page, root, "Shipping city", "equals", "Reno")
    with drawn(page):
        row.get_by_role("button", name="Compare with another field").click()
    with drawn(page):
        pick(node(page, "0").get_by_role("combobox", name="Other field"), "Billing city")
    expect(told(page)).to_have_text("When shipping city is the same as billing city")
    expect(number(page)).to_have_text("1")
    act(page, "0", "Turn into its opposite")
    expect(told(page)).to_have_text("When not (shipping city is the same as billing city)")
    expect(number(page)).to_have_text("3")
    with drawn(page):
        node(page, "0.0").get_by_role("button", name="Compare with another field").click()
    expect(node(page, "0.0").get_by_role("combobox", name="Value")).to_have_value("Reno")


def three(page: Page, root: Locator) -> Locator:
    """Three conditions, the last two of them in a group; returns the group."""
    condition(page, root, "E-mail", "contains", "one")
    inner = group_in(page, root, "Any")
    condition(page, inner, "E-mail", "contains", "two")
    condition(page, inner, "E-mail", "contains", "three")
    return inner


def test_conditions_are_moved_by_keys_into_groups_and_out_and_told(walk: Walk, orders: None) -> None:
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


def drag(page: Page, handle: Locator, onto: Locator) -> None:
    start, end = handle.bounding_box(), onto.bounding_box()
    assert start is not None
    assert end is not None
    page.mouse.move(start["x"] + 8, start["y"] + 8)
    page.mouse.down()
    for tremor in range(40):  # a hand is never quite still
        page.mouse.move(end["x"] + 60 + tremor % 3, end["y"] + 4 + tremor % 2, steps=2)
    page.mouse.up()


def test_conditions_are_dragged_from_group_to_group(walk: Walk, orders: None) -> None:
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


def test_undo_and_redo_go_over_edits_and_typed_values(walk: Walk, orders: None) -> None:
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


def test_fifty_steps_can_be_undone(walk: Walk, orders: None) -> None:
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


def test_what_is_typed_while_an_answer_is_under_way_stays(walk: Walk, orders: None) -> None:
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


def test_changing_the_field_and_back_brings_back_what_was_typed(walk: Walk, orders: None) -> None:
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


def test_what_is_wrong_stands_at_its_condition_and_nothing_is_applied(walk: Walk, orders: None) -> None:
    page = walk.page
    root = opened(walk, "?q=ana")
    condition(page, root, "Total", "is greater than", "50")
    condition(page, root, "Placed", "is in the last", "many")
    page.get_by_role("button", name="Apply", exact=True).click()
    expect(page.get_by_role("alert").get_by_text("Put what is marked right")).to_be_visible()
    wrong = node(page, "1")
    expect(wrong.get_by_text("This operator takes a span of time.")).to_be_visible()
    box = wrong.get_by_label("How many")
    expect(box).to_have_attribute("aria-invalid", "true")
    expect(box).to_be_focused()
    box.fill("3")
    expect(wrong.get_by_text("This operator takes a span of time.")).to_be_hidden()
    apply(page)
    expect(page).to_have_url(re.compile(r"f=totalPrice~gt~50&f=extOrderCreatedAt~in_last~3~days&q=ana"))


def test_one_record_tells_what_kept_it_out(walk: Walk, orders: None) -> None:
    page = walk.page
    root = opened(walk)
    condition(page, root, "Total", "is greater than", "50")
    condition(page, root, "Tags", "contains any of", "vip")
    page.get_by_text("Check one record").click()
    page.get_by_role("textbox", name="Number or ID").fill("#3")
    page.keyboard.press("Enter")
    lines = page.locator(".why-line")
    expect(lines.filter(has_text="total is over 50")).to_contain_text("saw 65.00")
    expect(lines.filter(has_text="any tag is “vip”")).to_contain_text("this kept it out")


def test_closing_half_way_keeps_what_was_built(walk: Walk, orders: None) -> None:
    page = walk.page
    condition(page, opened(walk), "Total", "is greater than", "50")
    page.get_by_role("button", name="Close", exact=True).last.click()
    expect(page.get_by_role("dialog", name="Advanced filter")).to_be_hidden()
    page.get_by_role("link", name="Advanced filter").click()
    expect(told(page)).to_have_text("When total is over 50")


def test_a_filter_is_built_on_a_phone_and_nothing_overflows(walk: Walk, orders: None) -> None:
    page = walk.page
    page.set_viewport_size({"width": 360, "height": 740})
    root = opened(walk)
    condition(page, root, "Total", "is greater than", "50")
    inner = group_in(page, root, "Any", "on some one line")
    condition(page, inner, "Line SKU", "equals", "TEA-1")
    act(page, "1.0", "Move out of the group")
    wide = (
        "[...document.querySelectorAll('.filter-scroll, html')].filter(e => e.scrollWidth > e.clientWidth + 1).length"
    )
    assert page.evaluate(wide) == 0
    assert violations(page) == []
    with drawn(page):
        node(page, "1").get_by_role("button", name="Remove group").click()
    apply(page)
    expect(row_of(page, "#2")).to_be_visible()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_builder_hides_nothing_from_those_who_read_by_machine(walk: Walk, orders: None, theme: str) -> None:
    page = walk.page
    page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
    root = opened(walk)
    condition(page, root, "Total", "is greater than", "x")
    three(page, root)
    with drawn(page):
        root.get_by_role("button", name="Number of lines").last.click()
    node(page, "0").get_by_role("button", name="More").click()
    assert violations(page) == []


def test_rules_have_the_same_builder_with_undo_moves_and_the_number_of_orders(walk: Walk, orders: None) -> None:
    page = walk.open("/automations/new/NEW_ORDER/")
    page.get_by_role("textbox", name="Name", exact=True).fill("Big tea")
    root = page.locator(".filter-group.is-root")
    condition(page, root, "Total", "is greater than", "50")
    expect(number(page)).to_have_text("3")
    inner = group_in(page, root, "All", "on some one line")
    condition(page, inner, "Line quantity", "is greater than", "5")
    expect(page.locator("#rule-told")).to_contain_text("when total is over 50 and on some line quantity is over 5")
    expect(number(page)).to_have_text("2")
    act(page, "0", "Move into the group beside")
    expect(node(page, "0.0").get_by_text("The group is bound to one line")).to_be_visible()
    with drawn(page):
        page.keyboard.press("Control+z")
    page.get_by_role("combobox", name="Which orders are counted").select_option(label="of all orders")
    expect(number(page)).to_have_text("2")
    with drawn(page):
        page.get_by_role("button", name="Archive order", exact=True).click()
    with drawn(page):
        page.get_by_role("button", name="Undo", exact=True).click()
    expect(page.locator(".action-row")).to_have_count(1)
    with drawn(page):
        page.get_by_role("button", name="Redo", exact=True).click()
    page.get_by_role("button", name="Save rule").click()
    expect(page.locator("#rule-cards .rule-card", has_text="Big tea")).to_contain_text(
        "when total is over 50 and on some line quantity is over 5"
    )
