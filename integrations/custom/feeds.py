"""What custom systems fetch: shipping requests, fulfillments, stock, each with a place to go on from.

A place is the moment and the number of the last row. Rows of transactions that are still open are left for the next
time, and with them all that came after the first of these began: nothing is ever passed over.
"""

import base64
import binascii
import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet

from integrations.custom import outgoing
from integrations.custom.doors import actor
from integrations.models import Integration
from integrations.outbound import parcels
from integrations.outbound.orders import fetched
from integrations.outbound.orders import outgoing as outgoing_order
from integrations.outbound.outgoing import Unfit, Words
from orders.documents.shipping_request import ASKED
from orders.inventory.levels import are_needs_known
from orders.inventory.promise import promises
from orders.lifecycle.order import OrderStatus
from orders.lifecycle.shipping_request import CANCELED, RequestStatus
from orders.models import BundleItem, ExternalLocation, Fulfillment, InventoryLevel, OrderPush, ShippingRequest
from orders.products.skus import their_skus
from orders.pushes import push as pushes
from orders.requests import handover
from portal.kit import json
from portal.kit.json import Json
from portal.kit.text import fold

S = RequestStatus
START = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_NEVER_SENT = (OrderStatus.CANCELED.value, OrderStatus.ARCHIVED.value)


class BadPlace(ValueError):
    """The text is no place of a feed."""


@dataclass(frozen=True, slots=True)
class Fed:
    """A part of a feed: its rows, where to go on, and whether there is more already."""

    rows: list[Json]
    place: str
    more: bool

    def told(self) -> Json:
        """Return it as answers tell it."""
        return {"rows": self.rows, "cursor": self.place or None, "more": self.more}


@dataclass(frozen=True, slots=True)
class Place:
    """Behind which row a feed goes on."""

    at: dt.datetime = START
    number: int = 0

    def text(self) -> str:
        """Return it as programs get it."""
        told = json.dumps([self.at.isoformat(), self.number])
        return base64.urlsafe_b64encode(told).decode().rstrip("=")


def place_of(text: str, since: dt.datetime | None = None) -> Place:
    """Read a place; without one the feed begins at `since`. Raises BadPlace."""
    if not text:
        return Place(since or START)
    try:
        at, number = json.loads(base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True))
        if at.__class__ is not str or number.__class__ is not int or not 0 <= number < 2**63 or len(text) > 200:
            raise BadPlace(text)
        moment = dt.datetime.fromisoformat(at)
        if moment.tzinfo is None or not 1970 <= moment.year <= 9000:
            raise BadPlace(text)
    except (ValueError, TypeError, binascii.Error) as error:
        raise BadPlace(text) from error
    return Place(moment, number)


def requests(integration: Integration, status: str, place: Place, count: int) -> Fed:
    """Return shipping requests of a warehouse: `ready` to be taken, `cancelled` and to be given up, or `sent`."""
    rows = waiting(integration, status).filter(pk__gt=place.number).order_by("pk")
    found = list(whole(rows)[: count + 1])
    more, found = len(found) > count, found[:count]
    words = Words(integration, found)
    told = [one for request in found if (one := request_of(integration, request, status, words))]
    return Fed(told, Place(found[-1].created_at, found[-1].pk).text() if more else "", more)


def whole(rows: "QuerySet[ShippingRequest]") -> "QuerySet[ShippingRequest]":
    """Return requests with what their messages need."""
    return rows.select_related("organization", "order", "location", "fulfillment_source").prefetch_related("lines")


def request_of(integration: Integration, request: ShippingRequest, status: str, words: Words) -> Json | None:
    """Return a request, None where it cannot be said in the words of its warehouse; people hear of that."""
    try:
        told = outgoing.shipping_request(words.outgoing(request))
    except Unfit as unfit:
        if status == "ready":
            by = actor(integration)
            handover.refused(request.pk, by, unfit.problem, message=str(unfit), cure=unfit.cure)
        return None
    own = {"external_id": request.ext_reference_id} if request.ext_reference_id and status != "ready" else {}
    return {**told, **own, "status": status}


def waiting(integration: Integration, status: str) -> "QuerySet[ShippingRequest]":
    """Return the requests of an integration's warehouse that wait for something; never one of a canceled order."""
    rows: QuerySet[ShippingRequest] = ShippingRequest.across.filter(
        organization_id=integration.organization_id, fulfillment_source_id=integration.source_id, deleted_at=None
    )
    if status == "cancelled":
        return rows.filter(status__in=sorted(CANCELED), cancellation=ASKED)
    rows = rows.exclude(order__status__in=_NEVER_SENT).filter(order__deleted_at=None)
    if status == "sent":
        return rows.filter(status__in=[S.SENT_TO_FULFILLMENT, S.PARTIAL_FULFILLMENT])
    return rows.filter(status=S.READY_FOR_FULFILLMENT)


def orders(integration: Integration, place: Place, count: int) -> Fed:
    """Return the orders that were pushed to a system and wait for its answer; whoever fetches one works on it."""
    rows = OrderPush.across.filter(
        organization_id=integration.organization_id, source_id=integration.source_id, state__in=pushes.OPEN,
        pk__gt=place.number,
    )  # fmt: skip
    found = list(rows.select_related("order__source", "source").order_by("pk")[: count + 1])
    more, found = len(found) > count, found[:count]
    fetched(found)
    told = [outgoing.order(outgoing_order(one)) for one in found]
    return Fed(told, Place(found[-1].changed_at, found[-1].pk).text() if more else "", more)


def fulfillments(integration: Integration, place: Place, count: int) -> Fed:
    """Return what was shipped of a shop's orders, oldest first."""
    rows = Fulfillment.across.filter(
        organization_id=integration.organization_id, order__source_id=integration.source_id,
        kind=Fulfillment.Kind.SHIPPED,
    )  # fmt: skip
    found, end, more = _behind(rows.select_related("order"), "created_at", place, count)
    return Fed(parcels_of(found), end.text(), more)


def parcels_of(rows: Sequence[Fulfillment]) -> list[Json]:
    """Return fulfillments of one shop's orders as the shop gets them, all read together."""
    shipped = parcels.shipped_of({one.order_id for one in rows})
    names = parcels.names_of(one for each in shipped.values() for one in each)
    whole_rows = [parcels.outgoing(one, shipped[one.order_id], lambda _values: None, names=names) for one in rows]
    return [outgoing.parcel(one) for one in whole_rows]


def stock(integration: Integration, place: Place, count: int) -> Fed:
    """Return what a shop may promise of every SKU whose stock has changed; absolute numbers, so repeats do no harm.

    Nothing while the Inventory Engine is off: what has changed meanwhile is told when it is on again.
    """
    if not are_needs_known(integration.organization_id):
        return Fed([], place.text(), more=False)
    rows = InventoryLevel.across.filter(organization_id=integration.organization_id)
    found, end, more = _behind(rows, "updated_at", place, count)
    skus = {level.sku_folded: level.sku for level in found}
    bundles = BundleItem.across.filter(
        organization_id=integration.organization_id, sku_folded__in=list(skus), bundle__deleted_at=None
    )
    skus |= {fold(sku): sku for sku in bundles.values_list("bundle__sku", flat=True)}
    promised = promises(integration.organization_id, skus.values(), integration.source)
    theirs = their_skus(integration.source, skus.values())
    told = [
        {"sku": theirs[sku], "available": 0 if promised[folded].endless else promised[folded].units,
         "tracked": not promised[folded].endless}
        for folded, sku in sorted(skus.items())
    ]  # fmt: skip
    return Fed(told, end.text(), more)


def _behind(rows: "QuerySet[Any]", moment: str, place: Place, count: int) -> tuple[list[Any], Place, bool]:
    later = Q(**{f"{moment}__gt": place.at}) | Q(**{moment: place.at, "pk__gt": place.number})
    rows = rows.filter(later, **{f"{moment}__gte": place.at, f"{moment}__lt": settled_until()})
    found = list(rows.order_by(moment, "pk")[: count + 1])
    more, found = len(found) > count, found[:count]
    return found, Place(getattr(found[-1], moment), found[-1].pk) if found else place, more


def settled_until() -> dt.datetime:
    """Return the moment before which nothing can be written any more: the start of the oldest open transaction."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT coalesce(min(xact_start), clock_timestamp()) FROM pg_stat_activity
            WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()
            """
        )
        row = cursor.fetchone()
    assert row is not None
    found: dt.datetime = row[0]
    return found


def locations(integration: Integration) -> list[Json]:
    """Return the locations that a warehouse has told, by its own IDs."""
    rows = ExternalLocation.across.filter(source=integration.source).select_related("location").order_by("pk")
    return [
        {
            "id": row.ext_location_id,
            "name": row.name,
            "address": outgoing.address(row.address),
            "active": row.active,
            "location_id": row.location.public_id,
        }
        for row in rows
    ]
