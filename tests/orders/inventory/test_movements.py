"""What can happen to stock: each event changes its quantities and no other."""

import re
from typing import Any

import pytest

from orders.inventory.movements import EVENTS, MOST, NAMES, QUANTITIES, Movement, NotOfThisEvent, check, key
from orders.models import inventory
from tests.house import pages

CHANGES = {
    "ship": "committed", "futureShip": "committed_future", "release": "committed committed_future",
    "shipCancel": "on_hand committed", "shipCancelRestock": "committed", "futureShipCancel": "committed_future",
    "xferout": "committed", "fulfill": "on_hand committed committed_future", "xferfulfill": "on_hand committed",
    "xferin": "on_hand incoming", "virtualCommit": "committed", "virtualRelease": "committed",
    "adjust": " ".join(QUANTITIES), "POSOrder": "on_hand", "touch": "", "receive": "on_hand incoming future",
    "edit": "on_hand future incoming unavailable", "lock": "on_hand future incoming unavailable",
    "unlock": " ".join(QUANTITIES), "sync": "on_hand future incoming unavailable",
}  # fmt: skip


def test_the_quantities_are_those_of_the_table_and_each_has_a_name() -> None:
    assert inventory.QUANTITIES == QUANTITIES == tuple(NAMES)


@pytest.mark.parametrize("event", EVENTS)
def test_an_event_changes_its_quantities_and_no_other(event: str) -> None:
    may = set(CHANGES[event].split())
    for name in QUANTITIES:
        units: dict[str, Any] = {name: -3}
        movement = Movement(1, 1, "TEA-1", event, **units)
        if name in may:
            check([movement])
        else:
            with pytest.raises(NotOfThisEvent, match=f"“{event}” does not change {NAMES[name]}"):
                check([movement])


@pytest.mark.parametrize(
    "movement", [Movement(1, 1, "TEA-1", "stolen"), Movement(1, 1, "TEA-1", "edit", on_hand=MOST + 1)]
)
def test_what_cannot_be_is_refused(movement: Movement) -> None:
    with pytest.raises(NotOfThisEvent):
        check([movement])


def test_the_documentation_tells_of_every_event() -> None:
    table = {
        row[0].strip("`"): (row[1], set(re.findall(r"`(\w+)`", row[2])))
        for row in pages.rows("docs/inventory.md", "event")
    }
    assert table == {name: (event.label, {NAMES[one] for one in event.changes}) for name, event in EVENTS.items()}


def test_a_long_key_is_shortened_and_stays_its_own() -> None:
    long, longer = key("ship", "x" * 300), key("ship", "x" * 301)
    assert key("ship", 7) == "ship:7"
    assert len(long) == len(longer) == 200
    assert long != longer
