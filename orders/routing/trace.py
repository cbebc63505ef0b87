"""What a decision leaves behind: plain JSON for `RoutingRun.trace`. `orders.routing.words` tells it in sentences.

- the trace: `{"version", "outcome", "reason", "card", "lacking", "needs", "pre_routed", "cards", "parts"}`;
- a card: `{"id", "name", "outcome"}` (`CardOutcome`) and, as far as it was judged, `"filter"` (the
  condition that failed: `{"text", "label", "seen", "outcome"}`), `"fault"`, `"stock"` (what counted:
  available, future or none), `"destinations"` (`{"serves", "regions"}` each), `"short"` (what all its
  locations together have too few of) and `"places"`;
- a place: `{"id", "name", "outcome"}`: chosen, has_all, short (with `"has"`: `{"sku", "needed", "has"}`
  and where units are expected `"future"`, for what it has too few of, `"of"` SKUs in all), not_needed
  (stock is not checked), whole_units, or left_out with its `"reason"` (`LeftOut`).

At most 20 SKUs and 50 lines are told; `"more"` counts the others.
"""

import datetime as dt
import enum
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from orders.documents.catalogue import ORDER
from orders.routing.decision import Part, PartLine
from orders.routing.need import Need
from orders.routing.place import LeftOut, Place
from orders.routing.split import Cover, Want
from portal.filters.tree import Group
from portal.filters.why import why
from portal.kit.json import Json

if TYPE_CHECKING:
    from orders.routing.shelf import Order, Shelves

VERSION = 1
MAX_SKUS, MAX_LINES = 20, 50


class CardOutcome(enum.StrEnum):
    """What a card came to."""

    WON = "won"
    ALSO = "also"
    """It would have won, had no card above it."""
    FILTER = "filter"
    ADDRESS = "address"
    NO_LOCATION = "no_location"
    SPLIT_NEEDED = "split_needed"
    OUT_OF_STOCK = "out_of_stock"
    INVALID_QUANTITY = "invalid_quantity"
    BROKEN = "broken"
    NOT_REACHED = "not_reached"


def blocker(root: Group, document: Json, now: dt.datetime, zone: dt.tzinfo) -> Json:
    """Return the condition that kept a filter from holding, with what it saw."""
    told = why(root, ORDER, document, now, zone=zone)
    node = _at(told, told["blocker"])
    return {key: node[key] for key in ("text", "label", "seen", "outcome") if key in node}


def _at(node: Json, path: str | None) -> Json:
    if node["path"] == path:
        return node
    return next((found for item in node.get("items", ()) if (found := _at(item, path))), {})


def left_out_node(public_id: str, place: Place | None, why: LeftOut) -> Json:
    """Return the node of a location that cannot ship; one that is gone has no name."""
    return {"id": public_id, "name": place.name if place else "", "outcome": "left_out", "reason": why}


def place_nodes(
    order: "Order", shelves: "Shelves | None", cover: Cover, places: Sequence[Place], chosen: set[int]
) -> list[Json]:
    """Return what each location has of what is needed; with shelves also what is expected there."""
    needed = {kind: _needed(cover.wants, apart=kind) for kind in {not offer.preserves for offer in cover.offers}}
    return [
        _place_node(order, shelves, cover.counts[index], place, needed[not place.preserve_bundles])
        | ({"outcome": "chosen"} if index in chosen else {})
        for index, place in enumerate(places)
    ]


def _needed(wants: Sequence[Want], *, apart: bool) -> dict[str, int]:
    """Return how many units of each SKU the whole order takes from a location of one kind."""
    needed: dict[str, int] = {}
    for want in wants:
        for sku, per in want.bundle if want.bundle and apart else ((want.sku, 1),):
            needed[sku] = needed.get(sku, 0) + want.quantity * per
    return needed


def _place_node(
    order: "Order", shelves: "Shelves | None", counts: Mapping[str, int], place: Place, needed: Mapping[str, int]
) -> Json:
    node: Json = {"id": place.id, "name": place.name}
    short = [(sku, units, counts[sku]) for sku, units in needed.items() if counts[sku] < units]
    if not short:
        return node | {"outcome": "has_all"}
    has = []
    for sku, units, have in short[:MAX_SKUS]:
        entry: Json = {"sku": order.names[sku], "needed": units, "has": have}
        expected = shelves.future(sku, place) if shelves else 0
        has.append(entry | ({"future": expected} if expected else {}))
    return _more(node | {"outcome": "short", "has": has, "of": len(needed)}, len(short) - MAX_SKUS)


def short_nodes(cover: Cover, lacking: Iterable[str], names: Mapping[str, str]) -> list[Json]:
    """Return what all locations of a card together have too few of."""
    needed = _needed(cover.wants, apart=True) | _needed(cover.wants, apart=False)
    return [
        {"sku": names[sku], "needed": needed[sku], "has": sum(counts[sku] for counts in cover.counts)}
        for sku in list(lacking)[:MAX_SKUS]
    ]


def need_nodes(needs: Sequence[Need]) -> Json:
    """Return what was open when routing looked."""
    told = [_need_node(need) for need in needs[:MAX_LINES]]
    return _more({"lines": told}, len(needs) - MAX_LINES)


def _need_node(need: Need) -> Json:
    node: Json = {"uniqueId": need.unique_id, "sku": need.sku, "quantity": need.quantity}
    if need.bundle:
        node["components"] = [{"sku": part.sku, "per": part.per} for part in need.bundle[:MAX_SKUS]]
    return node


def part_node(part: Part) -> Json:
    """Return one part: what becomes a shipping request."""
    told = [_line_node(line) for line in part.lines[:MAX_LINES]]
    place = part.location
    node = {"id": place.id, "name": place.name, "on_future": part.on_future, "lines": told}
    return _more(node, len(part.lines) - MAX_LINES)


def _line_node(line: PartLine) -> Json:
    node: Json = {"uniqueId": line.unique_id, "sku": line.sku, "quantity": line.quantity}
    if line.bundle_sku:
        node["bundle"] = line.bundle_sku
    return node | ({"future": line.future} if line.future else {})


def _more(node: Json, count: int) -> Json:
    return node | {"more": count} if count > 0 else node
