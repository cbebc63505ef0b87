"""Somebody who is quicker than the page: what is typed before its scripts run counts like what is typed later."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Page, Route, expect

from orders.models import Source
from tests.browser.walk import Walk
from tests.factories import make_location

pytestmark = pytest.mark.django_db(transaction=True)
SCRIPTS = re.compile(r"/app(\.\w+)?\.js")


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
