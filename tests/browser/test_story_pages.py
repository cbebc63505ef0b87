"""Every page for everybody: read by machines in light and dark, and worked with one thumb."""

from decimal import Decimal

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from automations.definition import ActionSpec, Definition, FilterSpec
from automations.models import Rule, Run
from automations.services import create_rule, set_enabled
from integrations.models import Integration
from orders.exceptions.raise_ import Problem, raise_exceptions
from orders.models import Order, OrderException
from portal.audit.actor import Actor
from portal.events.dispatch import drain
from portal.filters import codec
from portal.filters.tree import Condition, Group
from portal.tenancy.models import Organization
from tests.browser.axe import violations_in_both
from tests.browser.walk import Walk, row_of, write_code
from tests.factories import make_orders

pytestmark = pytest.mark.django_db(transaction=True)

TESTER = Actor.system("test")
PHONE: ViewportSize = {"width": 390, "height": 780}


@pytest.fixture
def day(organization: Organization, connected: Integration, walk: Walk) -> list[str]:
    """A working day: orders, rules of both kinds and their runs, something that needs a person.

    Returns the address of every page that shows them.
    """
    code = FilterSpec(kind="code", code="console.log(entity.extOrderId)\nreturn entity.totalPrice > 40")
    tree = Group("all", (Condition("totalPrice", "gt", Decimal(40)), Group("none", (Condition("email", "is_empty"),))))
    for name, spec in (("By code", code), ("By clicking", FilterSpec(tree=codec.encode(tree)))):
        made = Definition(name=name, filter=spec, actions=(ActionSpec(key="hold", settings={"minutes": 30}),))
        set_enabled(create_rule(organization, "NEW_ORDER", made, by=TESTER), True, by=TESTER)
        make_orders(connected.source, [1000 + Order.across.count()])
        drain("automations")
        set_enabled(Rule.across.get(name=name), False, by=TESTER)
    problem = Problem("integration_failed", organization.pk, "x", "Tea shop does not work", "It says no.", "Connect.")
    raise_exceptions([problem])
    return [*_fixed(), *_of_records(connected)]


def _fixed() -> list[str]:
    return [
        "/", "/orders", "/orders?f=status~is_one_of~onHold", "/orders?q=nothing", "/exceptions", "/automations/",
        "/automations/new/NEW_ORDER/", "/automations/history/", "/integrations/", "/integrations/add/",
        "/integrations/add/ecwid/", "/settings", "/settings/members", "/settings/account", "/not-there",
    ]  # fmt: skip


def _of_records(connected: Integration) -> list[str]:
    """The pages of one record each."""
    return [
        *(f"/orders/{order.public_id}" for order in Order.across.all()),
        *(f"/exceptions/{one.public_id}" for one in OrderException.across.all()),
        *(f"/automations/rules/{rule.public_id}/" for rule in Rule.across.all()),
        *(f"/automations/history/{run.public_id}/" for run in Run.across.all()),
        *(
            f"/integrations/{connected.public_id}/{page}"
            for page in ("", "mappings/", "activity/", "flows/", "connect/", "delete/", "returned/")
        ),
    ]


def test_nothing_is_wrong_with_any_page_for_those_who_read_it_by_machine(walk: Walk, day: list[str]) -> None:
    assert len(day) >= 29
    found = [f"{path}: {wrong}" for path in day for wrong in violations_in_both(walk.open(path))]
    assert not found, "\n".join(found)


def test_no_page_is_wider_than_a_phone(walk: Walk, day: list[str]) -> None:
    walk.page.set_viewport_size(PHONE)
    wide = [path for path in day if not walk.open(path).evaluate("document.documentElement.scrollWidth <= innerWidth")]
    assert wide == []


def test_an_order_is_looked_up_and_released_with_one_thumb(walk: Walk, day: list[str]) -> None:
    page = walk.page
    page.set_viewport_size(PHONE)
    walk.open("/")
    page.get_by_role("searchbox", name="Search anything").fill("#1001")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1, name="#1001")).to_be_visible()
    release = page.get_by_role("button", name="Release hold")
    place = release.bounding_box()
    assert place is not None
    assert place["y"] + place["height"] < PHONE["height"]
    assert place["height"] >= 32
    release.click()
    expect(page.locator(".page-head")).to_contain_text("Ready for fulfillment")
    expect(page.locator(".toast-card")).to_contain_text("Hold released")


def test_the_way_back_and_a_reload_keep_the_list_as_it_was(walk: Walk, day: list[str]) -> None:
    page = walk.open("/orders")
    page.get_by_role("link", name="On hold").first.click()
    expect(page.locator(".tab-link.is-current")).to_contain_text("On hold")
    row_of(page, "#1001").get_by_role("link").first.click()
    expect(page.get_by_role("heading", level=1, name="#1001")).to_be_visible()
    page.go_back()
    expect(page.locator(".tab-link.is-current")).to_contain_text("On hold")
    page.reload()
    expect(page.locator(".tab-link.is-current")).to_contain_text("On hold")


def test_code_that_cannot_be_read_is_refused_with_its_line_and_nothing_is_lost(walk: Walk, day: list[str]) -> None:
    page: Page = walk.open("/automations/new/NEW_ORDER/")
    page.get_by_role("textbox", name="Name", exact=True).fill("Broken")
    write_code(page, "const a = 1\nreturn a ===")
    page.get_by_role("button", name="Save rule").click()
    expect(page.get_by_role("alert").first).to_contain_text("Line 2")
    expect(page.get_by_role("textbox", name="Name", exact=True)).to_have_value("Broken")
    expect(page.locator(".code-editor .cm-content")).to_contain_text("return a ===")
