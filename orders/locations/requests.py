"""Shipping requests of a location that is merged into another one."""

from django.db.models import F

from orders.documents.shipping_request import ENTITY
from orders.events import SHIPPING_REQUEST_UPDATED
from orders.locations.uses import LIVE
from orders.models import Location, ShippingRequest
from portal.audit.actor import Actor
from portal.audit.record import Entry, record
from portal.events import outbox
from portal.kit.clock import database_now


def lock_requests(location: Location) -> None:
    """Lock every shipping request of a location, in the order of their numbers."""
    rows = ShippingRequest.across.select_for_update(of=("self",)).filter(location=location).order_by("pk")
    list(rows.values_list("pk", flat=True))


def move_requests(into: Location, other: Location, *, by: Actor) -> int:
    """Have the requests of one location be of another; returns how many are under way.

    All of them move, because a warehouse may still ship what was canceled (reliability.md E2). What the warehouse
    was told stays as it is; only of those under way others hear.
    """
    rows = ShippingRequest.across.filter(location=other).order_by("pk")
    found = list(rows.values_list("pk", "version", "status", "organization_id"))
    rows.update(location=into, version=F("version") + 1, updated_at=database_now())
    told = {"op": "replace", "path": "/locationId", "value": into.public_id, "old": other.public_id}
    summary = f"“{other.name}” was merged into “{into.name}”."
    record(
        [Entry(owner, ENTITY, pk, version + 1, by, "moved", summary, [told]) for pk, version, _status, owner in found]
    )
    live = [one for one in found if one[2] in LIVE]
    outbox.record(
        [
            outbox.NewEvent(
                SHIPPING_REQUEST_UPDATED.name,
                owner,
                pk,
                version + 1,
                {"from": version, "changes": ["/locationId"], "status": [status, status], "cause": "merge"},
            )
            for pk, version, status, owner in live
        ]
    )
    return len(live)
