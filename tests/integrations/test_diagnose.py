"""What is set up wrongly is said in words, with the way out, on the page of the integration."""

from dataclasses import replace

import pytest
from django.test import Client
from pytest_django import Settings

from integrations import facts, lifecycle
from integrations.diagnose import Facts, Place, Ships, diagnose
from integrations.models import Integration
from orders.models import ExternalLocation, Location, Source
from portal.deliveries.models import Delivery
from portal.tenancy.models import Organization
from tests.factories import make_location
from tests.integrations.conftest import TESTER
from tests.integrations.outbound.conftest import connect, registered
from tests.integrations.outbound.house import KEY
from tests.orders.requests.making import ready_order, request_for

LABELS = {
    "orders": "Orders",
    "shipping_requests": "Shipping requests",
    "fulfillments": "Fulfillments",
    "inventory": "Inventory",
}
RENO = Place("a", "Reno", active=True, named=True, reported=True, ships=Ships.SELF, shipper="Acme")
LEEDS = replace(RENO, public_id="b", name="Leeds", ships=Ships.NOBODY, shipper="")
ALL_ON = frozenset({"shipping_requests", "fulfillments", "inventory"})
ACME = Facts("Acme", fulfills=True, on=ALL_ON, off=frozenset(), labels=LABELS, places=[RENO])
SHOP = Facts("Tea shop", fulfills=False, on=frozenset({"orders", "fulfillments"}), off=frozenset(), labels=LABELS)


def _off(one: Facts, flow: str) -> Facts:
    return replace(one, on=one.on - {flow}, off=one.off | {flow})


CASES: dict[str, tuple[Facts, list[str]]] = {
    "all is well": (ACME, []),
    "a store that is well": (SHOP, []),
    "requests wait for the flow": (
        replace(_off(ACME, "shipping_requests"), waiting=3),
        ["Shipping requests wait because the flow “Shipping requests” is off: 3."],
    ),
    "they are fetched": (replace(_off(ACME, "shipping_requests"), waiting=3, fetches=True), []),
    "they wait for the access": (
        replace(ACME, works=False, waiting=2, held=1),
        [
            "Shipping requests wait because Acme is switched off or not connected: 2.",
            "Messages to Acme wait until it works again: 1.",
        ],
    ),
    "orders are off": (_off(SHOP, "orders"), ["The flow “Orders” is off: no order of Tea shop comes here."]),
    "parcels are off": (
        _off(ACME, "fulfillments"),
        ["The flow “Fulfillments” is off: what Acme ships is not taken in."],
    ),
    "tracking is off": (
        _off(SHOP, "fulfillments"),
        ["The flow “Fulfillments” is off: Tea shop and its customers are told of no tracking number."],
    ),
    "stock is off": (
        _off(ACME, "inventory"),
        ["The flow “Inventory” is off: what Acme counts is not taken in. Routing goes by the stock kept here."],
    ),
    "nobody ships": (replace(ACME, places=[RENO, LEEDS]), ["No fulfillment channel ships from “Leeds”."]),
    "many": (
        replace(ACME, places=[RENO, *[replace(LEEDS, name=f"L{n}") for n in range(5)]]),
        ["No fulfillment channel ships from “L0”, “L1”, “L2” +2."],
    ),
    "a store is to ship": (
        replace(SHOP, places=[replace(RENO, shipper="Tea shop")]),
        ["“Reno” is to be shipped from by Tea shop, which is a store and cannot ship."],
    ),
    "gone there": (
        replace(ACME, places=[RENO, replace(RENO, name="Old", reported=False)]),
        ["“Old” is active here, but Acme does not report it any more."],
    ),
    "no location": (replace(ACME, places=[]), ["Acme has told of no location yet, so nothing can be routed to it."]),
    "not its own": (
        replace(ACME, places=[replace(RENO, ships=Ships.PEOPLE)]),
        ["Acme ships from none of its locations, so nothing is routed to it."],
    ),
    "a location that is off": (replace(ACME, places=[RENO, replace(LEEDS, active=False)]), []),
}


@pytest.mark.parametrize("case", CASES)
def test_each_fault_has_its_sentence_and_a_way_out(case: str) -> None:
    given, expected = CASES[case]
    found = diagnose(given)
    assert [one.sentence.format(**one.values) for one in found] == expected
    assert all(one.cure.format(**one.values) for one in found)


@pytest.mark.django_db
def test_the_page_of_a_warehouse_says_what_is_in_the_way(
    organization: Organization, source: Source, as_owner: Client, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    registered(settings, monkeypatch)
    acme = connect(lifecycle.add(organization, KEY, name="Acme", by=TESTER))
    page = as_owner.get(f"/integrations/{acme.public_id}/").content.decode()
    assert "Acme has told of no location yet" in page
    assert "Fulfillment channel" in page
    assert "Sync orders from" not in page
    reno = make_location(acme.source, name="Reno")
    old = make_location(acme.source, "w2", "Leeds", fulfillment_source=source)
    ExternalLocation.across.filter(location=old).update(active=False)
    request_for(ready_order(source), reno)
    lifecycle.save_flows(acme, {"shipping_requests": "disabled"}, by=TESTER)
    page = as_owner.get(f"/integrations/{acme.public_id}/").content.decode()
    for told in (
        "Shipping requests wait because the flow “Shipping_requests” is off: 1.",
        "“Leeds” is to be shipped from by Tea shop, which is a store and cannot ship.",
        "“Leeds” is active here, but Acme does not report it any more.",
        "No shipping requests are sent: choose it under Flows in the settings.",
    ):
        assert told in page
    lifecycle.disable(acme, by=TESTER)
    assert facts.findings(_again(acme))[0].sentence.endswith("switched off or not connected: 1.")


@pytest.mark.django_db
def test_what_is_held_back_and_who_ships_is_read(
    organization: Organization, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    registered(settings, monkeypatch)
    acme = lifecycle.add(organization, KEY, name="Acme", by=TESTER)
    assert facts.findings(acme) == []
    connect(acme)
    by_hand = make_location(acme.source, name="By hand", fulfillment_source=None, ships_by_hand=True)
    Location.across.create(organization=organization, name="Pickup", pickup=True, fulfillment_source=acme.source)
    held = {"kind": "x", "state": "parked", "held_for": f"integration:{acme.public_id}"}
    Delivery.across.create(organization=organization, key="a", **held)
    read = facts.facts_of(_again(acme))
    assert (read.held, [(one.name, one.ships) for one in read.places]) == (1, [(by_hand.name, Ships.PEOPLE)])


def _again(integration: Integration) -> Integration:
    return Integration.across.select_related("source", "organization").get(pk=integration.pk)
