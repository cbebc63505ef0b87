"""A shipping request as people read it: its lines, what comes next, and what they can do."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from orders.documents.envelope import envelope
from orders.documents.shipping_request import AGREED, ASKED, REFUSED, SHIPPING_REQUEST
from orders.fulfillments.load import rejected_of
from orders.fulfillments.queries import of_order as fulfillments_of
from orders.lifecycle.shipping_request import CANCELED, RequestStatus, can_move
from orders.models import Order, ShippingRequest
from orders.requests import queries
from orders.requests.cancel import can_cancel, cancellation_of, is_known
from orders.requests.forms import CancelForm
from orders.requests.warehouses import warehouse_of
from orders.templatetags.order_tags import counted as in_words
from portal.audit.models import History
from portal.ui.components import Happening

S = RequestStatus
_ICONS = {
    "created": "truck-delivery",
    "sent": "send",
    "made ready": "circle-check",
    "canceled": "ban",
    "failed": "alert-triangle",
    "marked for review": "eye",
    "reported": "truck",
}
_KINDS = {"rule": "bolt", "integration": "plug", "api_key": "key"}


@dataclass(frozen=True)
class Line:
    """A line of a request and what became of its units."""

    name: str
    sku: str
    bundle: str
    asked: Decimal
    shipped: Decimal
    rejected: Decimal
    """What the warehouse could not ship."""
    canceled: Decimal
    """What was neither when it was canceled."""

    @property
    def open(self) -> Decimal:
        """What is still expected."""
        return max(self.asked - self.shipped - self.rejected - self.canceled, Decimal(0))


def lines(request: ShippingRequest, rejected: Mapping[int, Decimal]) -> list[Line]:
    """Return the lines in their order; what was rejected of them goes by their position."""
    canceled = request.status in CANCELED
    found = []
    for line in sorted(request.lines.all(), key=lambda line: line.position):
        refused = rejected.get(line.position, Decimal(0))
        left = max(line.quantity - line.fulfilled - refused, Decimal(0)) if canceled else Decimal(0)
        name = line.name or line.sku
        found.append(Line(name, line.sku, line.bundle_sku, line.quantity, line.fulfilled, refused, left))
    return found


def counted(request: ShippingRequest, found: Sequence[Line]) -> str:
    """Say how many lines and units a request has."""
    return in_words(len(found), request.unit_count)


@dataclass(frozen=True)
class Fact:
    """A value under its name."""

    label: str
    value: Any
    is_moment: bool = False


_METHOD = ("shippingCode", "shippingCarrier", "shippingClass")
_NOTES = ("shippingNote", "giftNote", "customerPONumber", "incoterms")
_DATES = ("shipAfterDate", "shipByDate", "shipCancelByDate", "expectedDeliveryDate")


def address(request: ShippingRequest) -> list[str]:
    """Return where it goes, as an envelope has it."""
    told = request.content.get("shippingAddress") or {}
    return [*envelope(told), *([str(told["phone"])] if told.get("phone") else [])]


def facts(request: ShippingRequest) -> list[Fact]:
    """Return how and when it is to be shipped, and the notes, as far as the order says."""
    told = [
        Fact(_(SHIPPING_REQUEST.label(path)), value, path in _DATES)
        for path in (*_METHOD, *_DATES, *_NOTES)
        if (value := request.content.get(path))
    ]
    return [
        Fact(one.label, dt.datetime.fromisoformat(one.value), is_moment=True) if one.is_moment else one for one in told
    ]


def next_step(request: ShippingRequest) -> str:
    """Say what happens next with a request, or what a person has to do."""
    where, sends = request.location.name, warehouse_of(request).sends
    match request.status:
        case S.PENDING_INVENTORY:
            return _("It waits until %(where)s has its items in stock. Nobody has to do anything.") % {"where": where}
        case S.PENDING_SHIPPING_LABEL:
            return _("It waits for its shipping label.")
        case S.READY_FOR_FULFILLMENT | S.NEW if sends:
            if why := why_waiting(request):
                return _("It is not with %(where)s yet. %(why)s") % {"where": where, "why": why}
            return _("It is handed to %(where)s by itself.") % {"where": where}
        case S.READY_FOR_FULFILLMENT | S.NEW:
            return _("Nothing hands it to %(where)s by itself: do that, then mark it as sent.") % {"where": where}
        case S.SENT_TO_FULFILLMENT | S.PARTIAL_FULFILLMENT if sends:
            return _("%(where)s has it, and tells what it ships.") % {"where": where}
        case S.SENT_TO_FULFILLMENT | S.PARTIAL_FULFILLMENT:
            return _("%(where)s has it. Report here what it has shipped.") % {"where": where}
        case S.FAILED:
            if sends:
                return _(
                    "%(where)s did not take it. Mend what the exception names and send it again, or cancel it."
                ) % {"where": where}
            return _("It could not be handed to %(where)s. Mark it ready to try again, or cancel it.") % {
                "where": where
            }
        case S.REVIEW_REQUIRED | S.ON_HOLD:
            return _("A person must look at it: mark it ready, or cancel it.")
    return ""


def why_waiting(request: ShippingRequest) -> str:
    """Say why a request that is handed over by itself is not on its way."""
    tell = warehouse_of(request).waits
    return tell(request) if tell else ""


def cancellation(request: ShippingRequest) -> str:
    """Say of a canceled request what its warehouse knows of that."""
    if request.status not in CANCELED or not request.cancellation:
        return ""
    where = {"where": request.location.name}
    told = {
        ASKED: _("Cancel pending: %(where)s has been asked and has not answered yet."),
        AGREED: _("%(where)s has canceled it, too."),
        REFUSED: _("%(where)s did not cancel it: it will be shipped."),
    }
    not_told = _("%(where)s was not told: cancel it there too, or it is shipped all the same.")
    return told.get(request.cancellation, not_told) % where


def cancel_words(request: ShippingRequest) -> str:
    """Say before a request is canceled whether its warehouse is told."""
    where = {"where": request.location.name}
    if not is_known(request):
        return _("%(where)s does not know of it yet, so nobody needs to be told.") % where
    if cancellation_of(request) == ASKED:
        return _("%(where)s has it already. It is asked to cancel; its answer stands here then.") % where
    return _("%(where)s has it already and is not told: cancel it there too, or it is shipped all the same.") % where


def happenings(history: Sequence[History]) -> list[Happening]:
    """Return the history as people read it, newest first."""
    return [
        Happening(
            row.at,
            row.actor_name,
            row.summary,
            _ICONS.get(row.verb) or _KINDS.get(row.actor_kind, "point"),
            changes=row.changes,
        )
        for row in history
    ]


def can_be_sent(request: ShippingRequest) -> bool:
    """Say whether a person may mark it as sent: no integration hands it over."""
    told = (S.READY_FOR_FULFILLMENT, S.PENDING_SHIPPING_LABEL, S.FAILED, S.REVIEW_REQUIRED)
    return request.status in told and not warehouse_of(request).sends


def can_be_readied(request: ShippingRequest) -> bool:
    """Say whether a person may mark it ready; what waits for stock becomes so by itself."""
    return request.status != S.PENDING_INVENTORY and can_move(request.status, S.READY_FOR_FULFILLMENT)


@dataclass(frozen=True)
class Card:
    """A request on the page of its order."""

    request: ShippingRequest
    lines: Sequence[Line]
    sentence: str
    cancellation: str
    cancel_words: str
    form: CancelForm | None
    """None where it cannot be canceled any more."""


def cancel_form(request: ShippingRequest, back: str, *, data: Any = None) -> CancelForm:
    """Return the form that cancels a request; its fields have IDs of their own, for several on one page."""
    initial = {"version": request.version, "back": back}
    return CancelForm(data, initial=initial, auto_id=f"id_{request.public_id}_%s")


def cards(order: Order) -> dict[str, Any]:
    """Return the shipping requests of an order for its page; nothing where there are none."""
    found, back = queries.of_order(order), reverse("orders:detail", args=[order.public_id])
    every = [line for one in found for line in one.lines.all()]
    refused = rejected_of(fulfillments_of(order), every)
    told = [
        Card(
            one,
            lines(one, refused.get(one.pk, {})),
            next_step(one),
            cancellation(one),
            cancel_words(one),
            cancel_form(one, back) if can_cancel(one.status) else None,
        )
        for one in found
    ]
    return {"cards": told} if told else {}
