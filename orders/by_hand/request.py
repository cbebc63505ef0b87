"""A shipping request made by hand: what of an order is open, what a location has of it, and the same way as routing's.

Bundles are asked for as routing would: as their components, unless the location ships them whole; and of bundles that
are begun, the components that they lack.
"""

import copy
import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db import transaction

from orders.documents.dispositions import plain
from orders.inventory import commits
from orders.inventory.commits import NotEnough
from orders.inventory.levels import Stock, availability
from orders.inventory.virtual import settle_virtual
from orders.lifecycle.edits import check
from orders.lifecycle.write import MoveRefused
from orders.locations.uses import obstacles
from orders.locks import lock
from orders.models import Location, Order, ShippingRequest
from orders.requests.create import MoreThanOrdered, Part, PartLine, create
from orders.routing.load import Subject, has_cards, load_subjects, load_world
from orders.routing.need import Missing, Need
from orders.routing.run import ROUTABLE, why_left
from portal.audit.actor import Actor
from portal.kit.clock import database_now
from portal.kit.text import fold
from portal.tenancy.models import Organization

Key = str | tuple[str, str]
"""What is open: a line, by its `uniqueId`; a component that begun bundles lack, by that and its folded SKU."""
NEAR = dt.timedelta(minutes=15)
"""So long before routing looks again by itself, people are told to wait for it."""


class NotThat(ValueError):
    """It cannot be asked for so; `lines` says why at which line, and the message the rest."""

    def __init__(self, message: str, lines: Mapping[Key, str] | None = None) -> None:
        super().__init__(message)
        self.lines = dict(lines or {})


@dataclass(frozen=True, slots=True)
class OpenLine:
    """A line or component of which units are open: how many, and what the location has of what they are made of."""

    key: Key
    sku: str
    name: str
    open: int | Decimal
    available: int | None
    """Units that could be shipped now; None where nothing is counted, or no location is chosen."""
    parts: Sequence[tuple[str, int]] = ()
    """SKU and units of each component, of one that goes out as its components."""
    bundle: str = ""
    """SKU of the bundle that lacks this component."""


def locations(organization: Organization) -> list[tuple[Location, str]]:
    """Return the locations by name, each with what keeps it from shipping; one query."""
    rows = Location.objects.within(organization).filter(deleted_at=None).select_related("fulfillment_source")
    return [(one, obstacle(one, check_stock=False)) for one in rows.order_by("name", "pk")]


def obstacle(location: Location, *, check_stock: bool) -> str:
    """Say why a location cannot be asked; nothing where it can. What is left out of totals may be, unchecked."""
    kept_out = location.exclude_from_totals and not check_stock
    location = copy.copy(location)
    location.exclude_from_totals = location.exclude_from_totals and not kept_out
    return " ".join(obstacles(location)[:1])


def _kept(location: Location) -> Location:
    """Hold a location as it is until the end of the transaction: who switches it off or merges it waits."""
    return Location.across.select_for_update(no_key=True).get(pk=location.pk)


def open_lines(order: Order, location: Location | None) -> list[OpenLine]:
    """Return what of an order no warehouse is asked for yet, with the stock of a location."""
    subject = _subject(order)
    stock = _stock(order, subject, location)
    place = {line["uniqueId"]: n for n, line in enumerate(order.content["lineItems"])}
    needs = sorted(subject.needs, key=lambda need: place[need.unique_id])  # what a bundle lacks stands below it
    return [_line(need, subject, location, stock) for need in needs]


def _subject(order: Order) -> Subject:
    return load_subjects(load_world(order.organization), [order])[0]


def _stock(order: Order, subject: Subject, location: Location | None) -> Mapping[tuple[str, int], Stock]:
    return availability(order.organization_id, subject.skus, [location.pk]) if location and subject.skus else {}


def _line(need: Need, subject: Subject, location: Location | None, stock: Mapping[tuple[str, int], Stock]) -> OpenLine:
    key, parts = _key(need, subject), _components(need, location)
    name, bundle = _name(need, subject), _lacking(need, subject)
    counted = [
        max(stock.get((fold(sku), location.pk), Stock()).available, 0) // per
        for sku, per, tracked in _counted(need, location)
        if tracked and location is not None and not location.infinite
    ]
    told = bundle.bundle_sku if bundle else ""
    return OpenLine(key, need.sku, name, need.quantity, min(counted, default=None), parts, told)


def _lacking(need: Need, subject: Subject) -> Missing | None:
    """Return the bundle that a need completes; None where the need is a line of the order."""
    return subject.missing.get((need.unique_id, fold(need.sku)))


def _key(need: Need, subject: Subject) -> Key:
    return (need.unique_id, fold(need.sku)) if _lacking(need, subject) else need.unique_id


def _name(need: Need, subject: Subject) -> str:
    """Return the name of a line; of a component its product's."""
    return subject.names.get(fold(need.sku) if _lacking(need, subject) else need.unique_id) or need.sku


def _components(need: Need, location: Location | None) -> list[tuple[str, int]]:
    """Return what a bundle goes out as; nothing where the line itself goes out."""
    return [] if location is not None and location.preserve_bundles else [(one.sku, one.per) for one in need.bundle]


def _counted(need: Need, location: Location | None) -> list[tuple[str, int, bool]]:
    if _components(need, location):
        return [(one.sku, one.per, one.tracked) for one in need.bundle]
    return [(need.sku, 1, need.tracked)]


def make(
    order_id: int, location: Location, units: Mapping[Key, Decimal], *, by: Actor, check_stock: bool = True,
    version: int | None = None,
) -> ShippingRequest:  # fmt: skip
    """Ask a location for units of what is open (`OpenLine.key`); stock is committed as routing does.

    Without `check_stock` it is asked for whatever is there. Raises NotThat with the reason at each line,
    ChangedMeanwhile when the order is not at `version` any more, MoveRefused when it is not to be shipped now.
    """
    wanted = {key: count for key, count in units.items() if count > 0}
    with transaction.atomic():
        orders = lock([order_id])
        order = orders[order_id]
        check(order, version)
        if told := why_left(order):
            raise MoveRefused(told.replace("Orders are routed", "Shipping requests are made"))
        location = _kept(location)
        if told := obstacle(location, check_stock=check_stock):
            raise NotThat(f"{location.name}: {told}")
        lines = _part_lines(order, location, wanted)
        try:
            made = create(order, [Part(location, lines)], by)
            commits.commit(made, by=by, check=check_stock)
        except MoreThanOrdered as error:
            raise NotThat(str(error)) from error
        except NotEnough as short:
            raise NotThat(_short(location, short), _at_lines(lines, short, wanted)) from short
        _settle_routing(order, by)
    return made[0]


def _part_lines(order: Order, location: Location, wanted: Mapping[Key, Decimal]) -> list[PartLine]:
    """Return the lines for the warehouse. Raises NotThat where more is wanted than is open, or nothing."""
    subject = _subject(order)
    needs = {_key(need, subject): need for need in subject.needs}
    over: dict[Key, str] = {
        key: f"{plain(needs[key].quantity) if key in needs else 0} are open."
        for key, count in wanted.items()
        if key not in needs or count > needs[key].quantity
    }
    over |= {
        key: "A bundle is asked for in whole units."
        for key, count in wanted.items()
        if key not in over and (needs[key].bundle or _lacking(needs[key], subject)) and count != int(count)
    }
    if over:
        raise NotThat("More is asked for than is open.", over)
    if not wanted:
        raise NotThat("Say how many units of which line.")
    return [one for key, count in wanted.items() for one in _asked_for(needs[key], count, subject, location)]


def _asked_for(need: Need, count: Decimal, subject: Subject, location: Location) -> list[PartLine]:
    """Return the lines of one need: its components, or itself, which may complete a bundle."""
    lacking = _lacking(need, subject)
    bundle, per_bundle = (lacking.bundle_sku, lacking.per_bundle) if lacking else ("", 1)
    return [
        PartLine(need.unique_id, sku, subject.names.get(fold(sku)) or sku, int(count) * per, need.sku, per)
        for sku, per in _components(need, location)
    ] or [PartLine(need.unique_id, need.sku, _name(need, subject), plain(count), bundle, per_bundle)]


def _short(location: Location, short: NotEnough) -> str:
    told = ", ".join(f"{one.there} of {one.wanted} × {one.sku}" for one in short.missing)
    return f"{location.name} has too little: {told}. Ask for less, or do not check stock."


def _at_lines(lines: Sequence[PartLine], short: NotEnough, wanted: Collection[Key]) -> dict[Key, str]:
    missing = {fold(one.sku): one for one in short.missing}
    told: dict[Key, str] = {}
    for line in lines:
        if one := missing.get(fold(line.sku)):
            of_component = (line.unique_id, fold(line.sku))
            told[of_component if of_component in wanted else line.unique_id] = f"{one.there} × {line.sku} there."
    return told


def _settle_routing(order: Order, by: Actor) -> None:
    """Let routing rest where nothing is open any more: what failed before has been settled by hand."""
    if not _subject(order).needs:
        Order.across.filter(pk=order.pk).update(routing_status="ready", route_at=None)
    settle_virtual([order.pk], by)


def routing_is_near(order: Order) -> bool:
    """Say whether routing is about to look at an order by itself, so that two might ask for the same."""
    due = order.route_at is not None and order.route_at <= database_now() + NEAR
    pending = order.routing_status == "pending" and order.route_at is None
    waits = order.status in ROUTABLE and order.deleted_at is None and (due or pending)
    return waits and has_cards(order.organization_id)
