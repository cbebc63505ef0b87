"""Routing cards ready to be drawn: as lines of their list, and as destinations of their form."""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from orders.lists.orders import ORDERS
from orders.locations.uses import obstacles
from orders.models import Location, RoutingCard
from orders.routing import card_words, cards
from orders.routing.card import Definition, Fault, faults
from orders.routing.card_form import CardDraft, DestinationDraft, RegionDraft
from portal.audit.at import as_of
from portal.filters.to_words import Names
from portal.kit.json import Json
from portal.tenancy.models import Organization
from portal.ui.components import DiffRow


@dataclass(frozen=True, slots=True)
class Place:
    """A location to choose: its name, and why nothing is routed there, if so."""

    id: str
    name: str
    obstacle: str = ""


@dataclass(frozen=True, slots=True)
class CardLine:
    """A card of the list: its place, its sentence, and what keeps it from working."""

    card: RoutingCard
    place: int
    sentence: str
    problem: str


@dataclass(frozen=True, slots=True)
class RegionView:
    """One region of a destination in the form."""

    destination: int
    index: int
    draft: RegionDraft
    errors: Sequence[str]

    @property
    def name(self) -> str:
        """What the names of its controls begin with."""
        return f"d.{self.destination}.r.{self.index}"

    @property
    def id(self) -> str:
        """What the ids of its controls begin with."""
        return self.name.replace(".", "-")

    @property
    def focus(self) -> str:
        """Id of the control that comes first."""
        return f"{self.id}-countries"

    @property
    def number(self) -> int:
        """Its place as people count."""
        return self.index + 1

    @property
    def countries(self) -> str:
        """Its countries, one on each line."""
        return "\n".join(self.draft.countries)

    @property
    def states(self) -> str:
        """Its states, one on each line."""
        return "\n".join(self.draft.states)

    @property
    def postal(self) -> str:
        """What its postal codes begin with, one on each line."""
        return "\n".join(self.draft.postal)


@dataclass(frozen=True, slots=True)
class DestinationView:
    """One destination in the form; `choices` are the locations that are not in it yet."""

    index: int
    regions: Sequence[RegionView]
    places: Sequence[Place]
    choices: Sequence[Place]
    errors: Sequence[str]
    last: bool

    @property
    def id(self) -> str:
        """What the ids of its controls begin with."""
        return f"d-{self.index}"

    @property
    def number(self) -> int:
        """Its place as people count."""
        return self.index + 1


def places(organization: Organization) -> dict[str, Place]:
    """Return the locations by public ID, in the order of their names; one query."""
    rows = Location.objects.within(organization).filter(deleted_at=None).select_related("fulfillment_source")
    return {
        one.public_id: Place(one.public_id, one.name, " ".join(obstacles(one)[:1]))
        for one in rows.order_by("name", "pk")
    }


def names_of(known: Mapping[str, Place]) -> dict[str, str]:
    """Return what locations are called, by public ID."""
    return {key: one.name for key, one in known.items()}


def lines(organization: Organization) -> list[CardLine]:
    """Return the cards in their order, each with its sentence."""
    known, zone, names = places(organization), organization.zone, ORDERS.names(organization)
    called = names_of(known)
    return [
        CardLine(card, place, card_words.told(card.definition, called, zone, names), _problem(card, known, zone))
        for place, card in enumerate(cards.cards(organization), start=1)
    ]


def _problem(card: RoutingCard, known: Mapping[str, Place], zone: dt.tzinfo) -> str:
    found = faults(card.definition, zone=zone)
    if found:
        told = _("Routing stops at this card, because it cannot be read: {why}")
        return told.format(why=" ".join(_(fault.message) for fault in found))
    wanted = {key for one in Definition.model_validate(card.definition).destinations for key in one.locations}
    if not any(key in known and not known[key].obstacle for key in wanted):
        return _("Nothing can be sent by this card: no location that it names takes orders.")
    return ""


def destination_views(draft: CardDraft, found: Sequence[Fault], known: Mapping[str, Place]) -> list[DestinationView]:
    """Return the destinations of a form, each with what is wrong with it."""
    return [_destination(index, own, draft, found, known) for index, own in enumerate(draft.destinations)]


def _destination(
    index: int, own: DestinationDraft, draft: CardDraft, found: Sequence[Fault], known: Mapping[str, Place]
) -> DestinationView:
    start = f"destinations.{index}"
    regions = [
        RegionView(index, place, region, _messages(found, f"{start}.regions.{place}"))
        for place, region in enumerate(own.regions)
    ]
    chosen = [known.get(key) or Place(key, _("A location that is gone"), _("Remove it.")) for key in own.locations]
    return DestinationView(
        index,
        regions,
        chosen,
        [one for key, one in known.items() if key not in own.locations],
        _messages(found, f"{start}.locations"),
        last=index == len(draft.destinations) - 1,
    )


def _messages(found: Sequence[Fault], place: str) -> list[str]:
    return list(
        dict.fromkeys(_(one.message) for one in found if one.place == place or one.place.startswith(f"{place}."))
    )


def changed_since(card: RoutingCard, seen: int) -> Iterator[DiffRow]:
    """Yield what a card says differently since one of its versions, part by part, in words."""
    before = as_of(cards.ENTITY, {card.pk: seen}, {card.pk: (card.version, cards.said(card))})[card.pk]
    organization = card.organization
    called, names = names_of(places(organization)), ORDERS.names(organization)
    old, new = (_told(one, called, organization.zone, names) for one in (before, cards.said(card)))
    for part, words in new.items():
        if old.get(part) != words:
            yield DiffRow(part, old.get(part) or None, words or None)


def _told(said: Json, called: Mapping[str, str], zone: dt.tzinfo, names: Names) -> dict[str, str]:
    parts = {_("Name"): str(said.get("name", ""))}
    try:
        card = Definition.model_validate({key: value for key, value in said.items() if key != "name"})
    except ValueError:
        return parts
    return parts | {
        _("Filter"): card_words.card_condition(card.filter, zone, names),
        _("Destinations"): "\n".join(card_words.destination_words(one, called) for one in card.destinations),
        _("Switches"): ", ".join(card_words.switch_words(card)),
    }
