"""What stood around an order at a moment: shipping requests, fulfillments, holds and exceptions, as they were then.

Each is read as it is now and taken back by what the records themselves keep: when they were made and ended, and
the newer changes of their history. Six queries, however much there is.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import cast

from django.db.models import Q, QuerySet

from orders.documents.shipping_request import ENTITY, state
from orders.fulfillments import queries as fulfillment_queries
from orders.fulfillments import shown as fulfillments
from orders.fulfillments.load import is_put_aside
from orders.models import Fulfillment, Hold, Order, OrderException, ShippingRequest
from orders.requests import shown as requests
from orders.shown.then import Then
from portal.audit.models import History
from portal.entities import patch
from portal.kit.json import Json
from portal.kit.text import fold


@dataclass(frozen=True)
class Around:
    """What stood around an order at a moment; the last made stands first, as on its page."""

    requests: Sequence[requests.Card]
    fulfillments: Sequence[fulfillments.Card]
    holds: Sequence[Hold]
    """Those that kept it waiting then, each with what became of it since."""
    exceptions: Sequence[OrderException]
    """Those that were active then."""

    def __bool__(self) -> bool:
        return bool(self.requests or self.fulfillments or self.holds or self.exceptions)


def around(order: Order, then: Then) -> Around:
    """Return what stood around an order at the moment that `then` shows. The rows are to be looked at, never saved."""
    moment = then.moment
    asked, problems = _requests(order, moment), _exceptions(order, moment)
    shipped = _fulfillments(order, moment) if asked else []
    newer = _newer(order, asked, problems, moment) if asked or problems else {}
    for one in asked:
        _as_it_was(one, newer.get((ENTITY, one.pk), ()))
    refused = _units(asked, [one for one in shipped if one.kind == Fulfillment.Kind.REJECTED])
    counted = _units(asked, [one for one in shipped if _counts(one, then.order.content)])
    return Around(
        [_card(one, counted.get(one.pk, {}), refused.get(one.pk, {})) for one in asked],
        fulfillments.cards(shipped, then.order.content, with_telling=False),
        _holds(order, moment),
        [one for one in problems if _was_active(one, newer.get(("exception", one.pk), ()))],
    )


def _requests(order: Order, moment: dt.datetime) -> list[ShippingRequest]:
    rows = cast("QuerySet[ShippingRequest]", ShippingRequest.objects.within(order.organization))
    there = Q(deleted_at=None) | Q(deleted_at__gt=moment)
    rows = rows.filter(there, order=order, created_at__lte=moment).select_related("location", "fulfillment_source")
    return list(rows.defer("content", "facets").prefetch_related("lines").order_by("-ordinal"))


def _fulfillments(order: Order, moment: dt.datetime) -> list[Fulfillment]:
    rows = fulfillment_queries.in_list(order.organization)
    return list(rows.filter(order=order, created_at__lte=moment).order_by("-pk"))


def _holds(order: Order, moment: dt.datetime) -> list[Hold]:
    rows = cast("QuerySet[Hold]", Hold.objects.within(order.organization))
    waiting = Q(ended_at=None) | Q(ended_at__gt=moment)
    return list(rows.filter(waiting, order=order, placed_at__lte=moment).order_by("-id"))


def _exceptions(order: Order, moment: dt.datetime) -> list[OrderException]:
    rows = cast("QuerySet[OrderException]", OrderException.objects.within(order.organization))
    rows = rows.filter(Q(closed_at=None) | Q(closed_at__gt=moment), created_at__lte=moment)
    return list(rows.filter(entity_type="order", entity_id=order.pk).defer("raw", "facets").order_by("-created_at"))


def _newer(
    order: Order, asked: Sequence[ShippingRequest], problems: Sequence[OrderException], moment: dt.datetime
) -> dict[tuple[str, int], list[History]]:
    """Return what has changed since of requests and exceptions, the last change first."""
    rows = History.objects.within(order.organization).filter(
        Q(entity_type=ENTITY, entity_id__in=[one.pk for one in asked])
        | Q(entity_type="exception", entity_id__in=[one.pk for one in problems]),
        at__gt=moment,
    )
    found: dict[tuple[str, int], list[History]] = defaultdict(list)
    for row in rows.order_by("-version", "-id"):
        found[row.entity_type, row.entity_id].append(row)
    return found


def _undone(document: Json, newer: Sequence[History]) -> Json:
    for row in newer:
        document = patch.revert(document, row.changes)
    return document


def _as_it_was(request: ShippingRequest, newer: Sequence[History]) -> None:
    was = _undone(state(request), newer)
    request.status, request.cancellation = was["status"], was.get("cancellationStatus", "")
    request.ext_reference_id = was.get("extReferenceId", "")
    request.ext_reference_url = was.get("extReferenceUrl", "")
    sent = was.get("sentToFulfillmentAt")
    request.sent_at = dt.datetime.fromisoformat(sent) if sent else None


def _counts(one: Fulfillment, content: Json) -> bool:
    """Say whether what was shipped counted then: a person who marks an order unfulfilled puts it aside."""
    return one.kind == Fulfillment.Kind.SHIPPED and not is_put_aside(one, content)


def _units(asked: Sequence[ShippingRequest], rows: Sequence[Fulfillment]) -> dict[int, dict[int, Decimal]]:
    """Return how many units reports tell of each line, by request and the line's position."""
    units: dict[tuple[int | None, str, str], Decimal] = defaultdict(Decimal)
    for row in rows:
        for line in row.content.get("lineItems") or ():
            units[row.request_id, line.get("uniqueId", ""), fold(line["sku"])] += Decimal(str(line["quantity"]))
    found: dict[int, dict[int, Decimal]] = defaultdict(dict)
    for request in asked if units else ():
        for line in sorted(request.lines.all(), key=lambda line: line.position):
            key = (request.pk, line.unique_id, line.sku_folded)
            taken = min(units[key], line.quantity)
            units[key] -= taken
            found[request.pk][line.position] = taken
    return found


def _card(request: ShippingRequest, shipped: dict[int, Decimal], refused: dict[int, Decimal]) -> requests.Card:
    for line in request.lines.all():
        line.fulfilled = shipped.get(line.position, Decimal(0))
    return requests.Card(request, requests.lines(request, refused), "", requests.cancellation(request), "", None)


def _was_active(one: OrderException, newer: Sequence[History]) -> bool:
    """Say whether an exception was active then, and give it the words that it had."""
    told = {"state": one.state, "title": one.title, "message": one.message} | ({"cure": one.cure} if one.cure else {})
    was = _undone(told, newer)
    one.title, one.message, one.cure = was["title"], was["message"], was.get("cure", "")
    return bool(was["state"] == OrderException.State.ACTIVE)
