"""A person connects a warehouse, sees which products it does not know, and maps one or has one made."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect
from pytest_django import Settings

from integrations import lifecycle
from integrations.connect import with_token
from integrations.connectors.shipbob.sandbox.server import Sandbox, serve
from integrations.models import Integration
from integrations.views.items import SIZE
from portal.tenancy.models import Organization
from tests.browser.axe import violations_in_both
from tests.browser.fits import fits_everybody
from tests.browser.walk import Walk
from tests.integrations.conftest import TESTER
from tests.integrations.connectors.shipbob.conftest import point_at
from tests.integrations.connectors.shipbob.test_products import TEA, made_there, make, pulled, settle

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def store(settings: Settings) -> Iterator[Sandbox]:
    with serve(rate_limit=100_000) as running:
        point_at(settings, running)
        yield running


@pytest.fixture
def warehouse(organization: Organization, store: Sandbox) -> Integration:
    added = lifecycle.add(organization, "shipbob", name="ShipBob", flows={"products": "push"}, by=TESTER)
    return with_token(added, {"token": store.token}, by=TESTER)


def test_a_person_maps_a_product_and_has_another_one_made(
    walk: Walk, organization: Organization, warehouse: Integration, store: Sandbox
) -> None:
    make(organization, "OUR-TEA")
    make(organization, "NEW-TEA")
    pulled(warehouse)
    page = walk.open(f"/integrations/{warehouse.public_id}/products/")
    page.get_by_label("What ShipBob calls OUR-TEA").fill("NOWHERE")
    page.get_by_role("button", name="Map OUR-TEA").click()
    expect(page.get_by_role("alert")).to_contain_text("keeps nothing under the SKU “NOWHERE”")
    expect(page.get_by_label("What ShipBob calls OUR-TEA")).to_be_focused()
    assert violations_in_both(page) == []
    page.get_by_label("What ShipBob calls OUR-TEA").fill(TEA)
    page.get_by_role("button", name="Map OUR-TEA").click()
    mapped = page.get_by_role("region", name="Mapped: called otherwise there")
    expect(mapped).to_contain_text("OUR-TEA")
    page.get_by_role("button", name="Make there NEW-TEA").click()
    expect(page.get_by_text("Being made", exact=True)).to_be_visible()
    fits_everybody(page, "items")
    settle()
    page.reload()
    expect(page.get_by_text("ShipBob knows every product that can be shipped.")).to_be_visible()
    assert len(made_there(store, "NEW-TEA")) == 1
    page.get_by_label("SKU here of TEA-MINT-080").fill("our-")
    expect(page.get_by_role("option", name="OUR-TEA")).to_be_visible()


def test_a_long_list_is_gone_through_page_by_page(
    walk: Walk, organization: Organization, warehouse: Integration, store: Sandbox
) -> None:
    for number in range(SIZE + 3):
        make(organization, f"OURS-{number:03}")
    store.put("", 1, name="Loose leaf")
    pulled(warehouse)
    page = walk.open(f"/integrations/{warehouse.public_id}/products/")
    ours = page.get_by_role("region", name="Not known at ShipBob")
    theirs = page.get_by_role("region", name="Only at ShipBob")
    expect(ours).to_contain_text("rows 1–50 of 53")
    ours.get_by_role("link", name="Page after").click()
    expect(ours).to_contain_text("rows 51–53 of 53")
    expect(theirs).to_contain_text(TEA)
    expect(theirs.get_by_role("row", name="Loose leaf")).to_contain_text("Give it a SKU at ShipBob")
    expect(page).to_have_url(re.compile(r"\?ours=2$"))
    fits_everybody(page, "items-pages")
    page.get_by_label("What ShipBob calls OURS-051").fill(TEA)
    page.get_by_role("button", name="Map OURS-051").click()
    expect(page.get_by_role("region", name="Mapped: called otherwise there")).to_contain_text("OURS-051")
    expect(ours).to_contain_text("rows 51–52 of 52")
