"""Who set this? Asked at a field; a person edits and pins, a rule leaves it, and it is given back."""

import re

import pytest
from django.db import transaction
from playwright.sync_api import Page, expect

from automations import services
from automations.definition import ActionSpec, Definition
from orders.lifecycle import edits
from orders.models import Order, Source
from portal.audit.actor import Actor
from portal.events.dispatch import drain
from tests.browser.axe import violations
from tests.browser.walk import Walk
from tests.factories import make_order

pytestmark = pytest.mark.django_db(transaction=True)
ANN = Actor("user", "1", "Ann")


@pytest.fixture
def order(source: Source) -> Order:
    """An order that the rule “Gifts” has tagged and given a carrier."""
    specs = (
        ActionSpec(key="update_property", settings={"path": "shippingCarrier", "value": "DHL"}),
        ActionSpec(
            key="update_property", settings={"path": "tags", "operation": "ADD_ARRAY_ITEMS", "values": ["gift"]}
        ),
    )
    for trigger in ("NEW_ORDER", "UPDATED_ORDER"):
        made = services.create_rule(source.organization, trigger, Definition(name="Gifts", actions=specs), by=ANN)
        services.set_enabled(made, True, by=ANN)
    made_order = make_order(source, 1001)
    run_rules()
    return made_order


def run_rules() -> None:
    with transaction.atomic():
        drain("automations")


def ask(page: Page, field: str) -> None:
    page.get_by_role("button", name=re.compile(f"^Who set “{field}”")).first.click()
    expect(page.get_by_role("dialog", name=field)).to_be_visible()


def test_a_person_asks_edits_and_pins_a_rule_leaves_it_and_it_is_given_back(walk: Walk, order: Order) -> None:
    page = walk.open(f"/orders/{order.public_id}")
    window = page.locator("#who")
    assert violations(page) == []
    ask(page, "Tags")
    expect(window).to_contain_text(re.compile("Rule “Gifts”, version 1.* set it, "))
    expect(window.locator("li").first.locator("del, ins")).to_have_text(["vip", "vip, gift"])
    expect(window).to_contain_text("Tea shop brought it in with the order")
    # How much of a button shows beside the window is chance, and was looked at without it.
    assert [one for one in violations(page) if not one.startswith("target-size")] == []
    assert violations(page, within="#who") == []
    page.keyboard.press("Escape")
    expect(window).to_be_hidden()
    expect(page.get_by_role("button", name=re.compile("^Who set “Tags”"))).to_be_focused()

    _edits(page)
    expect(page.locator("#order")).to_contain_text("Fragile")
    ask(page, "Tags")
    expect(window).to_contain_text("Olive Owner set it, ")
    expect(window).to_contain_text("Pinned by Olive Owner: rules and Tea shop leave it as it is.")
    window.get_by_role("button", name="Close").click()

    run_rules()
    told = Order.across.get(pk=order.pk).content
    assert (told["tags"], told["shippingCarrier"]) == (["Fragile"], "DHL")
    page.goto(page.url)
    page.get_by_role("link", name=re.compile("Gifts")).first.click()
    expect(page.locator("body")).to_contain_text("Olive Owner")
    page.go_back()

    ask(page, "Tags")
    window.get_by_role("button", name="Give back").click()
    expect(page.locator(".toast-card", has_text="Tags: given back")).to_be_visible()
    expect(window).to_be_hidden()
    expect(page.get_by_role("button", name="Who set “Tags”?", exact=True)).to_be_attached()
    run_rules()
    assert Order.across.get(pk=order.pk).content["tags"] == ["Fragile", "gift"]


def _edits(page: Page) -> None:
    page.get_by_role("button", name="Edit").first.click()
    drawer = page.get_by_role("dialog", name="Edit #1001")
    drawer.get_by_label("Tags").fill("Fragile")
    assert violations(page) == []
    drawer.get_by_role("button", name="Save changes").click()
    expect(page.locator(".toast-card", has_text="#1001: saved")).to_be_visible()
    expect(drawer).to_be_hidden()


def test_the_second_of_two_people_keeps_what_was_typed(walk: Walk, order: Order) -> None:
    page = walk.open(f"/orders/{order.public_id}")
    page.get_by_role("button", name="Edit").first.click()
    drawer = page.get_by_role("dialog", name="Edit #1001")
    drawer.get_by_label("Gift note").fill("Mine")
    edits.set_fields(order.pk, {"giftNote": "Theirs", "orderNote": "Ring twice"}, by=ANN)
    drawer.get_by_role("button", name="Save changes").click()
    expect(drawer.get_by_role("alert")).to_contain_text("#1001 was changed by Ann while you edited it.")
    expect(drawer).to_contain_text("Ann has set this to “Theirs” meanwhile.")
    expect(drawer.get_by_label("Gift note")).to_have_value("Mine")
    expect(drawer.get_by_label("Order note")).to_have_value("Ring twice")
    drawer.get_by_role("button", name="Save changes").click()
    expect(drawer).to_be_hidden()
    told = Order.across.get(pk=order.pk).content
    assert (told["giftNote"], told["orderNote"]) == ("Mine", "Ring twice")


def test_it_is_asked_by_the_keyboard_and_read_on_a_phone(walk: Walk, order: Order) -> None:
    page = walk.open(f"/orders/{order.public_id}")
    page.set_viewport_size({"width": 360, "height": 740})
    button = page.get_by_role("button", name=re.compile("^Who set “Total”"))
    button.focus()
    page.keyboard.press("Enter")
    window = page.get_by_role("dialog", name="Total")
    expect(window).to_contain_text("Tea shop brought it in with the order")
    box = window.bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 360
    expect(window.get_by_role("button", name="Close")).to_be_focused()
    page.keyboard.press("Enter")
    expect(button).to_be_focused()
