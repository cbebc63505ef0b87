"""Large orders: lines are edited fifty at a time, and a page full of lines and parcels is read at every width."""

import pytest
from playwright.sync_api import Locator, expect

from orders.edit_lines import MOST
from orders.models import Location, Order, Source
from orders.requests.create import Part, PartLine
from portal.kit.json import Json
from tests.browser.fits import fits_everybody
from tests.browser.walk import Walk
from tests.factories import make_location
from tests.orders.requests.making import ready_order, requests_for

pytestmark = pytest.mark.django_db(transaction=True)
LONG = "Earl Grey with bergamot from Calabria, whole leaf, 250 g"


def line(number: int) -> Json:
    """A line with everything that a line may have, its SKU as long as some shops have them."""
    money = {"itemPrice": "1250.00", "itemDiscount": "125.00", "itemTax": "87.50"}
    names = {"sku": f"EARL-GREY-{number:03}-ORGANIC-LOOSE-LEAF-100G", "name": f"{LONG}, {number}"}
    return {"uniqueId": f"l{number}", "quantity": 4, **names, **money}


def test_lines_of_a_large_order_are_edited_fifty_at_a_time(walk: Walk, source: Source) -> None:
    order = ready_order(source, lineItems=[line(number) for number in range(1, MOST + 11)])
    page = walk.open(f"/orders/{order.public_id}")
    page.get_by_role("button", name="Edit").first.click()
    drawer = page.get_by_role("dialog", name="Edit #1001")
    expect(drawer).to_contain_text("Lines 1 to 50 of 210.")
    units(drawer, 3).fill("9")
    drawer.get_by_role("button", name="Next lines").last.click()
    told = drawer.get_by_role("status")
    expect(told).to_have_text("Lines 51 to 100 of 210. One line that you have changed stays here until you save.")
    expect(told).to_be_focused()
    expect(told).to_be_in_viewport()
    expect(drawer.get_by_role("group", name="EARL-GREY-003")).to_contain_text("changed")
    units(drawer, 60).fill("8")
    finds(drawer, "nowhere")
    expect(told).to_contain_text(
        "None of the 210 lines has this in its SKU or name. 2 lines that you have changed stay"
    )
    finds(drawer, "grey-207")
    expect(told).to_contain_text("One line fits; the order has 210.")
    expect(drawer.get_by_role("searchbox", name="Find lines by SKU or name")).to_be_focused()
    drawer.get_by_role("group", name="EARL-GREY-207").get_by_label("Remove").check()
    fits_everybody(page)
    drawer.get_by_role("button", name="Save changes").click()
    expect(drawer).to_be_hidden()
    found = {one["uniqueId"]: one["quantity"] for one in Order.across.get(pk=order.pk).content["lineItems"]}
    assert (len(found), "l207" in found) == (MOST + 9, False)
    assert {key: count for key, count in found.items() if count != 4} == {"l3": 9, "l60": 8}


def test_who_does_not_save_is_back_at_the_order(walk: Walk, source: Source) -> None:
    """From the drawer without loading anything, from the form's own page by its link."""
    own = f"/orders/{ready_order(source).public_id}"
    page = walk.open(own)
    page.get_by_role("button", name="Edit").first.click()
    page.get_by_label("Gift note").fill("Mine")
    page.evaluate("document.body.dataset.stays = 'yes'")
    page.get_by_role("link", name="Do not save").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.locator("body")).to_have_attribute("data-stays", "yes")
    walk.open(f"{own}/edit").get_by_role("link", name="Do not save").click()
    expect(page).to_have_url(f"{walk.portal}{own}")


def test_a_page_full_of_lines_needs_no_scrolling_aside(walk: Walk, source: Source) -> None:
    order = ready_order(source, lineItems=[line(number) for number in range(1, 31)])
    reno = make_location(source, name="Reno warehouse")
    Location.across.filter(pk=reno.pk).update(ships_by_hand=True)
    some = [PartLine(f"l{number}", line(number)["sku"], LONG, 2) for number in range(1, 13)]
    requests_for(order, [Part(reno, some), Part(reno, [PartLine("l20", "EARL-GREY-020", LONG, 1)])])
    for path in ("", f"/requests/new?location={reno.public_id}"):
        page = walk.open(f"/orders/{order.public_id}{path}")
        for width in (1280, 360):
            page.set_viewport_size({"width": width, "height": 800})
            wide = page.locator(".wide-table").first
            assert wide.evaluate("table => table.scrollWidth <= table.clientWidth"), (path, width)
        fits_everybody(page)


def units(drawer: Locator, number: int) -> Locator:
    return drawer.get_by_role("group", name=f"EARL-GREY-{number:03}").get_by_label("Quantity")


def finds(drawer: Locator, text: str) -> None:
    drawer.get_by_role("searchbox", name="Find lines by SKU or name").fill(text)
    drawer.get_by_role("searchbox", name="Find lines by SKU or name").press("Enter")
