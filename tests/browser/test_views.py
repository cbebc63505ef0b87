"""Chips and views in a real browser: by mouse and by keyboard, alone and among others."""

import re
from collections.abc import Callable

import pytest
from django.test import Client
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from orders.models import Order, Source
from portal.savedviews import services
from portal.savedviews.models import SavedView
from portal.tenancy.models import Membership, Organization
from portal.tenancy.roles import Role
from tests.browser.axe import violations, violations_in_both
from tests.conftest import _client
from tests.factories import ingest, make_member, make_record

pytestmark = pytest.mark.django_db(transaction=True)
Opens = Callable[[str], Page]


@pytest.fixture
def orders(source: Source) -> None:
    """Twelve orders of 10, 20 … 120 USD; #1003 is on hold."""
    ingest(source, *(make_record(1000 + n, totalPrice=f"{n * 10}.00") for n in range(1, 13)))
    Order.across.filter(ext_order_id="#1003").update(status="onHold")


@pytest.fixture
def opened(page: Page, live_server: LiveServer, as_owner: Client, orders: None) -> Opens:
    """Open addresses as the administrator."""
    sign_in(page, live_server, as_owner)

    def go(path: str) -> Page:
        page.goto(f"{live_server.url}{path}")
        return page

    return go


def sign_in(page: Page, live_server: LiveServer, client: Client) -> None:
    page.context.clear_cookies()
    page.context.add_cookies([{"name": "session", "value": client.cookies["session"].value, "url": live_server.url}])


def tabs(page: Page) -> list[str]:
    return [text.split("\n")[0].strip() for text in page.locator("#list-views a").all_inner_texts()]


def shown(page: Page, count: int) -> None:
    expect(page.locator(".pager-count")).to_have_text(f"rows 1–{count} of {count}")


def save(page: Page, name: str, button: str = "Save view") -> None:
    page.get_by_role("button", name=button, exact=True).first.click()
    form = page.locator(".save-form.show")
    form.get_by_label("Name of the view").fill(name)
    form.get_by_role("button", name="Save view").click()
    expect(page.locator("#list-views .is-current")).to_have_text(re.compile(name))


def test_the_focus_stays_with_what_was_followed_in_a_list(opened: Opens, source: Source) -> None:
    ingest(source, *(make_record(2000 + n) for n in range(39)))
    page = opened("/orders?size=25")
    pages = page.get_by_role("navigation", name="Pages")
    for followed, rows in (("Page after", "26–50"), ("Page after", "51–51"), ("1", "1–25")):
        pages.get_by_role("link", name=followed, exact=True).press("Enter")
        expect(page.locator(".pager-count")).to_have_text(f"rows {rows} of 51")
        expect(page.locator(":focus")).to_have_text(followed)
    expect(pages.get_by_role("link", name="Page before")).to_be_disabled()
    head = page.get_by_role("columnheader", name="Total").get_by_role("link")
    for direction in ("descending", "ascending"):
        head.press("Enter")
        expect(page.get_by_role("columnheader", name="Total")).to_have_attribute("aria-sort", direction)
        expect(head).to_be_focused()
    tab = page.locator("#list-views").get_by_role("link", name="On hold")
    tab.press("Enter")
    expect(tab).to_have_attribute("aria-current", "page")
    expect(tab).to_be_focused()


def test_where_what_was_followed_is_gone_the_focus_is_not_lost(opened: Opens) -> None:
    page = opened("/orders?q=%231003")
    shown(page, 1)
    page.get_by_role("link", name="Clear all").press("Enter")
    shown(page, 12)
    expect(page.get_by_role("region", name="Orders")).to_be_focused()
    sizes = page.get_by_role("button", name="50 a page")
    sizes.press("Enter")
    page.get_by_role("link", name="25", exact=True).press("Enter")
    expect(page.get_by_role("button", name="25 a page")).to_be_focused()
    page.get_by_role("button", name="Columns").press("Enter")
    page.get_by_label("Items").uncheck()
    page.get_by_role("button", name="Show these").press("Enter")
    expect(page.get_by_role("columnheader", name="Items")).to_have_count(0)
    expect(page.get_by_role("button", name="Columns")).to_be_focused()


def test_a_chip_is_filled_changed_and_removed_by_mouse(opened: Opens) -> None:
    page = opened("/orders")
    empty = page.locator(".chip.is-empty")
    before = empty.count()
    page.get_by_role("button", name="Total", exact=True).click()
    page.locator(".chip-form.show [name=value]").fill("100")
    page.get_by_role("button", name="Add filter").click()
    shown(page, 3)
    expect(empty).to_have_count(before - 1)
    page.get_by_role("button", name="Total is at least 100").click()
    page.locator(".chip-form.show [name=value]").fill("110")
    page.get_by_role("button", name="Apply").click()
    shown(page, 2)
    expect(page).to_have_url(re.compile(r"f=totalPrice~gte~110$"))
    page.get_by_role("link", name="Remove: Total is at least 110").click()
    shown(page, 12)
    expect(page.get_by_role("button", name="Total", exact=True)).to_be_focused()


def test_a_chip_is_worked_by_keyboard_and_keeps_the_focus(opened: Opens) -> None:
    page = opened("/orders?f=totalPrice~gte~100")
    chip = page.get_by_role("button", name="Total is at least 100")
    chip.focus()
    page.keyboard.press("Enter")
    value = page.locator(".chip-form.show [name=value]")
    expect(value).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator(".chip-form.show")).to_have_count(0)
    expect(chip).to_be_focused()
    page.keyboard.press("Enter")
    expect(value).to_be_focused()
    value.fill("120")
    page.keyboard.press("Enter")
    shown(page, 1)
    changed = page.get_by_role("button", name="Total is at least 120")
    expect(changed).to_be_focused()
    page.keyboard.press("Backspace")
    shown(page, 12)
    expect(page.get_by_role("button", name="Total", exact=True)).to_be_focused()


def test_a_chip_of_a_line_field_says_of_which_lines_it_speaks(opened: Opens) -> None:
    page = opened("/orders?f=lineItems.sku~equals~TEA-1")
    shown(page, 12)
    page.get_by_role("button", name="On some line SKU is “TEA-1”").click()
    page.get_by_label("On which lines").select_option(label="no line")
    page.get_by_role("button", name="Apply").click()
    expect(page.get_by_text("Nothing found", exact=True)).to_be_visible()
    expect(page.get_by_role("button", name="On no line SKU is “TEA-1”")).to_be_focused()


def test_a_chip_that_is_more_than_a_condition_opens_the_advanced_filter(opened: Opens) -> None:
    page = opened("/orders?f=totalPrice~gte~100")
    page.goto(page.url.split("?")[0] + "?filter=" + _packed())
    page.locator(".chip a[data-chip-open]").click()
    drawer = page.get_by_role("dialog", name="Advanced filter")
    expect(drawer).to_be_visible()
    expect(drawer.locator(".filter-form")).to_be_visible()
    page.keyboard.press("Escape")
    expect(drawer).to_be_hidden()
    expect(page.locator(".chip a[data-chip-open]")).to_be_focused()


def _packed() -> str:
    from portal.filters.text import to_address
    from portal.filters.tree import Condition, Group

    either = Group("any", (Condition("status", "equals", "onHold"), Condition("totalPrice", "gte", 110)))
    return to_address(Group("all", (either, Condition("totalPrice", "gte", 10))))


def test_a_view_is_saved_changed_updated_and_saved_as_a_new_one(opened: Opens) -> None:
    page = opened("/orders?f=totalPrice~gte~100")
    save(page, "Large")
    changed = page.locator(".view-changed")
    expect(changed).to_have_count(0)
    page.get_by_role("link", name="Total", exact=True).click()
    expect(changed).to_contain_text("Large is changed")
    expect(page.locator("#list-views .is-current")).to_contain_text("changed")
    page.get_by_role("link", name="Discard changes").click()
    expect(changed).to_have_count(0)
    page.get_by_role("link", name="Total", exact=True).click()
    page.get_by_role("button", name="Update view").click()
    expect(page.locator("#toasts")).to_contain_text("View “Large” updated")
    expect(changed).to_have_count(0)
    assert SavedView.across.get().query == "f=totalPrice~gte~100&sort=-total"
    page.get_by_role("link", name="Remove: Total is at least 100").click()
    shown(page, 12)
    save(page, "By total", "Save as new")
    assert tabs(page)[-2:] == ["Large", "By total"]
    page.get_by_role("link", name="Large", exact=True).click()
    shown(page, 3)
    page.go_back()
    shown(page, 12)


def test_a_view_is_renamed_shared_and_deleted_with_undo(opened: Opens) -> None:
    page = opened("/orders?f=totalPrice~gte~100")
    save(page, "Large")
    menu = page.get_by_role("button", name="View", exact=True)
    menu.click()
    page.locator(".view-menu.show").get_by_label("Name of the view").fill("Big")
    page.get_by_role("button", name="Rename").click()
    expect(page.locator("#list-views .is-current")).to_have_text("Big")
    menu.click()
    assert violations(page) == []
    page.get_by_role("button", name="Share with everybody").click()
    expect(page.locator("#toasts")).to_contain_text("View “Big” is shared with everybody")
    menu.click()
    page.get_by_role("button", name="Delete view").click()
    expect(page.locator("#list-views")).not_to_contain_text("Big")
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("#list-views")).to_contain_text("Big")


def test_somebody_who_was_slower_is_told_and_decides(opened: Opens, owner: Membership) -> None:
    page = opened("/orders?f=totalPrice~gte~100")
    save(page, "Large")
    page.get_by_role("link", name="Total", exact=True).click()
    expect(page.locator(".view-changed")).to_be_visible()
    services.update(SavedView.across.get(), by=owner.user, query="q=tea")
    page.get_by_role("button", name="Update view").click()
    refused = page.locator(".view-refused")
    expect(refused).to_contain_text("Olive Owner has changed the view “Large” in the meantime")
    assert violations(page) == []
    refused.get_by_role("button", name="Overwrite with mine").click()
    expect(refused).to_have_count(0)
    assert SavedView.across.get().query == "f=totalPrice~gte~100&sort=-total"


@pytest.mark.parametrize("width", [1280, 360])
def test_the_views_and_a_changed_list_are_readable_by_everybody(opened: Opens, owner: Membership, width: int) -> None:
    view = services.keep(owner.organization, by=owner.user, list_key="orders", name="Large ones", query="q=tea")
    services.keep(
        owner.organization, by=owner.user, list_key="orders", name="Broken", query="f=x~equals~1", shared=True
    )
    page = opened("/views/of/orders")
    page.set_viewport_size({"width": width, "height": 800})
    for path in ("/views/of/orders", f"/orders?view={view.public_id}&f=totalPrice~gte~10", "/orders?view=Broken"):
        opened(path)
        assert violations_in_both(page) == []
        wide = (
            "[...document.querySelectorAll('#content *')].filter(e => e.getBoundingClientRect().right > innerWidth + 1)"
        )
        assert (
            page.evaluate(
                f"document.documentElement.scrollWidth > innerWidth ? {wide}.map(e => e.outerHTML.slice(0, 90)) : []"
            )
            == []
        )


def test_the_tabs_are_put_in_order_by_keyboard_by_number_and_by_mouse(opened: Opens, owner: Membership) -> None:
    services.keep(owner.organization, by=owner.user, list_key="orders", name="Large", query="q=tea")
    page = opened("/views/of/orders")

    def moved(act: Callable[[], object]) -> None:
        with page.expect_response(lambda answer: answer.url.endswith("/views/of/orders/order")):
            act()

    page.get_by_role("button", name="Move Large: arrow keys").focus()
    moved(lambda: page.keyboard.press("ArrowUp"))
    expect(page.locator("#announcer")).to_contain_text("Large: position 5 of 6")
    page.get_by_label("Position of Large").fill("1")
    moved(lambda: page.keyboard.press("Enter"))
    moved(lambda: page.get_by_role("button", name="Ready down").click())
    opened("/orders")
    assert tabs(page)[:4] == ["All", "Large", "Needs a person", "On hold"]
    opened("/views/of/orders")
    handle = page.get_by_role("button", name="Move Large: arrow keys")
    goal = page.get_by_role("button", name="Move On hold: arrow keys")
    moved(lambda: handle.drag_to(goal, target_position={"x": 8, "y": 30}))
    opened("/orders")
    assert tabs(page).index("Large") > 1


def test_a_role_begins_with_what_its_administrator_has_set(
    opened: Opens, page: Page, live_server: LiveServer, organization: Organization, owner: Membership
) -> None:
    services.keep(
        organization, by=owner.user, list_key="orders", name="Large", query="f=totalPrice~gte~100", shared=True
    )
    opened("/views/of/orders")
    page.get_by_label("User", exact=True).select_option("Large")
    expect(page.locator("#toasts")).to_contain_text("What the list opens with is saved")
    uma = make_member(organization, Role.USER, name="Uma User")
    sign_in(page, live_server, _client(uma.user))
    opened("/orders")
    shown(page, 3)
    expect(page.locator("#list-views .is-current")).to_have_text("Large")
    page.get_by_role("link", name="All", exact=True).click()
    shown(page, 12)
    expect(page).to_have_url(re.compile(r"view=all$"))
    page.reload()
    shown(page, 12)
    page.get_by_role("button", name="View", exact=True).click()
    page.get_by_role("button", name="Open the list with “All”").click()
    expect(page.locator("#toasts")).to_contain_text("The list opens with “All”")
    opened("/orders")
    shown(page, 12)


def test_a_view_that_cannot_be_read_leads_to_its_filter(opened: Opens, owner: Membership) -> None:
    view = services.keep(
        owner.organization, by=owner.user, list_key="orders", name="Old", query="f=gone~equals~1&f=totalPrice~gte~100"
    )
    page = opened(f"/orders?view={view.public_id}")
    expect(page.get_by_role("alert")).to_contain_text("The view “Old” cannot be shown")
    page.get_by_role("link", name="Edit filter").click()
    expect(page.get_by_role("dialog", name="Advanced filter").locator(".filter-form")).to_be_visible()
    page.keyboard.press("Escape")
    page.locator(".chip.is-wrong [data-chip-away]").click()
    shown(page, 3)
    page.get_by_role("button", name="Update view").click()
    expect(page.get_by_role("alert")).to_have_count(0)
    shown(page, 3)
