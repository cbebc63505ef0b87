"""The pages of locations: list, form, merging and groups, each for those who may."""

import pytest
from django.test import Client
from django.urls import reverse

from orders.models import ExternalLocation, Location, LocationGroup, Source
from portal.tenancy.models import Membership
from tests.factories import make_card, make_location
from tests.orders.requests.making import ready_order, request_for, stock
from tests.portal.api.conftest import make_key

pytestmark = pytest.mark.django_db


@pytest.fixture
def reno(source: Source) -> Location:
    return make_location(source, "w1", "Reno", address={"city": "Reno", "country": "US", "lastName": "Ruiz"})


def url(location: Location, *more: str) -> str:
    return "/".join([reverse("orders:location", args=[location.public_id]), *more])


def form(location: Location, **changes: str) -> dict[str, str]:
    """What the page sends when only this was changed."""
    told = {"version": str(location.version), "name": location.name, "active": "on", "city": "Reno", "country": "US"}
    ships = location.fulfillment_source
    return told | ({"fulfillment": ships.public_id} if ships else {}) | changes


def test_the_list_shows_status_who_ships_and_why_nothing_goes_there(
    as_owner: Client, source: Source, reno: Location
) -> None:
    lost = make_location(source, "w2", "Leeds", fulfillment_source=None, infinite=True)
    lost.groups.add(LocationGroup.across.create(organization=source.organization, name="Europe"))
    make_location(source, "w3", "Old", active=False)
    text = as_owner.get("/locations").content.decode()
    for words in ("Reno, US", "Tea shop", "Europe", "Stock always enough", "No fulfillment channel owns this location"):
        assert words in text
    shown = as_owner.get("/locations.json?view=inactive").json()["rows"]
    assert [(row["name"], row["status"]) for row in shown] == [("Old", "inactive")]
    for found in ("q=w2", "q=leeds", f"f=locationId~equals~{lost.public_id}"):
        assert [row["name"] for row in as_owner.get(f"/locations.json?{found}").json()["rows"]] == ["Leeds"]
    assert "Leeds" in as_owner.get("/locations.csv").getvalue().decode()


def test_a_location_is_added_by_hand(as_owner: Client, owner: Membership) -> None:
    answer = as_owner.post("/locations/new", {"name": "  Own   shelf ", "active": "on", "country": "zz"})
    assert answer.status_code == 422
    assert "Choose a country from the list" in answer.content.decode()
    assert 'value="zz"' in answer.content.decode(), "what was typed stays"
    answer = as_owner.post("/locations/new", {"name": "  Own   shelf ", "active": "on", "country": "at"})
    made = Location.across.get()
    assert answer["Location"] == url(made)
    assert (made.name, made.address, made.organization) == ("Own shelf", {"country": "AT"}, owner.organization)
    text = as_owner.get(url(made)).content.decode()
    assert "No fulfillment channel owns this location." in text
    assert "No system names it: it was added by hand." in text
    assert "Added by hand." in text


def test_the_form_saves_and_keeps_what_it_does_not_show(as_owner: Client, reno: Location) -> None:
    ExternalLocation.across.update(name="Main warehouse")
    make_card(reno.organization, reno, name="Everything west")
    text = as_owner.get(url(reno)).content.decode()
    for words in ("Main warehouse", "w1", "Everything west", "View JSON"):
        assert words in text
    answer = as_owner.post(url(reno), form(reno, name="Reno 2", paused="on"))
    assert answer.status_code == 302
    saved = Location.across.get()
    assert (saved.name, saved.paused, saved.version) == ("Reno 2", True, 2)
    assert saved.address == {"city": "Reno", "country": "US", "lastName": "Ruiz"}
    assert as_owner.get(f"{url(reno)}.json").json()["paused"] is True


def test_the_second_editor_is_told_what_the_first_has_saved(as_owner: Client, reno: Location) -> None:
    as_owner.post(url(reno), form(reno, infinite="on"))
    answer = as_owner.post(url(reno), form(reno, name="Mine"))
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "Olive Owner has changed this location while you had it open." in text
    assert "Infinite" in text
    assert 'value="Mine"' in text
    assert 'name="version" value="2"' in text
    assert Location.across.get().name == "Reno"


def test_switching_off_is_refused_with_a_sentence_while_requests_go_there(
    as_owner: Client, source: Source, reno: Location
) -> None:
    request_for(ready_order(source), reno)
    answer = as_owner.post(url(reno, "deactivate"))
    assert answer.status_code == 409
    assert "1 shipping request is still under way here." in answer.content.decode()
    kept = {name: value for name, value in form(reno).items() if name != "active"}
    answer = as_owner.post(url(reno), kept)
    assert answer.status_code == 422
    assert "1 shipping request is still under way here." in answer.content.decode()
    assert as_owner.post(url(reno, "pause"), follow=True).status_code == 200
    assert Location.across.values_list("active", "paused").get() == (True, True)
    assert as_owner.post(url(reno, "explode")).status_code == 404


def test_merging_shows_first_what_moves(as_owner: Client, source: Source, reno: Location) -> None:
    other = make_location(source, "w2", "Reno twice")
    stock(other, "TEA-1", 3)
    assert "Reno twice (Tea shop)" in as_owner.get(url(reno, "merge")).content.decode()
    text = as_owner.get(f"{url(reno, 'merge')}?with={other.public_id}").content.decode()
    assert "the figures of 1 SKU" in text
    assert "Merge: this cannot be undone" in text
    stock(reno, "TEA-1", 5)
    answer = as_owner.post(url(reno, "merge"), {"with": other.public_id})
    assert answer.status_code == 409
    assert "Both have stock of 1 SKU, so they cannot be merged yet." in answer.content.decode()
    stock(reno, "TEA-1", -5)
    assert as_owner.post(url(reno, "merge"), {"with": other.public_id})["Location"] == url(reno)
    assert as_owner.get(url(other)).status_code == 404
    assert as_owner.post(url(reno, "merge"), {"with": "0" * 16}).status_code == 404


def test_another_organizations_records_are_neither_seen_nor_taken(
    as_stranger: Client, stranger: Membership, reno: Location, as_owner: Client
) -> None:
    theirs = Source.across.create(organization=stranger.organization, name="Theirs", connector="ecwid")
    place = make_location(theirs, "x", "Elsewhere")
    group = LocationGroup.across.create(organization=stranger.organization, name="Abroad")
    assert as_owner.get(url(place)).status_code == 404
    assert as_owner.post(url(reno, "merge"), {"with": place.public_id}).status_code == 404
    answer = as_owner.post(url(reno), form(reno, fulfillment=theirs.public_id, groups=group.public_id))
    assert answer.status_code == 422
    assert "Theirs" not in as_owner.get(url(reno)).content.decode()
    assert as_owner.post(reverse("orders:location_group_delete", args=[group.public_id])).status_code == 404
    assert as_stranger.get("/locations.json").json()["rows"] != []
    assert Location.across.get(pk=reno.pk).version == 1


def test_a_viewer_looks_and_changes_nothing(as_colleague: Client, reno: Location) -> None:
    text = as_colleague.get(url(reno)).content.decode()
    assert "Save location" not in text
    assert "Add location" not in as_colleague.get("/locations").content.decode()
    for answer in (
        as_colleague.post(url(reno), form(reno, name="Mine")),
        as_colleague.post(url(reno, "pause")),
        as_colleague.get(url(reno, "merge")),
        as_colleague.post("/locations/groups", {"name": "Mine"}),
    ):
        assert answer.status_code == 403
    assert Location.across.get().version == 1


def test_groups_are_kept_on_a_page_of_their_own(as_owner: Client, reno: Location) -> None:
    assert "No groups yet" in as_owner.get("/locations/groups").content.decode()
    as_owner.post("/locations/groups", {"name": " West "})
    group = LocationGroup.across.get()
    answer = as_owner.post("/locations/groups", {"name": "West"})
    assert answer.status_code == 422
    assert "There is a group “West” already." in answer.content.decode()
    as_owner.post(url(reno), form(reno, groups=group.public_id))
    assert list(reno.groups.values_list("name", flat=True)) == ["West"]
    as_owner.post("/locations/groups", {"name": "East"})
    rename = reverse("orders:location_group_rename", args=[group.public_id])
    answer = as_owner.post(rename, {"name": "East"})
    assert answer.status_code == 422
    assert f"group-{group.public_id}-error" in answer.content.decode()
    as_owner.post(rename, {"name": "Far west"})
    assert sorted(LocationGroup.across.values_list("name", flat=True)) == ["East", "Far west"]
    as_owner.post(reverse("orders:location_group_delete", args=[group.public_id]))
    assert list(LocationGroup.across.values_list("name", flat=True)) == ["East"]


def test_the_api_reads_locations(client: Client, reno: Location) -> None:
    bearer = {"Authorization": f"Bearer {make_key(reno.organization, 'locations:read').secret}"}
    answer = client.get("/api/v1/locations?f=active~is_true", headers=bearer)
    assert [row["name"] for row in answer.json()["rows"]] == ["Reno"]
    for wanted in (reno.public_id, "w1", "ext:w1"):
        assert client.get(f"/api/v1/locations/{wanted}", headers=bearer).json()["locationId"] == reno.public_id
    assert client.get("/api/v1/orders", headers=bearer).status_code == 403
