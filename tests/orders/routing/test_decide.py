"""Each rule of behaviour.md 5.2 to 5.6: who ships what, and the sentence that says why."""

import random
from decimal import Decimal
from typing import Any

import pytest

from orders.routing import words
from orders.routing.card import Card
from orders.routing.decide import Outcome, Reason
from orders.routing.need import Component, Need, needs_of
from orders.routing.place import Place, Stock
from orders.routing.regions import Region
from portal.kit import json
from tests.orders.routing.deciding import card, decided, filtered, kit, needs, places, shelf, shipped

SPLIT: dict[str, Any] = {"allow_split": True}

ROUTED: list[tuple[str, list[Card], list[Need], Any, dict[str, Any], dict[str, dict[str, int]]]] = [
    ("the first location that has all lines", [card()], needs(tea=2, mug=1), shelf(tea=(1, 2, 9), mug=(9, 1, 9)), {},
     {"newark": {"TEA": 2, "MUG": 1}}),
    ("SKUs are compared folded", [card()], [Need("1", " Thé ", 2)], {("the", 1): Stock(2)}, {},
     {"newark": {" Thé ": 2}}),
    ("without a stock check the first location that can ship", [card(check_stock=False)], needs(tea=5), {}, {},
     {"reno": {"TEA": 5}}),
    ("the first card that fits wins", [card("A", "reno"), card("B", "newark"), card("C", "leeds")], needs(tea=1),
     shelf(tea=(0, 1, 1)), {}, {"newark": {"TEA": 1}}),
    ("a card whose filter fails is passed over",
     [filtered("UK", "shippingAddress.country", "GB", "leeds"), card("Rest", "reno")],
     needs(tea=1), shelf(tea=(1, 1, 1)), {}, {"reno": {"TEA": 1}}),
    ("no split while one location has everything", [card(**SPLIT)], needs(tea=2, mug=1),
     shelf(tea=(2, 0, 2), mug=(0, 1, 1)), {}, {"leeds": {"TEA": 2, "MUG": 1}}),
    ("split over the fewest, then by the card's order", [card(**SPLIT)], needs(tea=2, mug=1),
     shelf(tea=(0, 2, 2), mug=(1, 0, 0)), {}, {"reno": {"MUG": 1}, "newark": {"TEA": 2}}),
    ("a line is split only where no chosen location has all of it", [card(**SPLIT)], needs(tea=5, mug=1),
     shelf(tea=(3, 2, 0), mug=(0, 1, 0)), {}, {"reno": {"TEA": 3}, "newark": {"TEA": 2, "MUG": 1}}),
    ("larger lines choose first", [card(**SPLIT)], [Need("1", "TEA", 3), Need("2", "tea", 5)],
     shelf(tea=(5, 3, 0)), {}, {"reno": {"tea": 5}, "newark": {"TEA": 3}}),
    ("an infinite location has everything", [card()], needs(tea=10**6), shelf(tea=(5, 0, 0)),
     {"places": places(leeds={"infinite": True})}, {"leeds": {"TEA": 10**6}}),
    ("what is oversold is not stock", [card()], needs(tea=1), shelf(tea=(-3, 1, 0)), {}, {"newark": {"TEA": 1}}),
    ("preferred groups come first", [card()], needs(tea=1), shelf(tea=(1, 1, 1)),
     {"places": places(leeds={"groups": frozenset({"g2"})}, newark={"groups": frozenset({"g1"})}),
      "groups": ("g2", "g1")}, {"leeds": {"TEA": 1}}),
    ("preferred groups of the document", [card()], needs(tea=1), shelf(tea=(1, 1, 1)),
     {"places": places(newark={"groups": frozenset({"g"})}), "document": {"preferredLocationGroupId": ["g"]}},
     {"newark": {"TEA": 1}}),
    ("a card may leave preferred groups aside", [card(prefer_groups=False)], needs(tea=1), shelf(tea=(1, 1, 1)),
     {"places": places(leeds={"groups": frozenset({"g"})}), "groups": ("g",)}, {"reno": {"TEA": 1}}),
    ("fewest parcels before preferred groups", [card(**SPLIT)], needs(tea=1, mug=1),
     shelf(tea=(1, 1, 0), mug=(1, 0, 0)),
     {"places": places(newark={"groups": frozenset({"g"})}), "groups": ("g",)}, {"reno": {"TEA": 1, "MUG": 1}}),
    ("pre-routed goes as it says, whatever the stock", [], needs(tea=5, pre_routed="leeds"), {}, {},
     {"leeds": {"TEA": 5}}),
    ("the rest goes where a parcel goes anyway", [card(**SPLIT)],
     [*needs(tea=1, pre_routed="leeds"), *needs(mug=1, bag=1)], shelf(tea=(0, 0, 1), mug=(1, 1, 1), bag=(1, 1, 0)), {},
     {"leeds": {"TEA": 1}, "reno": {"MUG": 1, "BAG": 1}}),
    ("what is pre-routed is gone for the rest", [card()],
     [*needs(tea=2, pre_routed="reno"), Need("2", "TEA", 1)], shelf(tea=(2, 1, 0)), {},
     {"reno": {"TEA": 2}, "newark": {"TEA": 1}}),
    ("a bundle goes out as its components", [card()], [kit(2, tea=3, mug=1)], shelf(tea=(5, 6, 0), mug=(9, 2, 0)), {},
     {"newark": {"TEA": 6, "MUG": 2}}),
    ("a preserved bundle goes out as it is", [card()], [kit(2, tea=3)], shelf(tea=(9, 0, 0), kit=(9, 2, 0)),
     {"places": places(reno={"paused": True}, newark={"preserve_bundles": True})}, {"newark": {"KIT": 2}}),
    ("components do not make up a preserved bundle", [card()], [kit(tea=1)], shelf(tea=(9, 9, 0), kit=(0, 0, 0)),
     {"places": places(reno={"preserve_bundles": True})}, {"newark": {"TEA": 1}}),
    ("a one-component bundle is an alias", [card()], [kit(4, tea=1)], shelf(tea=(4, 0, 0), kit=(0, 0, 0)), {},
     {"reno": {"TEA": 4}}),
    ("a bundle is not torn apart while a location has it", [card(**SPLIT)], [kit(2, tea=1, mug=1), *needs(bag=1)],
     shelf(tea=(1, 2, 0), mug=(2, 2, 0), bag=(1, 0, 0)), {}, {"reno": {"BAG": 1}, "newark": {"TEA": 2, "MUG": 2}}),
    ("components come from several locations where they must", [card(**SPLIT)], [kit(tea=1, mug=2)],
     shelf(tea=(1, 0, 0), mug=(0, 2, 0)), {}, {"reno": {"TEA": 1}, "newark": {"MUG": 2}}),
    ("what is not tracked is always there", [card()], [Need("1", "CARD", 9, tracked=False), *needs(tea=1)],
     shelf(tea=(0, 1, 0)), {}, {"newark": {"CARD": 9, "TEA": 1}}),
    ("a location excluded from totals takes what is not counted", [card(check_stock=False)], needs(tea=1), {},
     {"places": places(reno={"excluded": True})}, {"reno": {"TEA": 1}}),
]  # fmt: skip


@pytest.mark.parametrize(("cards", "lines", "stock", "more", "expected"), [row[1:] for row in ROUTED],
                         ids=[row[0] for row in ROUTED])  # fmt: skip
def test_who_ships_what(
    cards: list[Card], lines: list[Need], stock: Any, more: dict[str, Any], expected: dict[str, dict[str, int]]
) -> None:
    decision = decided(cards, lines, stock, **more)
    assert shipped(decision) == expected
    assert decision.outcome is Outcome.ROUTED
    assert not any(part.on_future for part in decision.parts)
    assert json.loads(json.dumps(decision.trace))["outcome"] == "routed"


LEFT_OUT = [
    ({"active": False}, "inactive", "The location is not active."),
    ({"paused": True}, "paused", "The location is paused."),
    ({"has_fulfillment": False}, "no_fulfillment", "No fulfillment channel owns location Reno."),
    ({"excluded": True}, "excluded", "The location is excluded from totals, so its stock does not count."),
]


@pytest.mark.parametrize(("change", "reason", "sentence"), LEFT_OUT)
def test_a_location_that_cannot_ship_is_left_out_and_says_why(
    change: dict[str, Any], reason: str, sentence: str
) -> None:
    decision = decided([card()], needs(tea=1), shelf(tea=(1, 1, 1)), places=places(reno=change))
    assert shipped(decision) == {"newark": {"TEA": 1}}
    node = next(one for one in decision.trace["cards"][0]["places"] if one["id"] == "reno")
    assert (node["outcome"], node["reason"], words.place(node)) == ("left_out", reason, sentence)


def test_a_skipped_location_and_one_that_is_gone_are_left_out() -> None:
    stock = shelf(tea=(1, 1, 1))
    decision = decided([card("Card", "gone", "reno", "newark")], needs(tea=1), stock, skip=frozenset({"reno"}))
    assert shipped(decision) == {"newark": {"TEA": 1}}
    told = {one["id"]: words.place(one) for one in decision.trace["cards"][0]["places"]}
    assert told == {
        "newark": "Chosen.",
        "reno": "Skipped: a canceled shipping request asked to leave the location out.",
        "gone": "There is no such location any more.",
    }


FAILED = [
    ("no cards", [], needs(tea=1), {}, Reason.NO_CARDS,
     "There is no routing card that is switched on. Add one, or switch one on."),
    ("no filter holds", [filtered("UK", "shippingAddress.country", "GB")], needs(tea=1), {}, Reason.NO_CARD_APPLIES,
     "No routing card is for this order: the filter of each leaves it out."),
    ("no region holds the address", [card(regions=[Region(countries=("GB",))])], needs(tea=1), {}, Reason.NO_LOCATION,
     "No location can ship to this address: see each card for the reason."),
    ("too few together", [card(**SPLIT)], needs(tea=9, mug=1), shelf(tea=(4, 4, 0), mug=(1, 1, 1)),
     Reason.OUT_OF_STOCK, "There is not enough stock of TEA."),
    ("no single location, no split", [card()], needs(tea=1, mug=1), shelf(tea=(1, 0, 0), mug=(0, 1, 0)),
     Reason.OUT_OF_STOCK, "No single location has everything, and no card that applies may split the order."),
    ("stock is told before filters", [card("A", "reno"), filtered("UK", "shippingAddress.country", "GB")],
     needs(tea=1), {}, Reason.OUT_OF_STOCK, "There is not enough stock of TEA."),
    ("not in whole units", [card()], [Need("1", "TEA", Decimal("1.5"))], shelf(tea=(9, 9, 9)),
     Reason.INVALID_QUANTITY,
     "A line is not in whole units, and stock is counted in whole units. Edit the line."),
    ("pre-routed to a location that is gone", [card()], [*needs(tea=1, pre_routed="x"), *needs(mug=1)],
     shelf(mug=(1, 1, 1)), Reason.PRE_ROUTED,
     "The channel settled on x, which cannot ship. There is no such location any more."),
    ("a card that cannot be read", [Card("A", "A", fault="filter: There is no such field."), card("B")], needs(tea=1),
     shelf(tea=(1, 1, 1)), Reason.BROKEN_CARD,
     "The card “A” cannot be read, so nothing is routed by it or after it."),
]  # fmt: skip


@pytest.mark.parametrize(("cards", "lines", "stock", "reason", "sentence"), [row[1:] for row in FAILED],
                         ids=[row[0] for row in FAILED])  # fmt: skip
def test_a_failure_has_one_reason_and_one_sentence(
    cards: list[Card], lines: list[Need], stock: Any, reason: Reason, sentence: str
) -> None:
    decision = decided(cards, lines, stock)
    assert (decision.outcome, decision.parts, decision.card) == (Outcome.FAILED, (), None)
    assert (decision.reason, decision.sentence) == (reason, sentence)
    json.dumps(decision.trace)


def test_a_line_that_is_not_whole_ships_where_stock_is_not_counted() -> None:
    lines = [Need("1", "ROPE", Decimal("2.5")), *needs(tea=1)]
    endless = decided([card()], lines, {}, places=places(newark={"infinite": True}))
    unchecked = decided([card(check_stock=False)], lines, {})
    assert shipped(endless) == {"newark": {"ROPE": Decimal("2.5"), "TEA": 1}}
    assert shipped(unchecked) == {"reno": {"ROPE": Decimal("2.5"), "TEA": 1}}
    assert not any(part.checked for part in (*endless.parts, *unchecked.parts))


def test_what_is_short_everywhere_is_named_once_for_all_cards() -> None:
    stock = shelf(tea=(1, 0, 0), mug=(0, 0, 0))
    decision = decided([card("A", "reno"), card("B", "newark")], needs(tea=1, mug=1), stock)
    assert decision.lacking == ("MUG",)


def test_nothing_is_routed_where_nothing_is_open() -> None:
    decision = decided([card()], [], shelf(tea=(1, 1, 1)))
    assert (decision.outcome, decision.sentence) == (
        Outcome.NOTHING, "Nothing of this order is left to be shipped.",
    )  # fmt: skip


def test_regions_choose_the_locations_and_an_order_without_a_country_is_in_none() -> None:
    nevada = Region(countries=("us",), states=("NV",), postal=("894", "895"))
    stock = shelf(tea=(1, 1, 1))
    for address, ships in (
        ({"country": "US", "stateOrProvince": "nv", "zipCodeOrPostalCode": "895-01"}, True),
        ({"country": "US", "stateOrProvince": "NV", "zipCodeOrPostalCode": "89101"}, False),
        ({"country": "US", "stateOrProvince": "CA", "zipCodeOrPostalCode": "89501"}, False),
        ({"stateOrProvince": "NV", "zipCodeOrPostalCode": "89501"}, False),
        (None, False),
    ):
        decision = decided([card(regions=[nevada])], needs(tea=1), stock, document={"shippingAddress": address})
        assert bool(decision.parts) is ships, address
        assert decision.trace["cards"][0]["destinations"] == [{"serves": ships, "regions": 1}]


def test_the_trace_says_what_each_location_has() -> None:
    stock = shelf(tea=(3, (2, 4), 9), mug=(1, 0, 1))
    cards = [
        filtered("UK", "shippingAddress.country", "GB"),
        card("A", "reno", "newark"),
        card("B", "leeds"),
        card("C"),
    ]
    decision = decided(cards, needs(tea=5, mug=1), stock)
    assert [words.card(one) for one in decision.trace["cards"]] == [
        "Its filter does not hold: not true that shipping country is “GB”.",
        "No single location has everything, and the card does not allow split orders.",
        "The order is filled from Leeds.",
        "Not looked at: the decision was made above it.",
    ]
    assert [words.place(one) for one in decision.trace["cards"][1]["places"]] == [
        "It has 3 of 5 units of TEA.",
        "It has 2 of 5 units of TEA (4 more are expected) and 0 of 1 unit of MUG.",
    ]
    assert decision.trace["cards"][0]["filter"]["seen"] == "US"
    assert decision.sentence == "Ships from Leeds, by the card “B”."


def test_trying_shows_every_card_also_below_the_one_that_wins() -> None:
    cards = [card("A"), card("B"), card("C", "leeds")]
    decision = decided(cards, needs(tea=1), shelf(tea=(1, 1, 0)), explain_all=True)
    assert [one["outcome"] for one in decision.trace["cards"]] == ["won", "also", "out_of_stock"]
    assert decision == decided(cards, needs(tea=1), shelf(tea=(1, 1, 0)), explain_all=True)


def test_the_same_is_decided_whatever_the_order_of_the_tables() -> None:
    seed = random.Random(5)
    stock = {(f"sku-{n}", place): Stock(seed.randint(0, 4)) for n in range(12) for place in range(8)}
    where = {f"p{n}": Place(f"p{n}", n, f"P{n}") for n in range(8)}
    lines = [Need(str(n), f"SKU-{n}", seed.randint(1, 6)) for n in range(12)]
    one = decided([card("A", *where, **SPLIT)], lines, stock, places=where)
    shuffled = dict(seed.sample(list(stock.items()), len(stock)))
    backwards = dict(reversed(where.items()))
    assert decided([card("A", *where, **SPLIT)], lines, shuffled, places=backwards) == one
    assert len(one.parts) > 2


def test_needs_are_the_open_lines_that_need_shipping() -> None:
    document = {
        "locationId": "ext-1",
        "lineItems": [
            {"uniqueId": "1", "sku": "TEA", "quantity": 3},
            {"uniqueId": "2", "sku": "Voucher", "quantity": 1, "requiresShipping": False},
            {"uniqueId": "3", "sku": "KIT", "quantity": 1, "respectLocationId": True, "locationId": "leeds"},
            {"uniqueId": "4", "sku": "MUG", "quantity": 1},
        ],
    }
    open_units: dict[str, int | Decimal] = {"1": Decimal("2.000000"), "2": 1, "3": 1, "4": 0}
    parts = (Component("TEA", 2),)
    found = needs_of(document, open_units, {"kit": parts}, untracked=frozenset({"tea"}))
    assert found == [Need("1", "TEA", 2, tracked=False), Need("3", "KIT", 1, parts, "leeds")]
    settled = needs_of(document | {"respectLocationId": True}, open_units, {}, known={"ext-1": "reno"})
    assert [need.pre_routed for need in settled] == ["reno", "leeds"]
