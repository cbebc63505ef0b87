"""What fulfillments do to stock: what was shipped is gone, what was rejected is committed no longer.

Many fulfillments at once, so that levels are locked once and in one order. What a request holds is what the
ledger says (`orders.inventory.commits`), so that a unit is released once, whatever is reported.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from orders.inventory.commits import FULFILLMENT, Held, held_by
from orders.inventory.levels import Level, Levels, lock_levels
from orders.inventory.movements import Movement, key
from orders.inventory.post import post
from orders.lifecycle.shipping_request import RequestStatus
from orders.models import ShippingRequest
from portal.audit.actor import Actor


@dataclass(frozen=True, slots=True)
class Moved:
    """Whole units of one fulfillment, by the folded SKU."""

    request: ShippingRequest
    fulfillment_id: str
    """Public ID."""
    rejected: bool
    was: str
    """The status of the request before."""
    units: Mapping[str, int]


def move_stock(moved: Sequence[Moved], *, by: Actor) -> None:
    """Write the movements of fulfillments whose orders and requests are locked, in the caller's transaction.

    SKUs of which the location has no record are not counted. Nothing is released that is not held; what was
    shipped beyond it lowers what is on hand, also below zero: an exception says so (`orders.inventory.post`).
    """
    requests = {one.request.pk: one.request for one in moved if one.units}
    if not requests:
        return
    held = held_by(requests.values())
    organization_id = next(iter(requests.values())).organization_id
    skus = {sku for one in moved for sku in one.units}
    levels = lock_levels(organization_id, skus, {one.location_id for one in requests.values()})
    post([movement for one in moved for movement in _movements(one, held.get(one.request.pk, {}), levels)], by=by)


def _movements(one: Moved, held: Mapping[str, Held], levels: Levels) -> Iterator[Movement]:
    for sku, units in one.units.items():
        level = levels.get((sku, one.request.location_id))
        if level is None or units <= 0:
            continue
        now, later = _released(held.get(sku, Held()), level, units)
        if one.rejected:
            if now:
                yield _movement(one, level.sku, "shipCancelRestock", committed=-now)
            if later:
                yield _movement(one, level.sku, "futureShipCancel", committed_future=-later)
        else:
            # A request that was canceled without returning its units has taken them off the shelf already.
            gone = now + later if one.was == RequestStatus.CANCELED else units
            yield _movement(one, level.sku, "fulfill", on_hand=-gone, committed=-now, committed_future=-later)


def _released(held: Held, level: Level, units: int) -> tuple[int, int]:
    """Return how much is released, now and of the future, and take it off in memory: the next parcel finds less."""
    now = min(units, held.committed)
    later = min(units - now, held.future)
    if not level.locked:  # at a locked level an entry without units says so
        now, later = min(now, level.committed), min(later, level.committed_future)
        level.committed -= now
        level.committed_future -= later
    held.committed -= now
    held.future -= later
    return now, later


def _movement(
    one: Moved, sku: str, event: str, *, on_hand: int = 0, committed: int = 0, committed_future: int = 0
) -> Movement:
    return Movement(
        one.request.organization_id,
        one.request.location_id,
        sku,
        event,
        on_hand=on_hand,
        committed=committed,
        committed_future=committed_future,
        entity_type=FULFILLMENT,
        entity_id=one.fulfillment_id,
        order_id=one.request.order_id,
        key=key("fulfillment", one.fulfillment_id, event, sku),
    )
