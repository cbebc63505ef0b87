"""Order routing cards: how they are stored, what can be wrong with them, and how `decide` takes them. Pure.

The stored form (`RoutingCard.definition`; the name stands in the row)::

    {"version": 1,
     "filter": null,                       # every order; or a tree as saved filters store it (portal.filters.codec)
     "destinations": [
       {"regions": [{"countries": ["US"], "states": ["NV"], "postal": ["89"]}],   # none: everywhere
        "locations": ["0a1b2c3d4e5f6071"]}],                                      # public IDs, best first
     "check_stock": true, "allow_split": false, "send_future": false, "prefer_groups": true}
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StrictBool, ValidationError, field_validator

from orders.documents.catalogue import ORDER
from orders.routing.regions import Entry, Region
from portal.filters import check as filters
from portal.filters import codec
from portal.filters.mark import gettext_noop as _
from portal.filters.problems import BadFilter
from portal.filters.tree import Group
from portal.kit.json import Json

MAX_DESTINATIONS, MAX_LOCATIONS = 100, 200


def _none_is_empty(value: Any) -> Any:
    return () if value is None else value


class DestinationSpec(BaseModel):
    """Locations, best first, for the addresses of some regions."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    regions: Annotated[tuple[Region, ...], BeforeValidator(_none_is_empty), Field(max_length=100)] = ()
    locations: Annotated[tuple[Entry, ...], Field(min_length=1, max_length=MAX_LOCATIONS)]

    @field_validator("locations")
    @classmethod
    def _once(cls, locations: tuple[str, ...]) -> tuple[str, ...]:
        if len(set(locations)) < len(locations):
            raise ValueError(_("A location is listed twice. Remove one of the two."))
        return locations


class Definition(BaseModel):
    """What a card says (behaviour.md 5.1)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: Literal[1] = 1
    filter: Json | None = None
    destinations: Annotated[tuple[DestinationSpec, ...], Field(min_length=1, max_length=MAX_DESTINATIONS)]
    check_stock: StrictBool = True
    """Off: *Do not check inventory*."""
    allow_split: StrictBool = False
    send_future: StrictBool = False
    """*Send future orders immediately*."""
    prefer_groups: StrictBool = True
    """The location groups that an order prefers come first."""


@dataclass(frozen=True, slots=True)
class Destination:
    """Locations by their public IDs, best first, and the regions that they serve; none: everywhere."""

    location_ids: tuple[str, ...]
    regions: tuple[Region, ...] = ()


@dataclass(frozen=True, slots=True)
class Card:
    """A card as `decide` takes it. The first card that satisfies an order wins."""

    id: str
    """Public ID."""
    name: str
    destinations: tuple[Destination, ...] = ()
    filter: Group | None = None
    """None: every order."""
    check_stock: bool = True
    allow_split: bool = False
    send_future: bool = False
    prefer_groups: bool = True
    fault: str = ""
    """What is wrong with its stored form. Routing stops at such a card: orders that it was made for
    must not fall to the cards below it."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong with a card: where, what, and what helps."""

    place: str
    """Path in the stored form, such as `destinations.0.regions.1`; of a filter's node `filter.0.2`."""
    message: str

    def __str__(self) -> str:
        return f"{self.place}: {self.message}"


class BadCard(ValueError):
    """The stored form is not a card."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__(" ".join(map(str, self.faults)))


def load(public_id: str, name: str, data: Any, *, zone: dt.tzinfo = dt.UTC) -> Card:
    """Return the card of a stored form. Raises BadCard with every fault."""
    try:
        definition = Definition.model_validate(data)
    except ValidationError as error:
        raise BadCard(_faults(error)) from None
    return Card(
        public_id,
        name,
        tuple(Destination(one.locations, one.regions) for one in definition.destinations),
        _filter(definition.filter, zone),
        definition.check_stock,
        definition.allow_split,
        definition.send_future,
        definition.prefer_groups,
    )


def read(public_id: str, name: str, data: Any, *, zone: dt.tzinfo = dt.UTC) -> Card:
    """Return the card of a stored form for `decide`; one that does not fit carries its fault."""
    try:
        return load(public_id, name, data, zone=zone)
    except BadCard as error:
        return Card(public_id, name, fault=str(error))


def faults(data: Any, *, zone: dt.tzinfo = dt.UTC) -> tuple[Fault, ...]:
    """Return everything that is wrong with a stored form, for whoever edits it."""
    try:
        load("", "", data, zone=zone)
    except BadCard as error:
        return error.faults
    return ()


def _filter(data: Json | None, zone: dt.tzinfo) -> Group | None:
    if data is None:
        return None
    try:
        tree = codec.decode(data)
        filters.ensure(tree, ORDER, zone=zone)
    except BadFilter as error:
        raise BadCard(
            [Fault(".".join(("filter", *map(str, one.path))), f"{one.message} {one.cure}") for one in error.problems]
        ) from None
    return tree


_WORDS = {
    "missing": _("This is missing. Fill it in."),
    "extra_forbidden": _("A card has no such setting. Remove it."),
    "bool_type": _("This is neither on nor off. Give true or false."),
    "string_type": _("This is not a text. Give one."),
    "string_too_long": _("This is longer than 100 characters. Shorten it."),
    "too_short": _("The list is empty. Add at least one entry."),
    "too_long": _("The list is too long. Split it over several cards."),
    "tuple_type": _("This is not a list. Give a list."),
    "literal_error": _("The version of the card is unknown. Use 1, or update Switchyard if a newer one wrote it."),
}
_UNREADABLE = _("This is not understood. Compare it with the form of a card in the documentation.")


def _faults(error: ValidationError) -> list[Fault]:
    """Return what validation found. A list is not also too short for want of what is wrong in it."""
    found = error.errors(include_url=False)
    places = [one["loc"] for one in found]
    return [
        _fault(one)
        for one in found
        if one["type"] != "too_short" or not any(_is_inside(place, one["loc"]) for place in places)
    ]


def _is_inside(place: tuple[int | str, ...], outer: tuple[int | str, ...]) -> bool:
    return len(place) > len(outer) and place[: len(outer)] == outer


def _fault(error: Any) -> Fault:
    """Return one fault in words; our own validators have their sentence already."""
    place = ".".join(map(str, error["loc"])) or "card"
    if error["type"] == "value_error":
        return Fault(place, str(error["ctx"]["error"]))
    return Fault(place, _WORDS.get(error["type"], _UNREADABLE))
