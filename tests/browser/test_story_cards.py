"""Somebody sets up where orders go: locations, then a routing card; on a desk and on a phone, in light and dark."""

import re

import pytest
from playwright.sync_api import expect

from orders.models import Location, RoutingCard, Source
from tests.browser.fits import fits_everybody
from tests.browser.pick import choose
from tests.browser.walk import Walk, answered_late
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


@pytest.fixture
def spread(source: Source) -> RoutingCard:
    """A card of three destinations, the last with three locations."""
    leeds, reno, york = (make_location(source, str(at), name) for at, name in enumerate(("Leeds", "Reno", "York")))
    card = make_card(source.organization, leeds, name="Everything")
    card.definition["destinations"] += [
        {"regions": [], "locations": [reno.public_id]},
        {"regions": [], "locations": [york.public_id, reno.public_id, leeds.public_id]},
    ]
    card.save()
    return card


def test_keys_count_each_time_while_the_destinations_are_drawn_afresh(walk: Walk, spread: RoutingCard) -> None:
    page = walk.open(f"/routing/{spread.public_id}")
    told = page.locator("#card-told")
    with answered_late(page):
        page.get_by_role("button", name="Move destination 3 up").press("Enter")
        page.keyboard.press("Enter")
    expect(told).to_contain_text("All orders: everywhere → York, then Reno, then Leeds;")
    first = page.get_by_role("group", name="Destination 1")
    expect(first.get_by_role("button", name="Move destination 1 up")).to_be_disabled()
    handle = first.get_by_role("button", name="Move York: drag")
    with answered_late(page):
        handle.press("ArrowDown")
        page.keyboard.press("ArrowDown")
        first.get_by_role("button", name="Remove York").press("Enter")
    expect(first.locator(".place-name")).to_have_text(["Reno", "Leeds"])
    expect(told).to_contain_text("All orders: everywhere → Reno, then Leeds;")


def test_who_removes_twice_by_key_removes_one(walk: Walk, spread: RoutingCard) -> None:
    page = walk.open(f"/routing/{spread.public_id}")
    undone = page.locator(".toast-card.tone-amber")
    for left in (2, 1):
        with answered_late(page):
            page.get_by_role("button", name="Remove destination 2").press("Enter")
            page.keyboard.press("Enter")
        expect(undone).to_have_text(["The last press was not done: press again."] * (3 - left))
        expect(page.get_by_role("group", name=re.compile("^Destination"))).to_have_count(left)
    expect(page.locator("#card-told")).to_contain_text("All orders everywhere → Leeds")


def test_a_press_that_could_mean_several_is_not_guessed_and_it_is_said(walk: Walk, spread: RoutingCard) -> None:
    page = walk.open(f"/routing/{spread.public_id}")
    with answered_late(page):
        page.get_by_role("button", name="Move destination 3 up").press("Enter")
        page.get_by_role("group", name="Destination 3").get_by_role("button", name="Remove Reno").press("Enter")
    expect(page.locator(".toast-card.tone-amber")).to_have_text("The last press was not done: press again.")
    told = "everywhere → Leeds; everywhere → York, then Reno, then Leeds; everywhere → Reno"
    expect(page.locator("#card-told")).to_contain_text(f"All orders: {told}")


def test_who_moves_locations_by_keys_stays_at_what_is_moved(walk: Walk, spread: RoutingCard) -> None:
    page = walk.open(f"/routing/{spread.public_id}")
    third = page.get_by_role("group", name="Destination 3")
    for name, key in (("Move York: drag", "ArrowDown"), ("Move York up", "Enter"), ("Move Leeds: drag", "ArrowUp")):
        with page.expect_response(re.compile("/routing/draft")):
            third.get_by_role("button", name=name).press(key)
        expect(page.locator("#card-destinations:not(.htmx-request)")).to_be_visible()
        expect(page.locator(":focus")).to_have_attribute("aria-label", re.compile(f"^{name.removesuffix(' up')}"))
    expect(third.locator(".place-name")).to_have_text(["York", "Leeds", "Reno"])


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
