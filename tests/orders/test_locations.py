"""Locations: what people set about them, switching them off, groups, and what is told of where orders cannot go."""

from dataclasses import replace
from typing import Any

import pytest

from orders.lifecycle.shipping_request import RequestStatus
from orders.locations import groups
from orders.locations.document import document, rows
from orders.locations.uses import address_line, obstacles
from orders.locations.write import ChangedMeanwhile, Settings, StillUsed, create, save, settings_of, switch
from orders.models import Location, LocationGroup, Source
from orders.routing.run import route
from portal.audit.actor import Actor
from portal.audit.models import History
from portal.tenancy.models import Organization
from tests.factories import make_location
from tests.orders.requests.making import ready_order, request_for
from tests.orders.routing.running import card

pytestmark = pytest.mark.django_db
OLIVE = Actor("user", "1", "Olive Owner")


@pytest.fixture
def reno(source: Source) -> Location:
    return make_location(source, "w1", "Reno", address={"city": "Reno", "country": "US"})


def whole(location: Location) -> Location:
    return rows(location.organization).get(pk=location.pk)


def history(location: Location) -> list[tuple[str, str, int]]:
    found = History.across.filter(entity_type="location", entity_id=location.pk).order_by("id")
    return list(found.values_list("verb", "summary", "version"))


def test_a_location_is_added_with_everything_that_was_set(organization: Organization, source: Source) -> None:
    europe = groups.add(organization, "Europe", by=OLIVE)
    told = Settings(
        "Leeds",
        {"city": "Leeds", "country": "GB"},
        infinite=True,
        fulfillment_source_id=source.pk,
        excluded_for=frozenset({source.pk}),
        groups=frozenset({europe.pk}),
    )
    made = whole(create(organization, told, by=OLIVE))
    assert settings_of(made) == told
    shown = document(made)
    assert shown["address"] == {"city": "Leeds", "country": "GB"}
    assert (shown["infinite"], shown["fulfillmentIntegration"]) == (True, source.public_id)
    assert shown["excludeFromTotalsFor"] == [source.public_id]
    assert shown["groups"] == [{"groupId": europe.public_id, "name": "Europe"}]
    assert history(made) == [("created", "Added by hand.", 1)]


def test_a_save_is_a_version_with_what_it_changed(reno: Location, source: Source) -> None:
    saved = save(reno, replace(settings_of(reno), name="Reno 2", preserve_bundles=True), by=OLIVE, seen=1)
    assert (saved.name, saved.version) == ("Reno 2", 2)
    assert history(reno) == [("edited", "Changed the settings.", 2)]
    changes = History.across.get(entity_type="location").changes
    assert {one["path"]: one["value"] for one in changes} == {"/name": "Reno 2", "/preserveBundles": True}
    assert save(saved, settings_of(saved), by=OLIVE, seen=2).version == 2, "what changes nothing is no version"
    with pytest.raises(ChangedMeanwhile):
        save(reno, replace(settings_of(saved), name="Mine"), by=OLIVE, seen=1)


def test_a_location_that_is_needed_is_not_switched_off_but_may_be_paused(reno: Location, source: Source) -> None:
    request = request_for(ready_order(source), reno)
    with pytest.raises(StillUsed, match="1 shipping request is still under way here"):
        switch(reno, by=OLIVE, active=False)
    assert switch(reno, by=OLIVE, paused=True).paused
    request.status = RequestStatus.CANCELED_RESTOCK
    request.save()
    off = switch(reno, by=OLIVE, active=False)
    assert (off.active, off.paused) == (False, True)
    assert history(reno) == [
        ("paused", "Paused: nothing new is routed here.", 2),
        ("deactivated", "Switched off: nothing is routed here any more.", 3),
    ]


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({}, []),
        ({"active": False}, ["It is switched off."]),
        ({"paused": True}, ["It is paused: nothing new is routed here, what is under way goes on."]),
        ({"fulfillment_source": None}, ["No fulfillment channel owns this location."]),
        ({"fulfillment_source": None, "ships_by_hand": True}, []),
        (
            {"exclude_from_totals": True},
            ["Its stock is left out of totals: only cards that do not check inventory route here."],
        ),
        ({"exclude_from_totals": True, "infinite": True}, []),
    ],
)
def test_why_nothing_is_routed_to_a_location_is_said(source: Source, values: dict[str, Any], words: list[str]) -> None:
    assert obstacles(make_location(source, **values)) == words


def test_a_channel_that_is_gone_ships_nothing(reno: Location, source: Source) -> None:
    source.state = Source.State.DELETED
    assert obstacles(reno) == ["Its fulfillment channel, Tea shop, is not there any more."]


def test_an_address_is_told_in_one_line(reno: Location) -> None:
    assert address_line(reno) == "Reno, US"


def test_groups_are_added_renamed_and_deleted_once_each(organization: Organization, reno: Location) -> None:
    west = groups.add(organization, "West", by=OLIVE)
    groups.add(organization, "East", by=OLIVE)
    with pytest.raises(groups.NameTaken, match="There is a group “East” already"):
        groups.rename(west, "East", by=OLIVE)
    west = groups.rename(LocationGroup.across.get(name="West"), "Wild West", by=OLIVE)
    save(reno, replace(settings_of(reno), groups=frozenset({west.pk})), by=OLIVE)
    found: list[Any] = list(groups.groups(organization))
    assert [(one.name, one.size) for one in found] == [("East", 0), ("Wild West", 1)]
    groups.delete(west, by=OLIVE)
    assert not LocationGroup.across.filter(name="Wild West").exists()
    assert history(reno)[-1] == ("edited", "Left the group “Wild West”, which was deleted.", 3)


def test_orders_are_routed_to_where_people_ship_by_hand(source: Source, reno: Location) -> None:
    save(reno, replace(settings_of(reno), fulfillment_source_id=None, ships_by_hand=True), by=OLIVE)
    card(reno, check_stock=False)
    order = ready_order(source)
    route([order.pk], "auto")
    request = order.shipping_requests.get()
    assert (request.location, request.fulfillment_source, request.status) == (reno, None, "readyForFulfillment")
