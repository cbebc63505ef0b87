"""Somebody who is quicker than the page: typing before its scripts run counts, and a double click is one press."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Page, Route, expect

from orders.models import RoutingCard, Source
from portal.tenancy.models import Organization
from tests.browser.walk import Walk
from tests.factories import make_card, make_location

pytestmark = pytest.mark.django_db(transaction=True)
SCRIPTS = re.compile(r"/app(\.\w+)?\.js")
CARD = re.compile(r"/routing/[0-9a-f]{16}$")


@contextmanager
def before_its_scripts(walk: Walk, path: str) -> Iterator[Page]:
    """Open a page whose scripts do not come before the block is left."""
    held: list[Route] = []
    walk.page.route(SCRIPTS, lambda route: held.append(route), times=1)
    with walk.page.expect_request(SCRIPTS):
        walk.page.goto(walk.portal + path, wait_until="commit")
    yield walk.page
    held[0].continue_()


def test_a_change_before_the_scripts_run_can_be_saved(walk: Walk, source: Source) -> None:
    place = make_location(source, "w1", "Reno")
    with before_its_scripts(walk, f"/locations/{place.public_id}") as page:
        page.get_by_label("Name", exact=True).fill("Reno West")
    page.get_by_role("button", name="Save location").click()
    expect(page.locator(".toast-card", has_text="“Reno West” is saved.")).to_be_visible()


def test_a_change_before_the_scripts_run_is_a_step_and_is_kept_over_a_reload(walk: Walk, source: Source) -> None:
    with before_its_scripts(walk, "/automations/new/NEW_ORDER/") as page:
        page.get_by_role("textbox", name="Name", exact=True).fill("Quick")
    name = page.get_by_role("textbox", name="Name", exact=True)
    undo = page.get_by_role("button", name="Undo", exact=True)
    undo.click()
    expect(name).to_have_value("")
    page.get_by_role("button", name="Redo", exact=True).click()
    expect(name).to_have_value("Quick")
    page.reload()
    expect(name).to_have_value("Quick")
    expect(undo).to_be_enabled()


def test_a_double_click_makes_one_copy(walk: Walk, source: Source, organization: Organization) -> None:
    make_card(organization, make_location(source, "w1", "Reno"), name="Everything")
    page = walk.open("/routing")
    page.get_by_role("button", name="Duplicate Everything").dblclick()
    expect(page.get_by_text("This is the copy.")).to_be_visible()
    assert RoutingCard.across.count() == 2


def test_who_presses_again_before_the_next_page_is_there_makes_one_copy(
    walk: Walk, source: Source, organization: Organization
) -> None:
    make_card(organization, make_location(source, "w1", "Reno"), name="Everything")
    page = walk.open("/routing")
    copy = page.get_by_role("button", name="Duplicate Everything")
    copy.evaluate(
        "button => document.addEventListener('htmx:afterRequest', () => setTimeout(() => button.click(), 20))"
    )
    held: list[Route] = []
    page.route(CARD, lambda route: held.append(route), times=1)
    copy.evaluate("one => one.addEventListener('click', () => console.log(`press ${one.n = (one.n ?? 0) + 1}`))")
    with page.expect_request(CARD), page.expect_console_message(lambda line: line.text == "press 2"):
        copy.click(no_wait_after=True)
    held[0].continue_()
    expect(page.get_by_text("This is the copy.")).to_be_visible()
    assert RoutingCard.across.count() == 2
