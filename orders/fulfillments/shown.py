"""A fulfillment as people read it: what was in it, where it is now, and what was not counted."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from orders.fulfillments import queries
from orders.fulfillments.booking import Why
from orders.fulfillments.by_hand import can_report
from orders.fulfillments.load import is_put_aside
from orders.fulfillments.say import units
from orders.fulfillments.telling import Telling, tellings
from orders.models import Fulfillment, Order, ShippingRequest
from orders.templatetags.order_tags import web_address
from portal.audit.models import History
from portal.kit.json import Json
from portal.ui.components import Happening


@dataclass(frozen=True)
class Tracking:
    """A tracking number, and where to follow it; the address is empty unless it may be opened."""

    number: str
    url: str


def tracking(content: Json) -> list[Tracking]:
    """Return the tracking numbers of a parcel with their addresses; an address without a number is its own words.

    One address for several numbers belongs to each of them.
    """
    numbers: Sequence[str] = content.get("trackingNumber") or ()
    urls = [web_address(one) for one in content.get("trackingUrl") or ()]
    if not numbers:
        return [Tracking(url, url) for url in urls if url]
    if len(urls) == 1:
        return [Tracking(number, urls[0]) for number in numbers]
    return [Tracking(number, urls[at] if at < len(urls) else "") for at, number in enumerate(numbers)]


def name(one: Fulfillment) -> str:
    """Return what people call a fulfillment: the warehouse's number; of a report by hand the tracking number."""
    if one.source_id is not None:
        return one.ext_fulfillment_id
    numbers = one.content.get("trackingNumber")
    return str(numbers[0]) if numbers else _("Reported by hand")


def reporter(one: Fulfillment) -> str:
    """Return which integration reported it; empty when a person did."""
    return one.source.name if one.source else ""


def items(one: Fulfillment) -> str:
    """Return what was in it, in a line."""
    counted = units(one.content.get("lineItems") or ())
    return counted or (_("nothing counted") if one.content.get("notCounted") else "")


@dataclass(frozen=True)
class NotCounted:
    """Units that were reported and not counted, and why."""

    what: str
    why: str


def not_counted(one: Fulfillment) -> list[NotCounted]:
    """Return what of a report was not counted."""
    words = {
        Why.TOO_MUCH.value: _("more than was asked for"),
        Why.OTHER_SKU.value: _("nobody asked for it"),
        Why.ASKED_ELSEWHERE.value: _("asked for elsewhere by then"),
    }
    return [
        NotCounted(units([line]), words.get(line.get("why", ""), "")) for line in one.content.get("notCounted") or ()
    ]


@dataclass(frozen=True)
class Card:
    """A fulfillment on the page of its order or request."""

    row: Fulfillment
    name: str
    items: str
    tracking: Sequence[Tracking]
    not_counted: Sequence[NotCounted]
    telling: Telling | None
    """Whether the order's channel was told of it; nothing where no channel could be."""
    is_past: bool = False
    """The order was marked unfulfilled since: what was shipped counts no more."""


def cards(rows: Sequence[Fulfillment], order: Json | None = None, *, with_telling: bool = True) -> list[Card]:
    """Return fulfillments as cards, by the document of their order where that is at hand.

    Without what their channel was told, which is known only as it is now.
    """
    told = tellings(rows) if with_telling else {}
    return [
        Card(
            one, name(one), items(one), tracking(one.content), not_counted(one), told.get(one.pk),
            one.kind == Fulfillment.Kind.SHIPPED and is_put_aside(one, order or {}),
        )
        for one in rows
    ]  # fmt: skip


def of_order(order: Order) -> dict[str, Any]:
    """Return the fulfillments of an order for its page; nothing where there are none."""
    if not order.content.get("disposition"):  # nothing was ever asked for, so nothing can be shipped
        return {}
    found = cards(queries.of_order(order), order.content)
    return {"cards": found, "with_request": True} if found else {}


def of_request(request: ShippingRequest) -> dict[str, Any]:
    """Return the fulfillments of a request for its page, and whether one can be reported by hand."""
    found = cards(queries.of_request(request))
    can = can_report(request.status)
    return {"cards": found, "can_report": can, "reported_request": request} if found or can else {}


def happenings(history: Sequence[History]) -> list[Happening]:
    """Return the history as people read it."""
    return [Happening(row.at, row.actor_name, row.summary, "truck-delivery") for row in history]
