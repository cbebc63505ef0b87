"""What routing looks at, read for many orders of one organization with a constant number of queries.

Nothing is written and nothing locked here: *Try routing* reads by the same functions.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Subquery

from orders.documents.order import document
from orders.engines.setting import DEFAULTS, ROUTING, is_on, off
from orders.inventory.bundles import parts_of
from orders.inventory.levels import availability
from orders.lifecycle.shipping_request import RequestStatus
from orders.models import (
    EngineSetting,
    ExternalLocation,
    Location,
    Order,
    Product,
    RoutingCard,
    RoutingRun,
    ShippingRequest,
    Source,
)
from orders.requests.settle import asked_of
from orders.requests.tally import Asked, tally
from orders.routing.card import Card, read
from orders.routing.need import Component, Missing, Need, missing_of, needs_of
from orders.routing.place import Place, Stock
from portal.kit.clock import database_now
from portal.kit.json import Json
from portal.kit.text import fold
from portal.tenancy.models import Organization

_FOUND = ("routed", "waiting")
"""Outcomes of runs that have found a place (`orders.routing.decision.Outcome`)."""
Table = dict[tuple[str, int], Stock]
"""Stock by folded SKU and key of the location; orders that are decided take from it."""


@dataclass(frozen=True, slots=True)
class World:
    """What is the same for all orders of an organization."""

    organization: Organization
    cards: tuple[Card, ...]
    places: Mapping[str, Place]
    """By public ID."""
    locations: Mapping[int, Location]
    """The rows, by key: what shipping requests are made for."""
    now: dt.datetime
    resting: bool = False
    """The organization has switched the engine off: nothing may be written."""
    retry_hours: int = DEFAULTS[ROUTING]["retry_hours"]
    """An order that could not be routed is tried again after so many hours (behaviour.md 5.2)."""
    recheck_hours: int = DEFAULTS[ROUTING]["recheck_hours"]
    """A request that waits for stock is looked at again after so many hours (behaviour.md 5.4)."""


@dataclass(frozen=True, slots=True)
class Subject:
    """One order, as routing looks at it."""

    order: Order
    document: Json
    needs: Sequence[Need]
    skip: frozenset[str]
    """Public IDs of locations that canceled requests want passed over (behaviour.md 5.5)."""
    asked: Sequence[Asked]
    shippable: bool
    """Something of it is to be shipped at all, whether a warehouse is asked for it by now or not."""
    names: Mapping[str, str]
    """What lines and components are called, by the line's ID and by folded SKU."""
    missing: Mapping[tuple[str, str], Missing]
    """Those of the needs that complete bundles which are begun, by the line's ID and the component's folded SKU."""

    @property
    def skus(self) -> set[str]:
        """Every SKU that it might take from stock, folded."""
        whole = {fold(need.sku) for need in self.needs}
        return whole | {fold(part.sku) for need in self.needs for part in need.bundle}

    @property
    def waits(self) -> bool:
        """Say whether a request of it waits for stock."""
        return any(one.status == RequestStatus.PENDING_INVENTORY for one in self.asked)


def has_cards(organization_id: int) -> bool:
    """Say whether an organization is routed at all: it is from its first card that is switched on.

    It is not while it has switched the Order Routing Engine off. Without a card only orders are routed that name
    their location themselves (`routes_named`).
    """
    rows = RoutingCard.across.filter(organization_id=organization_id, enabled=True, deleted_at=None)
    return rows.exclude(organization_id__in=off(ROUTING)).exists()


def routes_named(organization_id: int) -> bool:
    """Say whether an organization has a location that an order could name: that needs no card (behaviour.md 5.1)."""
    rows = Location.across.filter(organization_id=organization_id, active=True, deleted_at=None)
    return rows.exclude(organization_id__in=off(ROUTING)).exists()


def load_world(organization: Organization) -> World:
    """Return cards, locations and settings of an organization: three queries and the clock; one more without cards."""
    engine = EngineSetting.across.filter(organization=OuterRef("organization"), engine=ROUTING)
    rows = RoutingCard.across.filter(organization=organization, enabled=True, deleted_at=None)
    told = rows.annotate(
        engine_on=Subquery(engine.values("enabled")), engine_settings=Subquery(engine.values("settings"))
    )
    found_cards = list(told.order_by("position", "pk"))
    cards = tuple(read(one.public_id, one.name, one.definition, zone=organization.zone) for one in found_cards)
    found = Location.across.filter(organization=organization, deleted_at=None).select_related("fulfillment_source")
    locations = {one.pk: one for one in found.prefetch_related("groups")}
    places = {one.public_id: _place(one) for one in locations.values()}
    first = found_cards[0] if found_cards else None
    hours = {**DEFAULTS[ROUTING], **((first.engine_settings if first else None) or {})}
    resting = first.engine_on is False if first else not is_on(organization.pk, ROUTING)
    return World(organization, cards, places, locations, database_now(), resting, **hours)


def _place(one: Location) -> Place:
    source = one.fulfillment_source
    return Place(
        one.public_id,
        one.pk,
        one.name,
        active=one.active,
        paused=one.paused,
        infinite=one.infinite,
        preserve_bundles=one.preserve_bundles,
        has_fulfillment=one.ships_by_hand or (source is not None and source.state != Source.State.DELETED),
        excluded=one.exclude_from_totals,
        groups=frozenset(group.public_id for group in one.groups.all()),
    )


def load_subjects(world: World, orders: Sequence[Order]) -> list[Subject]:
    """Return what is open of orders of the organization: seven queries, however many orders."""
    ids = [order.pk for order in orders]
    asked, skip = asked_of(ids), _skipped(ids)
    sources = dict(Source.across.filter(pk__in={o.source_id for o in orders}).values_list("pk", "public_id"))
    known = _known(sources)
    lines = [line for order in orders for line in order.content.get("lineItems", ())]
    bundles, untracked, names = _products(world.organization.pk, {fold(line["sku"]) for line in lines})
    found = []
    for order in orders:
        became = tally(order.content, asked.get(order.pk, ()))
        told = document(
            order, source_public_id=sources[order.source_id], organization_public_id=world.organization.public_id
        )
        open_units = {key: one.open for key, one in became.items()}
        own = {line["uniqueId"]: line.get("name") or "" for line in order.content.get("lineItems", ())}
        lines_asked, where = asked.get(order.pk, ()), known.get(order.source_id)
        wanted = {key: one.wanted for key, one in became.items()}
        missing = missing_of(told, lines_asked, wanted, bundles, known=where)
        whole = needs_of(told, open_units, bundles, untracked=untracked, known=where)
        found.append(
            Subject(
                order,
                told,
                [*whole, *(one.need for one in missing)],
                frozenset(skip.get(order.pk, ())),
                lines_asked,
                any(one.wanted > 0 for one in became.values()),
                names | own,
                {(one.need.unique_id, fold(one.need.sku)): one for one in missing},
            )
        )
    return found


def _skipped(order_ids: Sequence[int]) -> dict[int, set[str]]:
    """Return the locations to be left out, by order: of canceled requests until the order has been routed since.

    A warehouse that has refused items is left out for good: two that refuse would send them to and fro for ever.
    """
    since = RoutingRun.across.filter(order_id=OuterRef("order_id"), outcome__in=_FOUND, at__gt=OuterRef("canceled_at"))
    rows = ShippingRequest.across.filter(order_id__in=order_ids, skip_location=True, deleted_at=None)
    rows = rows.exclude(Exists(since), canceled_at__isnull=False)
    found: dict[int, set[str]] = {}
    for order_id, public_id in rows.values_list("order_id", "location__public_id"):
        found.setdefault(order_id, set()).add(public_id)
    return found


def _known(source_ids: Iterable[int]) -> dict[int, dict[str, str]]:
    """Return what each channel calls our locations, by source: its ID to our public ID."""
    rows = ExternalLocation.across.filter(source_id__in=set(source_ids), location__deleted_at=None)
    found: dict[int, dict[str, str]] = {}
    for source_id, ext_id, public_id in rows.values_list("source_id", "ext_location_id", "location__public_id"):
        found.setdefault(source_id, {})[ext_id] = public_id
    return found


def _products(
    organization_id: int, skus: set[str]
) -> tuple[dict[str, tuple[Component, ...]], frozenset[str], dict[str, str]]:
    """Return of folded SKUs: bundles with their components, those that are not counted, and their names."""
    parts = parts_of(organization_id, skus)
    wanted = skus | {part.sku_folded for some in parts.values() for part in some}
    rows = Product.across.filter(organization_id=organization_id, sku_folded__in=wanted, deleted_at=None)
    told = {
        sku: (name, not_tracked) for sku, name, not_tracked in rows.values_list("sku_folded", "name", "not_tracked")
    }
    untracked = frozenset(sku for sku, (_name, not_tracked) in told.items() if not_tracked)
    bundles = {
        bundle: tuple(Component(part.sku, part.per, part.sku_folded not in untracked) for part in some)
        for bundle, some in parts.items()
    }
    return bundles, untracked, {sku: name for sku, (name, _not_tracked) in told.items()}


def load_stock(world: World, subjects: Sequence[Subject]) -> Table:
    """Return what the cards' locations have of what the orders need, without locks: one query."""
    skus = {sku for subject in subjects for sku in subject.skus}
    if not skus:
        return {}
    found = availability(world.organization.pk, skus, place_keys(world))
    return {at: Stock(level.available, level.future) for at, level in found.items()}


def place_keys(world: World) -> set[int]:
    """Return the keys of all locations that a card names."""
    named = {public_id for card in world.cards for one in card.destinations for public_id in one.location_ids}
    return {place.pk for public_id, place in world.places.items() if public_id in named}
