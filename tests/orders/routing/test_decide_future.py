"""Future stock (behaviour.md 5.4): sent at once where the card says so, waited for only where nothing else helps."""

from orders.routing import words
from orders.routing.decide import Outcome, PartLine, Reason
from orders.routing.need import Need
from tests.orders.routing.deciding import card, decided, needs, places, shelf, shipped


def test_send_future_counts_what_is_expected_and_sends_at_once() -> None:
    decision = decided([card(send_future=True)], needs(tea=5), shelf(tea=((2, 3), 9, 0)))
    (part,) = decision.parts
    assert (decision.outcome, part.location.id, part.on_future) == (Outcome.ROUTED, "reno", False)
    assert part.lines == (PartLine("tea", "TEA", 5, future=3),)
    assert words.card(decision.trace["cards"][0]) == "With future stock counted, the order is filled from Reno."


def test_an_order_waits_only_where_no_card_has_it_now() -> None:
    cards = [card("A", "reno"), card("B", "newark")]
    now = decided(cards, needs(tea=5), shelf(tea=((2, 3), 5, 0)))
    later = decided(cards, needs(tea=5), shelf(tea=((2, 3), 4, 0)))
    assert (now.outcome, now.card, shipped(now)) == (Outcome.ROUTED, "B", {"newark": {"TEA": 5}})
    assert (later.outcome, later.card, shipped(later)) == (Outcome.WAITING, "A", {"reno": {"TEA": 5}})
    assert later.parts[0].on_future
    assert later.parts[0].lines[0].future == 3
    assert later.sentence == "Ships from Reno, by the card “A”; waits for future stock at Reno."


def test_of_a_split_order_only_the_part_on_future_units_waits() -> None:
    decision = decided([card(allow_split=True)], needs(tea=4, mug=1), shelf(tea=((1, 3), 0, 0), mug=(0, 1, 0)))
    assert [(part.location.id, part.on_future) for part in decision.parts] == [("reno", True), ("newark", False)]
    assert decision.outcome is Outcome.WAITING


def test_what_is_available_is_used_before_what_is_expected() -> None:
    lines = [Need("1", "TEA", 3), Need("2", "TEA", 2)]
    decision = decided([card(send_future=True)], lines, shelf(tea=((4, 9), 0, 0)))
    assert [line.future for line in decision.parts[0].lines] == [0, 1]


def test_expected_units_that_are_oversold_already_do_not_count() -> None:
    decision = decided([card(send_future=True)], needs(tea=2), shelf(tea=((-2, 3), 0, 0)))
    assert decision.reason is Reason.OUT_OF_STOCK


def test_a_parcel_that_goes_anyway_does_not_wait_with_the_rest() -> None:
    lines = [*needs(mug=1, pre_routed="reno"), *needs(tea=1)]
    decision = decided([card()], lines, shelf(tea=((0, 1), 0, 0)))
    told = [(part.location.id, part.on_future, [line.sku for line in part.lines]) for part in decision.parts]
    assert told == [("reno", False, ["MUG"]), ("reno", True, ["TEA"])]


def test_nothing_waits_at_a_location_that_cannot_ship_or_on_a_card_that_does_not_check() -> None:
    stock = shelf(tea=((0, 9), 0, 0))
    assert decided([card()], needs(tea=1), stock, places=places(reno={"paused": True})).outcome is Outcome.FAILED
    unchecked = decided([card(check_stock=False, send_future=True)], needs(tea=1), stock)
    assert (unchecked.outcome, unchecked.parts[0].lines[0].future) == (Outcome.ROUTED, 0)
