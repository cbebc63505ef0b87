"""The Order Hold Engine in a browser, from its first row to the rules it becomes, and the keys beside it."""

import pytest
from playwright.sync_api import expect

from automations.hold_engine.settings import give
from automations.models import HoldEngine, Rule
from automations.services import ensure_defaults
from orders.models import Source
from tests.browser.fits import fits_everybody
from tests.browser.walk import Walk

pytestmark = pytest.mark.django_db(transaction=True)


def test_an_engine_is_set_and_migrated(walk: Walk, source: Source) -> None:
    Source.across.create(organization=source.organization, name="Tin shop", connector="ecwid")
    give(source.organization)
    page = walk.open("/automations/")
    page.get_by_role("link", name="Order Hold Engine").click()
    expect(page.get_by_role("heading", level=1, name="Order Hold Engine")).to_be_visible()
    every = page.get_by_role("region", name="Every store")
    every.get_by_label("Hold minutes").fill("45")
    every.get_by_label("Next status after hold").select_option("Review required")
    for number in (1, 2):
        page.get_by_role("button", name="Add row").click()
        page.get_by_role("region", name=f"Store row {number}").get_by_label("Store").select_option("Tin shop")
    page.get_by_role("button", name="Save", exact=True).click()
    second = page.get_by_role("region", name="Store row 2")
    expect(second.get_by_text("There is a row for this store already.")).to_be_visible()
    expect(every.get_by_label("Hold minutes")).to_have_value("45")
    fits_everybody(page, "hold-engine")
    second.get_by_role("button", name="Remove").click()
    expect(second).to_have_count(0)
    row = page.get_by_role("region", name="Store row 1")
    row.get_by_label("Hold minutes").fill("90")
    row.get_by_label("Hold minutes").press("Enter")
    expect(page.get_by_text("Saved: it acts from the next order on")).to_be_visible()
    assert HoldEngine.across.get().minutes == 45

    page.get_by_role("link", name="Migrate to Automations").click()
    expect(page.get_by_text("New rule, for orders from Tin shop: hold 90 minutes")).to_be_visible()
    fits_everybody(page, "hold-engine-migrate")
    page.get_by_role("button", name="Migrate").click()
    expect(page.get_by_text("Olive Owner has migrated these settings to Automations")).to_be_visible()
    fits_everybody(page, "hold-engine-migrated")
    page.get_by_role("link", name="Open the rules").click()
    expect(page.get_by_text("Hold orders of Tin shop").first).to_be_visible()
    assert Rule.across.filter(trigger="NEW_ORDER", enabled=True).count() == 2


def test_the_key_of_the_engine_and_the_webhook_secret_stand_among_the_keys(walk: Walk, source: Source) -> None:
    ensure_defaults(source.organization)
    page = walk.open("/settings/api-keys")
    expect(page.get_by_text("Stands for your rules in the history of records")).to_be_visible()
    page.get_by_role("button", name="Make secret").click()
    expect(page.get_by_text("The webhook secret is made. Copy it now")).to_be_visible()
    fits_everybody(page, "api-keys")
    page.get_by_role("button", name="Make a new secret").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("For a day calls are signed with the new secret and with the old one.")
    dialog.get_by_role("button", name="Make secret").click()
    expect(page.get_by_text("The one before it signs as well until it ends")).to_be_visible()
    page.get_by_role("button", name="Revoke Automation Engine").click()
    expect(dialog).to_contain_text("Your rules go on all the same")
    dialog.get_by_role("button", name="Revoke key").click()
    expect(page.get_by_text("Revoked. A new key is made within five minutes")).to_be_visible()
