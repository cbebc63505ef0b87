"""What is set up in a way that things do not flow, each with the sentence and the way out. Pure: no Django.

The facts are read in `integrations.facts`; the page of the integration shows the findings.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from portal.filters.mark import gettext_noop as _

MOST = 3
"""Locations that one sentence names; the others are counted."""


class Ships(StrEnum):
    """Who ships from a location."""

    SELF = "self"
    """The integration that is looked at."""
    WAREHOUSE = "warehouse"
    STORE = "store"
    """An integration that cannot ship: a selling channel."""
    PEOPLE = "people"
    NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class Place:
    """A location that the integration names or ships from."""

    public_id: str
    name: str
    active: bool
    named: bool
    """The integration knows it by an ID."""
    reported: bool
    """It still reports it."""
    ships: Ships
    shipper: str = ""


@dataclass(frozen=True, slots=True)
class Facts:
    """How an integration is set up, and what waits for it."""

    name: str
    fulfills: bool
    """It is a fulfillment channel; else a selling channel."""
    on: frozenset[str]
    """Keys of the flows that are on."""
    off: frozenset[str]
    """Keys of those that could be on."""
    labels: Mapping[str, str]
    """What flows are called, by their keys."""
    fetches: bool = False
    """It fetches by itself what is not sent to it."""
    works: bool = True
    """It is switched on and connected."""
    places: Sequence[Place] = ()
    waiting: int = 0
    """Shipping requests that are ready and not handed over."""
    keeps: bool = False
    """It is neither: it only keeps the orders, too."""
    held: int = 0
    """Other messages that are held back until it works again."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is in the way: a sentence and a cure with named gaps, and the location it is about."""

    sentence: str
    cure: str = ""
    values: Mapping[str, object] = field(default_factory=dict)
    location: str = ""
    """The ID of the location to open."""
    blocks: bool = True
    """Something stands still for it; else it is only worth knowing."""


Rule = Callable[[Facts], Iterator[Finding]]


def diagnose(facts: Facts) -> list[Finding]:
    """Return what is in the way, the worst first."""
    found = [finding for rule in _RULES for finding in rule(facts)]
    return sorted(found, key=lambda one: not one.blocks)


def _held(facts: Facts) -> Iterator[Finding]:
    if not facts.works and facts.held:
        yield Finding(
            _("Messages to {name} wait until it works again: {n}."), _("They go out by themselves then."),
            {"n": facts.held, "name": facts.name},
        )  # fmt: skip


def _requests(facts: Facts) -> Iterator[Finding]:
    if not facts.waiting or ("shipping_requests" in facts.on and facts.works):
        return
    values = {"n": facts.waiting, "name": facts.name, "flow": facts.labels.get("shipping_requests", "")}
    if not facts.works:
        yield Finding(
            _("Shipping requests wait because {name} is switched off or not connected: {n}."),
            _("They are handed over by themselves as soon as it works."), values,
        )  # fmt: skip
    elif "shipping_requests" in facts.off and not facts.fetches:
        yield Finding(
            _("Shipping requests wait because the flow “{flow}” is off: {n}."),
            _("Switch the flow on, or mark the requests as sent by hand."), values,
        )  # fmt: skip


def _orders(facts: Facts) -> Iterator[Finding]:
    if not facts.fulfills and not facts.keeps and "orders" in facts.off:
        yield Finding(
            _("The flow “{flow}” is off: no order of {name} comes here."), _("Choose under Flows which way orders go."),
            {"flow": facts.labels.get("orders", ""), "name": facts.name},
        )  # fmt: skip


def _reports(facts: Facts) -> Iterator[Finding]:
    values = {"name": facts.name, "flow": facts.labels.get("fulfillments", "")}
    if "fulfillments" not in facts.off:
        return
    if facts.fulfills:
        yield Finding(
            _("The flow “{flow}” is off: what {name} ships is not taken in."),
            _("Switch it on, or report each shipment by hand."), values,
        )  # fmt: skip
    else:
        yield Finding(
            _("The flow “{flow}” is off: {name} and its customers are told of no tracking number."),
            _("Switch it on, or write tracking numbers into the store by hand."), values, blocks=False,
        )  # fmt: skip


def _stock(facts: Facts) -> Iterator[Finding]:
    if facts.fulfills and "inventory" in facts.off:
        yield Finding(
            _("The flow “{flow}” is off: what {name} counts is not taken in. Routing goes by the stock kept here."),
            _("Switch it on, or keep the stock by hand or by files."),
            {"flow": facts.labels.get("inventory", ""), "name": facts.name}, blocks=False,
        )  # fmt: skip


def _places(facts: Facts) -> Iterator[Finding]:
    active = [one for one in facts.places if one.active]
    nobody = [one for one in active if one.ships is Ships.NOBODY and one.named]
    yield from _each(
        nobody, _("No fulfillment channel ships from {places}."),
        _("Open the location and choose who ships from it; until then nothing is routed there."), facts,
        blocks=facts.fulfills,
    )  # fmt: skip
    stores = [one for one in active if one.ships is Ships.STORE or (one.ships is Ships.SELF and not facts.fulfills)]
    yield from _each(
        stores, _("{places} is to be shipped from by {shipper}, which is a store and cannot ship."),
        _("Open the location and choose a fulfillment channel, or people."), facts,
    )  # fmt: skip
    gone = [one for one in active if one.named and not one.reported]
    yield from _each(
        gone, _("{places} is active here, but {name} does not report it any more."),
        _("Switch the location off, or ask {name} why it is gone."), facts,
    )  # fmt: skip
    if not facts.fulfills or not facts.works:
        return
    if not any(one.named and one.reported for one in facts.places):
        yield Finding(
            _("{name} has told of no location yet, so nothing can be routed to it."),
            _("They are read as soon as it is connected. Check there that one is open to this access."),
            {"name": facts.name},
        )  # fmt: skip
    elif not any(one.ships is Ships.SELF for one in active):
        yield Finding(
            _("{name} ships from none of its locations, so nothing is routed to it."),
            _("Open a location of it and choose {name} as who ships from it."), {"name": facts.name},
            next((one.public_id for one in active if one.named), ""),
        )  # fmt: skip


def _each(places: Sequence[Place], sentence: str, cure: str, facts: Facts, *, blocks: bool = True) -> Iterator[Finding]:
    """Yield one finding for places of one kind, naming the first of them."""
    if not places:
        return
    named = ", ".join(f"“{one.name}”" for one in places[:MOST])
    more = f" +{len(places) - MOST}" if len(places) > MOST else ""
    values = {"places": named + more, "name": facts.name, "shipper": places[0].shipper or facts.name}
    yield Finding(sentence, cure, values, places[0].public_id, blocks)


_RULES: tuple[Rule, ...] = (_requests, _held, _orders, _places, _reports, _stock)
