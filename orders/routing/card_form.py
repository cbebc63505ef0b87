"""A routing card as it stands in its form: read, changed by one press of a button, and what it means. No database.

The form posts flat names: `d.0.r.1.countries`, `d.0.locations` (once for each, in their order), `d.0.add`.
"""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from django.http import QueryDict
from django.utils.translation import gettext as _

from orders.documents.catalogue import ORDER
from orders.routing import card as cards
from orders.routing.card import Fault
from portal.filters import builder, codec
from portal.filters.builder import DraftCondition, DraftGroup
from portal.filters.mark import gettext_noop as noop
from portal.filters.problems import BadFilter
from portal.filters.settle import settle
from portal.kit.json import Json
from portal.ui.countries import CODES

NAME_LENGTH = 120
LOOKS = ("", "look", "told", "order")
"""What changes nothing: locations that were dragged come in their new order."""
T = TypeVar("T")


class UnknownStep(ValueError):
    """A button asks for an edit that there is not."""


@dataclass(frozen=True, slots=True)
class RegionDraft:
    """A region as typed."""

    countries: tuple[str, ...] = ()
    states: tuple[str, ...] = ()
    postal: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DestinationDraft:
    """Regions, none for everywhere, and the public IDs of locations, best first."""

    regions: tuple[RegionDraft, ...] = ()
    locations: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CardDraft:
    """A card as typed."""

    name: str = ""
    enabled: bool = True
    filter: DraftGroup = field(default_factory=DraftGroup)
    destinations: tuple[DestinationDraft, ...] = (DestinationDraft(),)
    check_stock: bool = True
    allow_split: bool = False
    send_future: bool = False
    prefer_groups: bool = True


@dataclass(frozen=True, slots=True)
class Step:
    """The draft after a press, and where the person is now: the id of a control of the form."""

    draft: CardDraft
    focus: str = ""


def draft_of(name: str, data: Any, zone: dt.tzinfo, *, enabled: bool = True) -> CardDraft:
    """Return a stored card as it stands in the form.

    A filter that cannot be read any more opens as one that cannot be saved, so that nobody makes it a card for
    every order by pressing *Save*.
    """
    try:
        stored = cards.Definition.model_validate(data)
    except ValueError:
        return CardDraft(name, enabled, DraftGroup("all", (DraftCondition(),)))
    return CardDraft(
        name,
        enabled,
        _filter_draft(stored.filter, zone),
        tuple(
            DestinationDraft(
                tuple(RegionDraft(region.countries, region.states, region.postal) for region in one.regions),
                one.locations,
            )
            for one in stored.destinations
        ),
        stored.check_stock,
        stored.allow_split,
        stored.send_future,
        stored.prefer_groups,
    )


def _filter_draft(stored: Json | None, zone: dt.tzinfo) -> DraftGroup:
    if stored is None:
        return DraftGroup()
    try:
        return builder.draft_of(codec.decode(stored, whole=True), ORDER, zone=zone)
    except BadFilter:
        return DraftGroup("all", (DraftCondition(),))


def read(data: QueryDict) -> CardDraft:
    """Read the posted form. Raises BadFilter when its filter is larger than a filter may be."""
    return CardDraft(
        " ".join(data.get("name", "").split()),
        "enabled" in data,
        settle(builder.read(data.lists()), ORDER),
        tuple(_destination(data, f"d.{index}.") for index in _numbers(data, "d.")),
        check_stock="do_not_check" not in data,
        allow_split="allow_split" in data,
        send_future="send_future" in data,
        prefer_groups="prefer_groups" in data,
    )


def _destination(data: QueryDict, prefix: str) -> DestinationDraft:
    regions = tuple(_region(data, f"{prefix}r.{index}.") for index in _numbers(data, f"{prefix}r."))
    return DestinationDraft(regions, tuple(dict.fromkeys(filter(None, data.getlist(f"{prefix}locations")))))


def _region(data: QueryDict, prefix: str) -> RegionDraft:
    countries, states, postal = (_lines(data.get(prefix + part, "")) for part in ("countries", "states", "postal"))
    return RegionDraft(tuple(one.upper() for one in countries), states, postal)


def _lines(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(line.strip() for line in text.splitlines() if line.strip()))


def _numbers(data: QueryDict, prefix: str) -> list[int]:
    """Return the numbers that names with a prefix go on with, in their order."""
    found = {name[len(prefix) :].partition(".")[0] for name in data if name.startswith(prefix)}
    return sorted(int(one) for one in found if _is_number(one))


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 4


def step(draft: CardDraft, do: str, *, chosen: str = "") -> Step:
    """Return the draft after one press: `destination:add`, `region:remove:0:1`, `location:add:0` with what is `chosen`.

    Presses in the filter (`filter:…`) are the builder's own. Raises UnknownStep.
    """
    if do in LOOKS:
        return Step(draft)
    kind, _colon, rest = do.partition(":")
    verb, *numbers = rest.split(":")
    if not all(map(_is_number, numbers)) or kind not in ("destination", "region", "location"):
        raise _unknown(do)
    at = [int(one) for one in numbers]
    if kind == "destination":
        rows, place = _edited(draft.destinations, verb, at, DestinationDraft())
        return Step(replace(draft, destinations=rows), _focus_of_destination(verb, place))
    if not at or at[0] >= len(draft.destinations):
        raise _unknown(do)
    index, own = at[0], draft.destinations[at[0]]
    if kind == "region":
        regions, place = _edited(own.regions, verb, at[1:], RegionDraft())
        own, focus = replace(own, regions=regions), f"d-{index}-r-{place}-countries" if regions else f"d-{index}-region"
    else:
        own, focus = _located(own, verb, at[1:], chosen), f"d-{index}-add"
    return Step(replace(draft, destinations=_put(draft.destinations, index, own)), focus)


def _located(own: DestinationDraft, verb: str, at: Sequence[int], chosen: str) -> DestinationDraft:
    if verb == "add":
        return replace(own, locations=tuple(dict.fromkeys((*own.locations, *filter(None, [chosen])))))
    rows, _place = _edited(own.locations, verb, at, "")
    return replace(own, locations=rows)


def _edited(rows: tuple[T, ...], verb: str, at: Sequence[int], fresh: T) -> tuple[tuple[T, ...], int]:
    """Return rows after one edit, and the place that is looked at then."""
    made = list(rows)
    if verb == "add" and not at:
        return (*rows, fresh), len(rows)
    if len(at) != 1 or at[0] >= len(rows):
        raise _unknown(verb)
    place = at[0]
    if verb == "remove":
        del made[place]
        return tuple(made), max(0, min(place, len(made) - 1))
    if verb in ("up", "down"):
        to = max(0, min(place + (-1 if verb == "up" else 1), len(made) - 1))
        made.insert(to, made.pop(place))
        return tuple(made), to
    raise _unknown(verb)


def _focus_of_destination(verb: str, place: int) -> str:
    return f"d-{place}-{verb}" if verb in ("up", "down") else f"d-{place}-add" if verb == "add" else "add-destination"


def _put(rows: tuple[T, ...], index: int, row: T) -> tuple[T, ...]:
    return (*rows[:index], row, *rows[index + 1 :])


def _unknown(do: str) -> UnknownStep:
    return UnknownStep(f"There is no edit “{do[:40]}”.")


def definition(draft: CardDraft, zone: dt.tzinfo) -> Json:
    """Return the stored form that a draft means, whether or not it can be saved."""
    tree = builder.tree_of(draft.filter, ORDER, zone=zone)
    return {
        "version": 1,
        "filter": codec.encode(tree) if tree.items else None,
        "destinations": [
            {
                "regions": [
                    {"countries": list(one.countries), "states": list(one.states), "postal": list(one.postal)}
                    for one in own.regions
                ],
                "locations": list(own.locations),
            }
            for own in draft.destinations
        ],
        "check_stock": draft.check_stock,
        "allow_split": draft.allow_split,
        "send_future": draft.send_future,
        "prefer_groups": draft.prefer_groups,
    }


def faults(draft: CardDraft, zone: dt.tzinfo) -> list[Fault]:
    """Return everything that keeps a draft from being saved, by its place."""
    return list(_faults(draft, zone))


def _faults(draft: CardDraft, zone: dt.tzinfo) -> Iterator[Fault]:
    if not draft.name:
        yield Fault("name", _("Give the card a name."))
    if len(draft.name) > NAME_LENGTH:
        yield Fault("name", _("The name is longer than {count} characters. Shorten it.").format(count=NAME_LENGTH))
    for one in builder.judge(draft.filter, ORDER, zone=zone):
        yield Fault(".".join(["filter", *map(str, one.path)]), f"{one.message} {one.cure}".strip())
    for fault in cards.faults(definition(draft, zone) | {"filter": None}, zone=zone):
        yield Fault(fault.place, _(_OWN.get(_part(fault.place), fault.message)))
    yield from _no_countries(draft)


def _no_countries(draft: CardDraft) -> Iterator[Fault]:
    for index, own in enumerate(draft.destinations):
        for place, region in enumerate(own.regions):
            for code in region.countries:
                if code not in CODES:
                    words = _("“{code}” is no country. Choose one from the list, or write its two letters.")
                    yield Fault(f"destinations.{index}.regions.{place}.countries", words.format(code=code[:40]))


def _part(place: str) -> str:
    """Return what a place is about, without its numbers: `destinations.locations`."""
    return ".".join(part for part in place.split(".") if not part.isdecimal())


_OWN = {
    "destinations": noop("Add a destination: without one the card sends nothing anywhere."),
    "destinations.locations": noop("Add at least one location."),
}
