"""A warehouse is told by itself: a refusal is mended, a cancellation is answered, and what is in the way is said."""

import pytest
from playwright.sync_api import Page, expect
from pytest_django import Settings

from integrations import lifecycle
from integrations.capabilities import CancelAnswer
from integrations.models import Integration
from orders.models import Source
from portal.tenancy.models import Organization
from tests.browser.fits import fits_a_phone, fits_everybody
from tests.browser.walk import Walk
from tests.factories import make_location
from tests.integrations.conftest import TESTER
from tests.integrations.outbound.conftest import connect, go, registered
from tests.integrations.outbound.house import KEY, House, declined
from tests.orders.requests.making import ready_order, request_for, stock

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def house(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> House:
    return registered(settings, monkeypatch)


@pytest.fixture
def acme(organization: Organization, house: House) -> Integration:
    return connect(lifecycle.add(organization, KEY, name="Acme", by=TESTER))


def test_a_person_mends_a_refusal_and_sees_what_became_of_a_cancellation(
    walk: Walk, source: Source, acme: Integration, house: House
) -> None:
    reno = make_location(acme.source, name="Acme Reno")
    stock(reno, "TEA-1", 10)
    request = request_for(ready_order(source, shippingAddress={"city": "Reno", "country": "US"}), reno)
    house.refuses = {"TEA-1": declined("sku_unknown", "TEA-1 is not a product here")}
    go()
    page = walk.open(f"/shipping-requests/{request.public_id}")
    expect(page.get_by_text("Acme Reno did not take it.")).to_be_visible()
    house.refuses = {}
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_text("It is handed to Acme Reno by itself.")).to_be_visible()
    go()
    page.reload()
    expect(page.get_by_text("Acme Reno has it, and tells what it ships.")).to_be_visible()
    _cancel(page, request.ext_shipment_id)
    expect(page.get_by_text("Cancel pending: Acme Reno has been asked")).to_be_visible()
    fits_everybody(page, "request")
    house.cancels = lambda reference: CancelAnswer(agreed=False, reason="it is picked")
    go()
    page = walk.open(f"/orders/{request.order.public_id}")
    expect(page.get_by_text("Acme Reno did not cancel it: it will be shipped.")).to_be_visible()
    fits_a_phone(page, "order")


def _cancel(page: Page, number: str) -> None:
    page.get_by_role("button", name="Cancel request…").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("It is asked to cancel")
    dialog.get_by_role("button", name="Cancel request").click()


def test_the_page_of_a_warehouse_says_what_is_in_the_way(
    walk: Walk, source: Source, acme: Integration, house: House
) -> None:
    reno = make_location(acme.source, name="Acme Reno")
    make_location(acme.source, "w2", "Acme Leeds", fulfillment_source=None)
    request_for(ready_order(source), reno)
    lifecycle.save_flows(acme, {"shipping_requests": "disabled", "inventory": "disabled"}, by=TESTER)
    page = walk.open(f"/integrations/{acme.public_id}/")
    wrong = page.get_by_role("region", name="What is in the way")
    expect(wrong.get_by_role("listitem")).to_have_count(3)
    expect(wrong.get_by_role("link", name="Open location")).to_be_visible()
    fits_everybody(page, "integration")
    page.get_by_label("Shipping_requests").select_option("push")
    page.get_by_role("button", name="Save").click()
    expect(wrong.get_by_role("listitem")).to_have_count(2)
    page = walk.open(f"/integrations/add/{KEY}/")
    expect(page.get_by_text("Fulfillment channel")).to_be_visible()
    fits_a_phone(page, "wizard")
