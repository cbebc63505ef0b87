"""A card's stored form: what it becomes, and each fault with its place and cure."""

from typing import Any

import pytest

from orders.routing.card import BadCard, Card, Destination, faults, load, read
from orders.routing.regions import Region, matches

LIST = {"locations": ["a"]}


def filtered(condition: Any) -> dict[str, Any]:
    return {"destinations": [LIST], "filter": {"version": 1, "root": {"match": "all", "items": [condition]}}}


def test_a_stored_card_is_read_with_its_defaults() -> None:
    region = {"countries": ["US"], "states": [" NV "], "postal": ["894"]}
    card = load(
        "c1", "West", {"destinations": [{"regions": [region], "locations": ["a", "b"]}, LIST | {"regions": None}]}
    )
    there = Region(countries=("US",), states=("NV",), postal=("894",))
    assert card == Card("c1", "West", (Destination(("a", "b"), (there,)), Destination(("a",))))
    assert (card.check_stock, card.allow_split, card.send_future, card.prefer_groups) == (True, False, False, True)
    switched = {"version": 1, "check_stock": False, "allow_split": True, "send_future": True, "prefer_groups": False}
    other = load("c1", "West", {"destinations": [LIST], "filter": None} | switched)
    assert (other.check_stock, other.allow_split, other.send_future, other.prefer_groups) == (False, True, True, False)


EMPTY, MISSING = "The list is empty. Add at least one entry.", "This is missing. Fill it in."
NO_COUNTRY = "The region names no country. Add one, or remove the region to ship everywhere."
FAULTS: list[tuple[Any, list[str]]] = [
    ({}, [f"destinations: {MISSING}"]),
    ({"destinations": []}, [f"destinations: {EMPTY}"]),
    ({"destinations": [{"locations": []}]}, [f"destinations.0.locations: {EMPTY}"]),
    ({"destinations": [{"locations": [" "]}]},
     ["destinations.0.locations.0: This entry is empty. Fill it in, or remove it."]),
    ({"destinations": [{"locations": ["a", "a"]}]},
     ["destinations.0.locations: A location is listed twice. Remove one of the two."]),
    ({"destinations": [LIST | {"regions": [{"states": ["NV"]}]}]}, [f"destinations.0.regions.0: {NO_COUNTRY}"]),
    ({"destinations": [LIST], "check_stock": "yes", "speed": 1},
     ["check_stock: This is neither on nor off. Give true or false.", "speed: A card has no such setting. Remove it."]),
    ({"destinations": [LIST], "version": 2},
     ["version: The version of the card is unknown. Use 1, or update Switchyard if a newer one wrote it."]),
    ({"destinations": "everywhere"}, ["destinations: This is not a list. Give a list."]),
    ([], ["card: This is not understood. Compare it with the form of a card in the documentation."]),
    (filtered({"field": "nowhere", "operator": "equals", "value": "x"}),
     ["filter.0: There is no such field. Choose a field from the list."]),
    (filtered({"field": "totalPrice"}),
     ["filter.0: This is neither a condition nor a group."
      " Give match and items for a group, or field, operator and value for a condition."]),
]  # fmt: skip


@pytest.mark.parametrize(("data", "expected"), FAULTS)
def test_each_fault_has_its_place_and_its_cure(data: Any, expected: list[str]) -> None:
    assert [str(one) for one in faults(data)] == expected
    with pytest.raises(BadCard):
        load("c1", "West", data)
    assert read("c1", "West", data) == Card("c1", "West", fault=" ".join(expected))


def test_regions_are_compared_without_case_blanks_and_hyphens() -> None:
    region = Region(countries=("gb",), postal=("SW1A 1", "ec-1"))
    held = ("sw1a1aa", "SW1A 1AA", "EC1A 1BB", "ec 1y")
    assert all(matches([region], {"country": "GB", "zipCodeOrPostalCode": code}) for code in held)
    assert not any(matches([region], {"country": "GB", "zipCodeOrPostalCode": code}) for code in ("W1A", "", None))
    assert matches([], None)
    assert matches([Region(countries=("DE",)), region], {"country": "de"})
