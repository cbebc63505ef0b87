"""The form of a routing card without a database: what is typed, pressed and meant, and the sentence it makes."""

import datetime as dt

import pytest
from django.http import QueryDict
from hypothesis import given, settings
from hypothesis import strategies as st

from orders.routing import card
from orders.routing.card_form import (
    CardDraft,
    DestinationDraft,
    RegionDraft,
    UnknownStep,
    definition,
    draft_of,
    faults,
    read,
    step,
)
from orders.routing.card_words import told, told_of_draft
from portal.filters import codec
from portal.filters.fields import Choice
from portal.filters.tree import Condition, Group
from portal.kit.json import Json

PLACES = {"a": "Reno", "b": "Leeds"}
SHOP = Condition("integration", "equals", "shop")
US = {"countries": ["US"], "states": [], "postal": []}


def stored(*destinations: Json, **more: object) -> Json:
    rows = [{"regions": [], **one} for one in destinations] or [{"regions": [], "locations": ["a"]}]
    switches = {"check_stock": True, "allow_split": False, "send_future": False, "prefer_groups": True}
    return {"version": 1, "filter": None, "destinations": rows, **switches, **more}


def posted(text: str) -> QueryDict:
    return QueryDict(text, mutable=True)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (stored(), "All orders everywhere → Reno"),
        (
            stored({"regions": [US], "locations": ["a", "b"]}, allow_split=True),
            "All orders to US → Reno, then Leeds; may split",
        ),
        (
            stored(
                {"regions": [US | {"states": ["NV", "CA"], "postal": ["89"]}], "locations": ["a"]},
                {"locations": ["b", "gone"]},
                check_stock=False,
            ),
            "All orders: to US (NV, CA; postal codes 89*) → Reno; everywhere → Leeds, then a location that is gone; "
            "inventory is not checked",
        ),
        (
            stored(
                {"regions": [US | {"countries": list("ABCDEFG")}], "locations": ["b"]},
                send_future=True,
                prefer_groups=False,
            ),
            "All orders to A, B, C, D, E and 2 more → Leeds; future stock is sent at once; "
            "whatever locations the order prefers",
        ),
        (stored(filter=codec.encode(Group("all", (SHOP,)))), "All orders from Tea shop everywhere → Reno"),
        (
            stored(filter=codec.encode(Group("all", (SHOP, Condition("totalPrice", "gt", 100))))),
            "Orders from Tea shop when total is over 100: everywhere → Reno",
        ),
        (
            stored(filter=codec.encode(Group("none", (SHOP,)))),
            "Orders when not (source is Tea shop): everywhere → Reno",
        ),
        ({"destinations": []}, "This card cannot be read any more. Open it, build it again and save it."),
    ],
)
def test_a_card_is_one_sentence(given: Json, words: str) -> None:
    assert told(given, PLACES, dt.UTC, lambda path: [Choice("shop", "Tea shop")]) == words


def test_what_is_open_in_a_draft_stands_as_a_gap() -> None:
    assert told_of_draft(CardDraft(), PLACES, dt.UTC) == "All orders everywhere → …"
    half = CardDraft(destinations=(DestinationDraft((RegionDraft(), RegionDraft(("FR",))), ("b",)),))
    assert told_of_draft(half, PLACES, dt.UTC) == "All orders to FR → Leeds"
    assert told_of_draft(CardDraft(destinations=()), PLACES, dt.UTC) == "All orders everywhere → …"


def test_a_form_is_read_and_means_the_stored_card() -> None:
    data = posted(
        "name=West++coast&allow_split=on&prefer_groups=on&d.0.is=1&d.0.r.0.countries=us%0Aca%0A&d.0.r.0.states=NV"
        "&d.0.r.0.postal=&d.0.locations=b&d.0.locations=a&d.0.locations=b&d.0.add=&d.3.locations=a&d.x.locations=z"
    )
    typed = read(data)
    assert (typed.name, typed.enabled, typed.check_stock) == ("West coast", False, True)
    region = {"countries": ["US", "CA"], "states": ["NV"], "postal": []}
    made = stored({"regions": [region], "locations": ["b", "a"]}, {"locations": ["a"]}, allow_split=True)
    assert definition(typed, dt.UTC) == made
    assert faults(typed, dt.UTC) == []
    assert definition(draft_of("x", made, dt.UTC), dt.UTC) == made
    assert read(posted("do_not_check=on")).check_stock is False


def test_everything_that_is_wrong_is_said_at_its_place() -> None:
    wrong = CardDraft(
        destinations=(
            DestinationDraft((RegionDraft(states=("NV",)), RegionDraft(("ZZ",)))),
            DestinationDraft((), ("a",)),
        )
    )
    assert {fault.place: fault.message for fault in faults(wrong, dt.UTC)} == {
        "name": "Give the card a name.",
        "destinations.0.locations": "Add at least one location.",
        "destinations.0.regions.0": "The region names no country. Add one, or remove the region to ship everywhere.",
        "destinations.0.regions.1.countries": "“ZZ” is no country. Choose one from the list, or write its two letters.",
    }
    places = [fault.place for fault in faults(CardDraft("x" * 121, destinations=()), dt.UTC)]
    assert places == ["name", "destinations"]
    open_filter = read(posted("name=x&d.0.locations=a&f.0.field=totalPrice&f.0.operator=gt&f.0.value="))
    assert [fault.place for fault in faults(open_filter, dt.UTC)] == ["filter.0"]


def test_a_card_that_cannot_be_read_is_not_saved_as_one_for_every_order() -> None:
    for broken in ({"version": 9}, stored(filter={"version": 1, "root": "?"})):
        assert any(fault.place.startswith("filter") for fault in faults(draft_of("x", broken, dt.UTC), dt.UTC))


START = CardDraft(
    "x", destinations=(DestinationDraft((RegionDraft(("US",)),), ("a", "b")), DestinationDraft((), ("b",)))
)


@pytest.mark.parametrize(
    ("do", "chosen", "locations", "regions", "focus"),
    [
        ("order", "", ["ab", "b"], [1, 0], ""),
        ("destination:add", "", ["ab", "b", ""], [1, 0, 0], "d-2-add"),
        ("destination:down:0", "", ["b", "ab"], [0, 1], "d-1-down"),
        ("destination:up:0", "", ["ab", "b"], [1, 0], "d-0-up"),
        ("destination:remove:1", "", ["ab"], [1], "add-destination"),
        ("region:add:1", "", ["ab", "b"], [1, 1], "d-1-r-0-countries"),
        ("region:remove:0:0", "", ["ab", "b"], [0, 0], "d-0-region"),
        ("location:add:1", "a", ["ab", "ba"], [1, 0], "d-1-add"),
        ("location:add:1", "b", ["ab", "b"], [1, 0], "d-1-add"),
        ("location:remove:0:0", "", ["b", "b"], [1, 0], "d-0-add"),
        ("location:up:0:1", "", ["ba", "b"], [1, 0], "d-0-add"),
    ],
)
def test_one_press_changes_one_thing(
    do: str, chosen: str, locations: list[str], regions: list[int], focus: str
) -> None:
    made = step(START, do, chosen=chosen)
    assert ["".join(one.locations) for one in made.draft.destinations] == locations
    assert [len(one.regions) for one in made.draft.destinations] == regions
    assert made.focus == focus


@given(st.text(max_size=30) | st.from_regex(r"(destination|region|location):(add|up|down|remove)(:[0-9]{1,4}){0,3}"))
@settings(max_examples=60, deadline=None)
def test_no_press_breaks_the_form(do: str) -> None:
    try:
        made = step(START, do, chosen="a").draft
    except UnknownStep:
        return
    assert card.faults(definition(made, dt.UTC)) is not None
