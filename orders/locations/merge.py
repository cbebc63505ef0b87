"""Merging two names of one place: everything of one location goes to another, which stays (behaviour.md 2.6).

What both of them count is the hard part. One place has one stock, so figures that two systems report for the same
SKU are never added up: where both locations have a stock record that says something about a SKU, a person has to
make one of them empty first. Where only one says something, its figures go over by two movements of the ledger
(`orders.inventory.post`), so that each record stays the sum of its own ledger.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.db import OperationalError, transaction
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from orders.inventory.levels import lock_levels
from orders.inventory.movements import QUANTITIES, Movement
from orders.inventory.post import post
from orders.locations.document import document
from orders.locations.requests import lock_requests, move_requests
from orders.locations.uses import EMPTY, levels, live_requests
from orders.locations.write import fresh, lock, remember
from orders.models import ExternalLocation, InventoryLevel, Location, RoutingCard
from orders.routing.cards import cards_with, replace_location
from portal.audit.actor import Actor
from portal.kit.clock import now


class CannotMerge(ValueError):
    """The two cannot become one as they are; the message says why."""


@dataclass(frozen=True, slots=True)
class Preview:
    """What a merge moves from one location to the other, and what stands in its way."""

    externals: Sequence[ExternalLocation]
    levels: int
    """Stock records that go over: those of SKUs that only one of the two says something about."""
    clashing: Sequence[str]
    """SKUs of which both say something."""
    live: int
    """Shipping requests that are under way."""
    cards: Sequence[RoutingCard]
    gains: Sequence[str]
    """Settings that the one that stays has not, and takes over."""

    @property
    def possible(self) -> bool:
        """Say whether nothing stands in the way."""
        return not self.clashing


def preview(into: Location, other: Location) -> Preview:
    """Say what merging `other` into `into` would move."""
    clashes = _clashing(into, other)
    clashing = sorted(levels(other).filter(pk__in=clashes).values_list("sku", flat=True))
    going = levels(other).exclude(EMPTY, sku_folded__in=levels(into).values("sku_folded")).exclude(pk__in=clashes)
    return Preview(
        externals=sorted(other.externals.select_related("source"), key=lambda row: (row.source.name, row.name)),
        levels=going.count(),
        clashing=clashing,
        live=live_requests(other).count(),
        cards=cards_with(other),
        gains=[told for _name, told in _gains(into, other)],
    )


def merge(into: Location, other: Location, *, by: Actor) -> Location:
    """Move everything of `other` to `into` and take `other` away. Raises CannotMerge.

    Locks requests, then stock, then the two locations, as everywhere; what was being made at the location that
    goes is waited for and moves too.
    """
    if into.pk == other.pk:
        raise CannotMerge(_("A location cannot be merged with itself."))
    try:
        with transaction.atomic():
            return _merge(into, other, by)
    except OperationalError as error:
        told = _("Orders are being routed there at this moment. Nothing was changed; try again.")
        raise CannotMerge(told) from error


def _merge(into: Location, other: Location, by: Actor) -> Location:
    lock_requests(other)
    skus = list(levels(other).values_list("sku", flat=True))
    lock_levels(into.organization_id, skus, [into.pk, other.pk])
    found = lock([into.pk, other.pk])
    if len(found) < 2:
        raise CannotMerge(_("One of the two is not there any more."))
    into, other = found[into.pk], found[other.pk]
    if _clashing(into, other):
        raise CannotMerge(_("Both have stock of the same SKU. Set it to nothing at one of them first."))
    before, gone = document(into), document(other)
    stock = _move_levels(into, other, by)
    requests = move_requests(into, other, by=by)
    replace_location(other, into, by=by)
    named = ExternalLocation.across.filter(location=other).update(location=into, updated_at=Now())
    for name, _told in _gains(into, other):
        setattr(into, name, getattr(other, name))
    into.groups.add(*other.groups.all())
    told = f"Took over “{other.name}”: {named} names, {stock} stock records, {requests} shipping requests."
    remember(fresh(into), before, by, "merged", told)
    other.active, other.deleted_at = False, now()
    remember(fresh(other), gone, by, "merged", f"Merged into “{into.name}”.")
    return into


def _clashing(into: Location, other: Location) -> list[int]:
    """Return the stock records of `other` whose SKU `into` says something about as well.

    One that is locked counts as saying something, and its figures are not carried over: nothing may change them.
    """
    said = levels(into).exclude(EMPTY).values("sku_folded")
    known = levels(into).values("sku_folded")
    both = Q(sku_folded__in=said) | Q(locked=True, sku_folded__in=known)
    return list(levels(other).exclude(EMPTY).filter(both).values_list("pk", flat=True))


def _move_levels(into: Location, other: Location, by: Actor) -> int:
    """Move the stock records; what is empty where the other one has a record too stays behind with its ledger."""
    known = set(levels(into).values_list("sku_folded", flat=True))
    joined = levels(other).filter(sku_folded__in=known).exclude(EMPTY).order_by("sku_folded")
    carried = list(joined)
    movements = [one for level in carried for one in _carried(level, into, other)]
    if movements:
        post(movements, by=by)
    moved = levels(other).exclude(sku_folded__in=known)
    return moved.update(location=into, version=F("version") + 1, updated_at=Now()) + len(carried)


def _carried(level: InventoryLevel, into: Location, other: Location) -> Iterator[Movement]:
    """Yield the two movements that carry the figures of a stock record over."""
    for location, sign, told in (
        (other, -1, f"Merged into “{into.name}”"),
        (into, 1, f"Taken over from “{other.name}”"),
    ):
        yield Movement(
            organization_id=level.organization_id,
            location_id=location.pk,
            sku=level.sku,
            event="adjust",
            entity_type="location",
            entity_id=other.public_id,
            note=told,
            **{name: sign * getattr(level, name) for name in QUANTITIES},
        )


def _gains(into: Location, other: Location) -> Iterator[tuple[str, str]]:
    """Yield what `into` has not set and `other` has: the column, and the sentence."""
    nobody = into.fulfillment_source_id is None and not into.ships_by_hand
    if nobody and other.fulfillment_source is not None:
        yield "fulfillment_source_id", _("{name} ships from here.").format(name=other.fulfillment_source.name)
    elif nobody and other.ships_by_hand:
        yield "ships_by_hand", _("People ship from here by hand.")
    if into.inventory_source_id is None and other.inventory_source is not None:
        yield "inventory_source_id", _("{name} reports its stock.").format(name=other.inventory_source.name)
