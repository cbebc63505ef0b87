"""The list of routing cards: added, saved, switched, ordered, copied, deleted; each by one person at a time."""

import pytest

from orders.models import Location, RoutingCard, Source
from orders.routing import cards
from orders.shown.cards import changed_since, lines
from portal.audit.actor import Actor
from portal.audit.models import History
from portal.kit.json import Json
from portal.tenancy.models import Membership, Organization
from tests.factories import make_card, make_location

pytestmark = pytest.mark.django_db
OLIVE = Actor("user", "1", "Olive Owner")


@pytest.fixture
def reno(source: Source) -> Location:
    return make_location(source, "w1", "Reno")


def to(*places: Location, **more: object) -> Json:
    return {"version": 1, "filter": None, "destinations": [{"locations": [one.public_id for one in places]}], **more}


def names(organization: Organization) -> list[str]:
    return [card.name for card in cards.cards(organization)]


def told(card: RoutingCard) -> list[tuple[str, str, int]]:
    rows = History.across.filter(entity_type=cards.ENTITY, entity_id=card.pk).order_by("id")
    return list(rows.values_list("verb", "summary", "version"))


def test_the_life_of_a_card_is_its_history(organization: Organization, reno: Location) -> None:
    card = cards.create(organization, "First", to(reno), by=OLIVE)
    card = cards.save(card, "West", to(reno, allow_split=True), by=OLIVE, seen=1)
    cards.save(card, "West", to(reno, allow_split=True), by=OLIVE, seen=2)  # nothing changed: no version
    cards.set_enabled(card, False, by=OLIVE)
    cards.set_enabled(card, False, by=OLIVE)
    cards.delete(card, by=OLIVE)
    cards.delete(card, by=OLIVE)
    assert told(card) == [
        ("created", "Added.", 1),
        ("edited", "Saved version 2.", 2),
        ("disabled", "Switched off.", 2),
        ("deleted", "Deleted.", 2),
    ]
    assert names(organization) == []
    with pytest.raises(cards.ChangedMeanwhile, match="was deleted by somebody else"):
        cards.save(card, "West", to(reno), by=OLIVE)


def test_the_second_who_saves_is_told_and_sees_what_the_first_said(organization: Organization, reno: Location) -> None:
    card = cards.create(organization, "First", to(reno), by=OLIVE)
    cards.save(card, "Second", to(reno, allow_split=True), by=OLIVE, seen=1)
    with pytest.raises(cards.ChangedMeanwhile, match="was saved by somebody else"):
        cards.save(card, "Mine", to(reno), by=OLIVE, seen=1)
    rows = list(changed_since(RoutingCard.across.select_related("organization").get(), 1))
    assert [(row.path, row.before, row.after) for row in rows] == [
        ("Name", "First", "Second"),
        ("Switches", None, "may split"),
    ]


def test_cards_are_put_in_order_whole_or_not_at_all(organization: Organization, reno: Location) -> None:
    one, two, three = (make_card(organization, reno, name=name) for name in ("One", "Two", "Three"))
    seen = cards.signature(list(cards.cards(organization)))
    cards.reorder(organization, [three.public_id, one.public_id, two.public_id], by=OLIVE, seen=seen)
    assert names(organization) == ["Three", "One", "Two"]
    assert told(three) == [("moved", "Moved from place 3 to place 1.", 1)]
    for wanted, known in (
        ([one.public_id, two.public_id, three.public_id], seen),
        ([one.public_id, two.public_id], cards.signature(list(cards.cards(organization)))),
        ([one.public_id] * 3, cards.signature(list(cards.cards(organization)))),
    ):
        with pytest.raises(cards.ChangedMeanwhile, match="Look again"):
            cards.reorder(organization, wanted, by=OLIVE, seen=known)
    assert names(organization) == ["Three", "One", "Two"]


def test_a_copy_stands_last_and_is_off(organization: Organization, reno: Location) -> None:
    first = make_card(organization, reno, name="x" * 120)
    make_card(organization, reno, name="Other")
    copy = cards.duplicate(first, by=OLIVE)
    assert (copy.name, copy.enabled, copy.definition) == (f"{'x' * 110} (copy)", False, first.definition)
    assert names(organization)[-1] == copy.name


def test_a_card_that_names_a_location_which_is_gone_is_neither_saved_nor_switched_on(
    organization: Organization, reno: Location, stranger: Membership
) -> None:
    elsewhere = Source.across.create(organization=stranger.organization, name="Theirs", connector="ecwid")
    theirs = make_location(elsewhere, "x", "Theirs")
    with pytest.raises(cards.CardInvalid) as refused:
        cards.create(organization, "Foreign", to(reno, theirs), by=OLIVE)
    assert [fault.place for fault in refused.value.faults] == ["destinations.0.locations"]
    card = make_card(organization, theirs, enabled=False)
    with pytest.raises(cards.CardInvalid, match="not there any more"):
        cards.set_enabled(card, True, by=OLIVE)
    with pytest.raises(cards.CardInvalid):
        cards.create(organization, "Broken", {"version": 1, "destinations": []}, by=OLIVE)


def test_the_list_says_which_cards_cannot_work(organization: Organization, reno: Location) -> None:
    make_card(organization, reno, name="Good")
    make_card(organization, make_location(reno.source, "w2", "Shut", active=False), name="Shut")  # type: ignore[arg-type]
    make_card(organization, definition={"version": 1, "destinations": "?"}, name="Broken")
    good, shut, broken = lines(organization)
    assert (good.problem, good.sentence) == ("", "All orders everywhere → Reno")
    assert shut.problem == "Nothing can be sent by this card: no location that it names takes orders."
    assert broken.problem.startswith("Routing stops at this card, because it cannot be read:")
    assert cards.cards_with(reno) == [good.card]
