"""Somebody sets up where orders go: locations, then a routing card; on a desk and on a phone, in light and dark."""

import pytest
from playwright.sync_api import expect

from orders.models import Location, RoutingCard, Source
from tests.browser.fits import fits_everybody
from tests.browser.pick import choose
from tests.browser.walk import Walk
from tests.factories import make_card, make_location

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_card_is_made_from_the_locations_there_are_and_put_first(walk: Walk, source: Source) -> None:
    make_location(source, "w1", "Leeds")
    lost = make_location(source, "w2", "Reno", fulfillment_source=None)
    make_card(source.organization, lost, name="Everything else")
    _lets_the_shop_ship_from_reno(walk)
    page = walk.menu("Routing")
    page.get_by_role("link", name="New card").click()
    page.get_by_role("textbox", name="Name").fill("To the States")
    destination = page.get_by_role("group", name="Destination 1")
    told = page.locator("#card-told")
    choose(destination.get_by_role("combobox", name="Add a location"), "Leeds", "Leeds")
    expect(told).to_have_text("All orders everywhere → Leeds")
    choose(destination.get_by_role("combobox", name="Add a location"), "Reno", "Reno")
    expect(told).to_have_text("All orders everywhere → Leeds, then Reno")
    destination.get_by_role("button", name="Move Reno up").click()
    expect(told).to_have_text("All orders everywhere → Reno, then Leeds")
    page.get_by_role("button", name="Save card").focus()
    destination.get_by_role("button", name="Limit to countries").click()
    choose(destination.get_by_role("combobox", name="Countries"), "United States", "United States")
    expect(told).to_have_text("All orders to US → Reno, then Leeds")
    page.get_by_role("switch", name="Allow split orders").check()
    expect(told).to_have_text("All orders to US → Reno, then Leeds; may split")
    page.get_by_role("button", name="Undo").first.click()
    expect(told).to_have_text("All orders to US → Reno, then Leeds")
    page.get_by_role("button", name="Save card").click()
    expect(page.get_by_role("heading", level=1, name="Routing")).to_be_visible()
    card = page.locator(".rule-card", has_text="To the States")
    expect(card).to_contain_text("All orders to US → Reno, then Leeds")
    page.get_by_role("button", name="Move To the States: drag, or press the arrow keys").press("ArrowUp")
    expect(page.locator(".toast-card", has_text="The new order is in force.")).to_be_visible()
    expect(page.locator("[data-item]").first).to_contain_text("To the States")
    assert list(RoutingCard.across.order_by("position").values_list("name", flat=True)) == [
        "To the States",
        "Everything else",
    ]


def _lets_the_shop_ship_from_reno(walk: Walk) -> None:
    page = walk.menu("Locations")
    expect(page.locator("[data-row]", has_text="Reno")).to_contain_text("No fulfillment channel owns this location.")
    page.get_by_role("link", name="Reno", exact=True).click()
    page.get_by_label("Who ships from here").select_option(label="Tea shop")
    page.get_by_role("button", name="Save location").click()
    expect(page.locator(".toast-card", has_text="“Reno” is saved.")).to_be_visible()
    expect(page.get_by_text("No fulfillment channel owns this location.")).to_have_count(0)


def test_the_pages_are_fit_for_everybody_and_for_a_phone(walk: Walk, source: Source) -> None:
    reno = make_location(source, "w1", "Reno-the-longest-name-of-a-warehouse-that-anybody-has-seen", paused=True)
    make_location(source, "w2", "Leeds", address={"city": "Leeds", "country": "GB"}, infinite=True)
    card = make_card(source.organization, reno, name="Everything-that-goes-to-the-west-and-further-than-that")
    regions = [{"countries": ["US", "CA"], "states": ["NV"], "postal": ["89"]}]
    card.definition["destinations"].append({"regions": regions, "locations": [reno.public_id]})
    card.save()
    for path in _pages(reno, card):
        page = walk.open(path)
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        fits_everybody(page)


def _pages(reno: Location, card: RoutingCard) -> list[str]:
    other = Location.across.exclude(pk=reno.pk).get()
    return [
        "/locations",
        "/locations/groups",
        "/locations/new",
        f"/locations/{reno.public_id}",
        f"/locations/{reno.public_id}/merge?with={other.public_id}",
        "/routing",
        "/routing/new",
        f"/routing/{card.public_id}",
    ]
