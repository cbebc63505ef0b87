"""What people may change of an order by hand, and in which status: one table for form, server and docs. Pure.

An order that has gone out is with somebody else: what a warehouse has been told is not changed under it
(behaviour.md 3.3). Notes and tags are ours, and may be changed as long as the order is here.
"""

import enum
from collections.abc import Mapping

from orders.lifecycle.order import OrderStatus
from portal.filters.mark import gettext_noop as _

S = OrderStatus


class Part(enum.StrEnum):
    """A part of the document that is edited as one."""

    LINES = "lines"
    NOTES = "notes"
    CONTACT = "contact"
    SHIP_TO = "shipTo"
    BILL_TO = "billTo"
    SHIPPING = "shipping"
    CUSTOM = "custom"

    @property
    def label(self) -> str:
        """The part in words."""
        return _LABELS[self]


_LABELS = {
    Part.LINES: _("Line items"),
    Part.NOTES: _("Tags and notes"),
    Part.CONTACT: _("Customer"),
    Part.SHIP_TO: _("Ship to"),
    Part.BILL_TO: _("Bill to"),
    Part.SHIPPING: _("Shipping method and dates"),
    Part.CUSTOM: _("Custom fields"),
}

_HERE = frozenset({S.DRAFT, S.NEW, S.ON_HOLD, S.TO_BE_VALIDATED, S.REVIEW_REQUIRED, S.READY_FOR_FULFILLMENT})
_OUT = frozenset({S.SENT_TO_FULFILLMENT, S.PARTIAL_FULFILLMENT})
_EVER = frozenset(S)

EDITABLE: Mapping[Part, frozenset[OrderStatus]] = {
    Part.LINES: _HERE | _OUT,
    Part.NOTES: _EVER,
    Part.CONTACT: _HERE | _OUT | {S.FULFILLED},
    Part.SHIP_TO: _HERE | _OUT,
    Part.BILL_TO: _HERE | _OUT | {S.FULFILLED},
    Part.SHIPPING: _HERE | _OUT,
    Part.CUSTOM: _EVER,
}
"""The table. Within *Line items* a quantity never falls below what is shipped or asked of a warehouse."""

REACHES_WAREHOUSES = frozenset({Part.SHIP_TO, Part.SHIPPING})
"""What shipping requests carry: those that no warehouse has yet are canceled and made again."""

_BY_PATH = {
    "lineItems": Part.LINES,
    "tags": Part.NOTES,
    "orderNote": Part.NOTES,
    "customer": Part.CONTACT,
    "email": Part.CONTACT,
    "customerPONumber": Part.CONTACT,
    "shippingAddress": Part.SHIP_TO,
    "billingAddress": Part.BILL_TO,
    "customFields": Part.CUSTOM,
}


def part_of(path: str) -> Part:
    """Return the part that a path of the catalogue, or of a change, belongs to; what is not named is shipping."""
    first = path.removeprefix("/").partition("/")[0].partition(".")[0].partition("[")[0]
    return _BY_PATH.get(first, Part.SHIPPING)


def may_edit(part: Part, status: str) -> bool:
    """Say whether a part may be changed by hand while an order has this status."""
    return S(status) in EDITABLE[part]


def why_not(part: Part, status: str) -> str:
    """Return the sentence that says why a part cannot be changed; nothing where it can."""
    if may_edit(part, status):
        return ""
    return _("{part} cannot be changed while the order is “{status}”.").format(
        part=_(part.label), status=_(S(status).label)
    )
