"""The story of a connection: switched off and on, taken back by the store, connected again, deleted."""

import pytest
from playwright.sync_api import Locator, Page, expect

from integrations.connectors.ecwid.sandbox.server import Sandbox
from integrations.models import Integration
from tests.browser.walk import SOON, Walk, approve_in_a_new_tab, place_order, row_of
from tests.crash.workers import Workers

pytestmark = pytest.mark.django_db(transaction=True)

PIECES = {"Morning Assam, 100 g": 1}


def _card(page: Page) -> Locator:
    return page.locator(".integration").filter(has=page.get_by_role("link", name="Tea shop", exact=True))


def _problem(page: Page) -> Locator:
    return page.locator("[data-row]").filter(has=page.get_by_role("link", name="Tea shop does not work"))


def test_orders_placed_while_a_store_is_off_come_when_it_is_on_again(
    walk: Walk, connected: Integration, workers: Workers
) -> None:
    page = walk.menu("Integrations")
    expect(_card(page)).to_contain_text("Connected")
    page.get_by_role("switch", name="Tea shop is on").click()
    page.get_by_role("dialog", name="Switch off Tea shop?").get_by_role("button", name="Switch off").click()
    expect(_card(page)).to_contain_text("Disabled")
    number = place_order(walk, pieces=PIECES)
    page.get_by_role("switch", name="Tea shop is off").click()
    expect(_card(page)).to_contain_text("Connected")
    walk.menu("Orders")
    expect(row_of(page, number)).to_contain_text("On hold", timeout=SOON)


def test_access_that_the_store_took_back_says_the_cure_and_comes_back_by_it(
    walk: Walk, connected: Integration, sandbox: Sandbox, workers: Workers
) -> None:
    page = walk.menu("Integrations")
    sandbox.revoke_tokens()
    expect(_card(page)).to_contain_text("Error", timeout=SOON)
    walk.menu("Home")
    expect(page.get_by_role("region", name="Needs a person").get_by_role("link").first).to_be_visible()
    walk.menu("Exceptions")
    expect(_problem(page)).to_contain_text("Active")
    walk.menu("Integrations")
    _card(page).get_by_role("link", name="Connect", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("press Connect", ignore_case=True)
    number = place_order(walk, pieces=PIECES)
    approve_in_a_new_tab(walk).close()
    expect(page.get_by_role("heading", name="Connected")).to_be_visible(timeout=SOON)
    walk.menu("Exceptions")
    expect(_problem(page)).to_contain_text("Resolved")
    walk.menu("Orders")
    expect(row_of(page, number)).to_contain_text("On hold", timeout=SOON)


def test_a_person_who_denies_the_access_is_told_so_and_can_try_again(
    walk: Walk, connected: Integration, sandbox: Sandbox
) -> None:
    Integration.across.filter(pk=connected.pk).update(connection="not_configured")
    page = walk.open(f"/integrations/{connected.public_id}/connect/")
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="Connect (opens a new tab)").click()
    opened.value.get_by_role("button", name="Deny").click()
    expect(opened.value.get_by_role("heading", level=1, name="Not connected")).to_be_visible()
    opened.value.close()
    expect(page.get_by_role("alert")).to_contain_text("The access was refused on the page of Ecwid.")
    approve_in_a_new_tab(walk).close()
    expect(page.get_by_role("heading", name="Connected")).to_be_visible(timeout=SOON)


def test_deleting_asks_for_the_name_and_nothing_else_will_do(walk: Walk, connected: Integration) -> None:
    page = walk.menu("Integrations")
    page.get_by_role("link", name="Tea shop", exact=True).click()
    messages = page.get_by_role("region", name="Messages from Ecwid")
    expect(messages).to_contain_text("cannot call it. It is asked every 5 seconds instead.")
    expect(messages).to_contain_text("/hooks/ecwid")
    walk.menu("Integrations")
    page.get_by_role("link", name="Delete Tea shop").click()
    dialog = page.get_by_role("dialog", name="Delete Tea shop?")
    expect(dialog.get_by_role("button", name="Only switch off")).to_be_visible()
    dialog.get_by_role("textbox").fill("Coffee shop")
    dialog.get_by_role("button", name="Delete").click()
    expect(page.get_by_role("heading", level=1, name="Delete integration")).to_be_visible()
    assert Integration.across.get(pk=connected.pk).deleted_at is None
    page.get_by_role("main").get_by_role("textbox").fill("Tea shop")
    page.get_by_role("main").get_by_role("button", name="Delete").click()
    expect(page.get_by_text("Tea shop is deleted. Its orders are still here.").first).to_be_visible()
    expect(_card(page)).to_have_count(0)
