"""What hangs on a location: shipping requests under way, stock, routing cards; and whether orders can go there."""

from typing import cast

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from orders.documents.envelope import town
from orders.lifecycle.shipping_request import CLOSED, RequestStatus
from orders.models import InventoryLevel, Location, ShippingRequest
from orders.models.inventory import QUANTITIES

LIVE = tuple(status.value for status in RequestStatus if status not in CLOSED and status is not RequestStatus.FAILED)
"""A warehouse still has to do something about these, or will have to."""
EMPTY = Q(**dict.fromkeys(QUANTITIES, 0)) & Q(locked=False)
"""A stock record that says nothing."""


def live_requests(location: Location) -> QuerySet[ShippingRequest]:
    """Return the shipping requests that are still under way at a location."""
    rows = cast("QuerySet[ShippingRequest]", ShippingRequest.objects.within(location.organization))
    return rows.filter(location=location, status__in=LIVE, deleted_at=None)


def levels(location: Location) -> QuerySet[InventoryLevel]:
    """Return the stock records of a location."""
    rows = cast("QuerySet[InventoryLevel]", InventoryLevel.objects.within(location.organization))
    return rows.filter(location=location)


def obstacles(location: Location) -> list[str]:
    """Return why nothing is routed to a location, each reason a sentence; nothing where orders can go there."""
    source = location.fulfillment_source
    found = []
    if not location.active:
        found.append(_("It is switched off."))
    if location.paused:
        found.append(_("It is paused: nothing new is routed here, what is under way goes on."))
    if source is None and not location.ships_by_hand:
        found.append(_("No fulfillment channel owns this location."))
    elif source is not None and source.state == "deleted":
        found.append(_("Its fulfillment channel, {name}, is not there any more.").format(name=source.name))
    if location.exclude_from_totals and not location.infinite:
        found.append(_("Its stock is left out of totals: only cards that do not check inventory route here."))
    return found


def address_line(location: Location) -> str:
    """Return where a location is, in one line: “1 Main St, Reno, NV 89501, US”."""
    street = location.address.get("address1")
    return ", ".join([*([str(street)] if street else []), *town(location.address)])
