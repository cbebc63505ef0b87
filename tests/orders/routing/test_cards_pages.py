"""The pages of routing cards: list, form, and what two people at one card are told."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from orders.models import Location, RoutingCard, Source
from orders.routing import cards
from portal.tenancy.models import Membership
from tests.factories import make_card, make_location

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def reno(source: Source) -> Location:
    return make_location(source, "w1", "Reno")


def url(card: RoutingCard, *more: str) -> str:
    return "/".join([reverse("orders:routing_card", args=[card.public_id]), *more])


def form(*places: Location, **more: object) -> dict[str, object]:
    return {
        "name": "West",
        "prefer_groups": "on",
        "d.0.is": "1",
        "d.0.locations": [one.public_id for one in places],
    } | more


def test_an_empty_list_says_what_a_card_is_for(as_owner: Client, as_colleague: Client) -> None:
    assert "Orders that are ready wait until a card says where they go." in as_owner.get("/routing").content.decode()
    assert "New card" not in as_colleague.get("/routing").content.decode()


def test_a_card_is_added_shown_and_read_as_json(as_owner: Client, reno: Location) -> None:
    answer = as_owner.post("/routing/new", form(reno, enabled="on", allow_split="on"))
    card = RoutingCard.across.get()
    assert answer["Location"] == f"/routing#card-{card.public_id}"
    assert (card.name, card.enabled, card.position) == ("West", True, 1)
    assert "All orders everywhere → Reno; may split" in as_owner.get("/routing").content.decode()
    text = as_owner.get(url(card)).content.decode()
    for words in ("All orders everywhere → Reno; may split", "View JSON", "Added.", "Version 1"):
        assert words in text
    shown = as_owner.get(f"{url(card)}.json").json()
    assert (shown["cardId"], shown["destinations"][0]["locations"]) == (card.public_id, [reno.public_id])


def test_the_switches_stand_as_they_were_saved(as_owner: Client, reno: Location) -> None:
    for on in ("do_not_check", "allow_split"):
        as_owner.post("/routing/new", {**form(reno), on: "on"})
        text = as_owner.get(url(RoutingCard.across.latest("pk"))).content.decode()
        found = re.findall(r'name="(do_not_check|\w+_split|\w+_future|\w+_groups)"\s+value="on"\s+(checked)?', text)
        assert dict(found) == {"send_future": "", "prefer_groups": "checked"} | {
            name: "checked" if name == on else "" for name in ("do_not_check", "allow_split")
        }


def test_faults_stand_at_their_place_and_what_was_typed_stays(as_owner: Client, reno: Location) -> None:
    wrong = form(**{"name": " ", "d.0.r.0.countries": "FR\nZZ", "f.0.field": "totalPrice", "f.0.operator": "gt"})
    answer = as_owner.post("/routing/new", wrong)
    text = answer.content.decode()
    assert answer.status_code == 422
    for words in (
        "The card is not saved yet.",
        "Give the card a name.",
        "Add at least one location",
        "“ZZ” is no country",
    ):
        assert words in text
    assert "FR\nZZ" in text
    assert 'id="d-0-errors"' in text
    assert not RoutingCard.across.exists()


def test_a_press_answers_the_destinations_and_the_sentence(as_owner: Client, reno: Location) -> None:
    headers = HTMX | {"HX-Target": "card-destinations"}
    data = form() | {"do": "location:add:0", "d.0.add": reno.public_id}
    text = as_owner.post("/routing/draft", data, headers=headers).content.decode()
    assert "All orders everywhere → Reno" in text
    assert f'name="d.0.locations" value="{reno.public_id}"' in text.replace("\n", " ")
    assert 'id="card-destinations"' in text
    assert 'id="card-parts"' not in text
    told = as_owner.post("/routing/draft?do=told", form(reno, do_not_check="on"), headers=HTMX).content.decode()
    assert "inventory is not checked" in told
    edited = as_owner.post("/routing/draft", form(reno) | {"do": "filter:add:"}, headers=HTMX).content.decode()
    assert 'id="filter-body"' in edited
    assert "innerHTML:#card-told" in edited
    assert as_owner.post("/routing/draft", {"do": "location:add:7"}).status_code == 400
    assert not RoutingCard.across.exists()


def test_two_people_at_one_card_are_told_of_each_other(as_owner: Client, reno: Location) -> None:
    card = make_card(reno.organization, reno)
    ask = reverse("orders:routing_meanwhile", args=[card.public_id])
    assert as_owner.get(f"{ask}?seen=1", headers=HTMX).status_code == 204
    assert as_owner.post(url(card), form(reno, seen="1", name="Theirs")).status_code == 302
    text = as_owner.get(f"{ask}?seen=1", headers=HTMX).content.decode()
    assert "Olive Owner has saved this card while you had it open" in text
    assert "Theirs" in text
    assert as_owner.get(f"{ask}?seen=1&shown=2", headers=HTMX).status_code == 204
    answer = as_owner.post(url(card), form(reno, seen="1", name="Mine"))
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "What you typed is still here." in text
    assert 'value="Mine"' in text
    accepted = as_owner.get(f"{ask}?seen=2&accept=1", headers=HTMX).content.decode()
    assert 'id="card-seen" value="2" hx-swap-oob="true"' in accepted
    assert as_owner.post(url(card), form(reno, seen="2", name="Mine")).status_code == 302
    assert RoutingCard.across.get().name == "Mine"


def test_cards_are_switched_ordered_copied_and_deleted(as_owner: Client, reno: Location) -> None:
    one, two = (make_card(reno.organization, reno, name=name) for name in ("One", "Two"))
    as_owner.post(url(one, "toggle"), {})
    assert RoutingCard.across.get(pk=one.pk).enabled is False
    answer = as_owner.post(url(one, "toggle"), {"enabled": "on"}, headers=HTMX)
    assert (answer.status_code, "routes orders from now on" in answer["HX-Trigger"]) == (204, True)
    seen = cards.signature([one, two])
    order = {"order": [two.public_id, one.public_id]}
    assert as_owner.post(f"/routing/reorder?seen={seen}", order, headers=HTMX).status_code == 204
    assert as_owner.post(f"/routing/reorder?seen={seen}", order, headers=HTMX).status_code == 409
    assert [card.name for card in cards.cards(reno.organization)] == ["Two", "One"]
    copied = as_owner.post(url(one, "duplicate"))
    copy = RoutingCard.across.get(name="One (copy)")
    assert (copied["Location"], copy.enabled) == (url(copy), False)
    assert as_owner.post(url(two, "delete"))["Location"] == "/routing"
    assert as_owner.get(url(two)).status_code == 404
    broken = make_card(reno.organization, definition={"version": 1}, enabled=False, name="Broken")
    answer = as_owner.post(url(broken, "toggle"), {"enabled": "on"}, headers=HTMX)
    assert (answer.status_code, "cannot be switched on" in answer.content.decode()) == (409, True)
    assert as_owner.get(url(broken)).status_code == 200


def test_only_who_may_edit_rules_changes_cards(
    as_colleague: Client, as_owner: Client, stranger: Membership, reno: Location
) -> None:
    card = make_card(reno.organization, reno)
    text = as_colleague.get(url(card)).content.decode()
    assert "Save card" not in text
    assert "data-handle" not in as_colleague.get("/routing").content.decode()
    answers = [
        as_colleague.post(url(card), form(reno)),
        as_colleague.post(url(card, "delete")),
        as_colleague.get("/routing/new"),
    ]
    assert [answer.status_code for answer in answers] == [403, 403, 403]
    theirs = make_card(stranger.organization)
    assert as_owner.get(url(theirs)).status_code == 404
    assert as_owner.post(url(theirs, "toggle")).status_code == 404
    assert RoutingCard.across.get(pk=card.pk).version == 1


@pytest.mark.parametrize("path", ["/routing", "/locations"])
def test_more_rows_cost_no_more_queries(
    as_owner: Client, reno: Location, path: str, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    make_card(reno.organization, reno)
    as_owner.get(path)
    with CaptureQueriesContext(connection) as few:
        as_owner.get(path)
    for number in range(5):
        make_card(reno.organization, reno, make_location(reno.externals.get().source, f"x{number}", f"Place {number}"))
    with django_assert_max_num_queries(len(few)):
        as_owner.get(path)
