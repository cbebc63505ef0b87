"""One card against one order: does it apply, who of its locations may ship, and can they fill it. Pure."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from orders.documents.catalogue import ORDER
from orders.routing import split
from orders.routing.card import Card
from orders.routing.decision import Part, PartLine, Reason
from orders.routing.fill import Piece, fill
from orders.routing.place import LeftOut, Place, left_out
from orders.routing.regions import matches
from orders.routing.shelf import Order, Shelves, all_from
from orders.routing.trace import CardOutcome, blocker, left_out_node, place_nodes, short_nodes
from portal.filters.evaluate import compile_tree
from portal.filters.problems import BadFilter
from portal.kit.json import Json

MAX_PLACES, MAX_PAIRS, FEW = 60, 6_000, 4
"""At most so many locations are looked at, and at most so many pairs of SKU and location (but `FEW` always)."""


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What all cards are judged by."""

    order: Order
    shelves: Shelves
    places: Mapping[str, Place]
    document: Json
    now: dt.datetime
    zone: dt.tzinfo
    skip: frozenset[str]
    groups: Sequence[str]
    opened: frozenset[str]
    """Public IDs of locations that ship something of the order anyway."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a card came to: the parts where it can fill the order, and its node of the trace."""

    node: Json
    parts: tuple[Part, ...] = ()
    reason: Reason = Reason.NONE
    lacking: tuple[str, ...] = ()


def judge(card: Card, about: Circumstances, *, future: bool = False, explain: bool = True) -> Verdict:
    """Return what a card makes of an order; `future` counts future units whatever the card says.

    `explain` also says which condition of its filter failed.
    """
    node: Json = {"id": card.id, "name": card.name}
    try:
        failed = _filter_fails(card, about, explain)
    except BadFilter as error:
        card, failed = replace(card, fault=str(error)), None
    if card.fault:
        return Verdict(node | {"outcome": CardOutcome.BROKEN, "fault": card.fault}, reason=Reason.BROKEN_CARD)
    if failed is not None:
        return Verdict(node | {"outcome": CardOutcome.FILTER, "filter": failed}, reason=Reason.NO_CARD_APPLIES)
    return _Judgement(card, about, node, future=future or card.send_future).verdict()


def _filter_fails(card: Card, about: Circumstances, explain: bool) -> Json | None:
    if card.filter is None or card.fault or compile_tree(card.filter, ORDER, about.zone)(about.document, about.now):
        return None
    return blocker(card.filter, about.document, about.now, about.zone) if explain else {}


class _Judgement:
    """A card whose filter holds."""

    def __init__(self, card: Card, about: Circumstances, node: Json, *, future: bool) -> None:
        self.card, self.about, self.node = card, about, node
        self.future = future and card.check_stock
        self.places: list[Place] = []
        self.out: list[Json] = []

    def verdict(self) -> Verdict:
        """Go through regions, locations and stock; the first that fails is the reason."""
        self.node["stock"] = ("future" if self.future else "available") if self.card.check_stock else "none"
        self._candidates()
        if not self.places:
            serves = any(one["serves"] for one in self.node["destinations"])
            return self._failed(CardOutcome.NO_LOCATION if serves else CardOutcome.ADDRESS, Reason.NO_LOCATION)
        if not self.card.check_stock:
            return self._all_from(self.places[0])
        if not self.about.order.whole:
            endless = next((place for place in self.places if place.infinite), None)
            if endless is None:
                told = [{"id": one.id, "name": one.name, "outcome": "whole_units"} for one in self.places]
                self.node["places"] = [*told, *self.out]
                return self._failed(CardOutcome.INVALID_QUANTITY, Reason.INVALID_QUANTITY)
            return self._all_from(endless)
        return self._counted()

    def _candidates(self) -> None:
        """Find the locations of the destinations that serve the address, those that may ship in their order."""
        address = self.about.document.get("shippingAddress")
        self.node["destinations"] = destinations = []
        seen: set[str] = set()
        for destination in self.card.destinations:
            serves = matches(destination.regions, address)
            destinations.append({"serves": serves, "regions": len(destination.regions)})
            for public_id in destination.location_ids if serves else ():
                if public_id not in seen:
                    seen.add(public_id)
                    self._candidate(public_id)
        if self.card.prefer_groups and self.about.groups:
            self.places.sort(key=self._rank)
        most = min(MAX_PLACES, max(FEW, MAX_PAIRS // max(len(self.about.order.names), 1)))
        if self.card.check_stock:
            self.out += [left_out_node(place.id, place, LeftOut.BEYOND) for place in self.places[most:]]
            del self.places[most:]

    def _candidate(self, public_id: str) -> None:
        place = self.about.places.get(public_id)
        why = left_out(place, skip=self.about.skip, counts_stock=self.card.check_stock)
        if place is None or why is not None:
            self.out.append(left_out_node(public_id, place, why or LeftOut.GONE))
        else:
            self.places.append(place)

    def _rank(self, place: Place) -> int:
        groups = self.about.groups
        return next((rank for rank, group in enumerate(groups) if group in place.groups), len(groups))

    def _counted(self) -> Verdict:
        """Fill the order from stock: from one location, or where the card allows it from the fewest."""
        order, shelves = self.about.order, self.about.shelves
        offers = [shelves.offer(place, order.names, future=self.future) for place in self.places]
        cover = split.Cover(order.wants, offers)
        if self.card.allow_split:
            opened = [index for index, place in enumerate(self.places) if place.id in self.about.opened]
            chosen = split.fewest(cover, opened)
        else:
            alone = split.one(cover)
            chosen = None if alone is None else (alone,)
        if chosen is None:
            return self._short(cover)
        pieces = fill(cover, chosen)
        self._tell(cover, {piece.place for piece in pieces})
        self.node["outcome"] = CardOutcome.WON
        return Verdict(self.node, self._parts(pieces))

    def _short(self, cover: split.Cover) -> Verdict:
        lacking, names = cover.lacking(), self.about.order.names
        self._tell(cover, set())
        self.node["short"] = short_nodes(cover, lacking, names)
        outcome = CardOutcome.OUT_OF_STOCK if lacking else CardOutcome.SPLIT_NEEDED
        verdict = self._failed(outcome, Reason.OUT_OF_STOCK)
        return replace(verdict, lacking=tuple(names[sku] for sku in lacking))

    def _tell(self, cover: split.Cover, chosen: set[int]) -> None:
        expected = None if self.future else self.about.shelves
        told = place_nodes(self.about.order, expected, cover, self.places, chosen)
        self.node["places"] = [*told, *self.out]

    def _parts(self, pieces: Sequence[Piece]) -> tuple[Part, ...]:
        """Return the parts of a card that fills the order: its locations in the order of the card."""
        parts = []
        for index in dict.fromkeys(piece.place for piece in pieces):
            place = self.places[index]
            lines = [self._line(piece, place) for piece in pieces if piece.place == index]
            told = self.about.shelves.with_future(lines, place) if self.future else tuple(lines)
            waits = not self.card.send_future and any(line.future for line in told)
            parts.append(Part(place, told, on_future=waits))
        return tuple(parts)

    def _line(self, piece: Piece, place: Place) -> PartLine:
        order = self.about.order
        need = order.needs[piece.want]
        name = order.names[piece.sku] if piece.per else need.sku
        counted = not place.infinite and piece.sku not in order.untracked
        bundle = (need.sku, piece.per) if piece.per else ("", 1)
        return PartLine(need.unique_id, name, piece.quantity, *bundle, counted=counted)

    def _all_from(self, place: Place) -> Verdict:
        self.node["outcome"] = CardOutcome.WON
        told = [
            {"id": one.id, "name": one.name, "outcome": "chosen" if one is place else "not_needed"}
            for one in self.places
        ]
        self.node["places"] = [*told, *self.out]
        order = self.about.order
        return Verdict(self.node, (all_from(order, range(len(order.needs)), place),))

    def _failed(self, outcome: CardOutcome, reason: Reason) -> Verdict:
        self.node["outcome"] = outcome
        self.node.setdefault("places", self.out)
        return Verdict(self.node, reason=reason)
