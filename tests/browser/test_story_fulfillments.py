"""A parcel is reported by hand, and followed from the list to its page and to its order."""

import pytest
from playwright.sync_api import Page, expect

from orders.lifecycle.shipping_request import RequestStatus
from orders.models import Location, ShippingRequest, Source
from tests.browser.fits import fits_everybody
from tests.browser.walk import Walk, row_of
from tests.factories import make_location
from tests.orders.fulfillments.parcels import parcel, report
from tests.orders.requests.making import level, ready_order, request_for, stock

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def reno(source: Source) -> Location:
    made = make_location(source, name="Reno warehouse")
    stock(made, "TEA-1", 10)
    return made


@pytest.fixture
def asked(source: Source, reno: Location) -> ShippingRequest:
    """A request that was handed over; another one of which the warehouse has shipped what nobody asked for."""
    other = request_for(ready_order(source, 1002), reno, status=RequestStatus.SENT_TO_FULFILLMENT)
    report(source, parcel(other.ext_shipment_id, "P7", lines=[("COFFEE", 1)], fulfillmentType="shipped"))
    return request_for(ready_order(source), reno, status=RequestStatus.SENT_TO_FULFILLMENT)


def test_a_person_reports_a_shipment_and_follows_it(walk: Walk, asked: ShippingRequest, reno: Location) -> None:
    page = walk.open(f"/shipping-requests/{asked.public_id}")
    page.get_by_role("link", name="Report shipment…").click()
    _report(page)
    expect(page.get_by_text("#1001: shipment reported")).to_be_visible()
    expect(page.locator(".page-head")).to_contain_text("Partial fulfillment")
    assert level(reno) == (9, 3, 0)
    fits_everybody(page)
    walk.menu("Fulfillments")
    expect(row_of(page, "1Z999")).to_contain_text("1 × TEA-1")
    fits_everybody(page)
    row_of(page, "1Z999").get_by_role("link", name="1Z999").first.click()
    expect(page.get_by_role("region", name="Details")).to_contain_text("by hand")
    fits_everybody(page)
    page.get_by_role("region", name="Details").get_by_role("link", name="#1001").first.click()
    card = page.get_by_role("region", name="Fulfillments")
    expect(card.get_by_role("link", name="1Z999 opens in a new window")).to_have_attribute(
        "href", "https://ups.example/1Z999"
    )
    page.goto(page.url.rpartition("/orders/")[0] + "/fulfillments?q=P7")
    row_of(page, "P7").get_by_role("link", name="P7").first.click()
    expect(page.get_by_text("1 × COFFEE: nobody asked for it")).to_be_visible()
    fits_everybody(page)


def _report(page: Page) -> None:
    expect(page.get_by_role("heading", level=1, name="Report shipment of #1001")).to_be_visible()
    units = page.get_by_label("Green tea (TEA-1)")
    expect(units).to_have_value("2")
    units.fill("1")
    page.get_by_label("Tracking number").fill("1Z999")
    page.get_by_label("Carrier").fill("UPS")
    page.get_by_label("Tracking link").fill("ups.example/1Z999")
    fits_everybody(page)
    page.get_by_role("button", name="Report shipment").click()
