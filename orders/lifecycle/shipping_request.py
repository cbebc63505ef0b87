"""The state machine of a shipping request, written down once (behaviour.md 3.3). Pure: no Django.

A request is never edited: what shall be otherwise is canceled and made again.
"""

import enum

from portal.filters.mark import gettext_noop as _


class RequestStatus(enum.StrEnum):
    """Where a shipping request stands; `label` is the word for people."""

    NEW = "new"
    PENDING_INVENTORY = "pendingInventory"
    PENDING_SHIPPING_LABEL = "pendingShippingLabel"
    REVIEW_REQUIRED = "reviewRequired"
    READY_FOR_FULFILLMENT = "readyForFulfillment"
    SENT_TO_FULFILLMENT = "sentToFulfillment"
    FULFILLED = "fulfilled"
    PARTIAL_FULFILLMENT = "partialFulfillment"
    CANCELED = "canceled"
    CANCELED_RESTOCK = "canceledRestock"
    FAILED = "failed"
    ON_HOLD = "onHold"

    @property
    def label(self) -> str:
        """The status in words."""
        return _LABELS[self]


S = RequestStatus
_LABELS: dict[RequestStatus, str] = {
    S.NEW: _("New"),
    S.PENDING_INVENTORY: _("Waiting for stock"),
    S.PENDING_SHIPPING_LABEL: _("Waiting for its label"),
    S.REVIEW_REQUIRED: _("Review required"),
    S.READY_FOR_FULFILLMENT: _("Ready for fulfillment"),
    S.SENT_TO_FULFILLMENT: _("Sent to fulfillment"),
    S.FULFILLED: _("Fulfilled"),
    S.PARTIAL_FULFILLMENT: _("Partial fulfillment"),
    S.CANCELED: _("Canceled"),
    S.CANCELED_RESTOCK: _("Canceled, restocked"),
    S.FAILED: _("Failed"),
    S.ON_HOLD: _("On hold"),
}
CHOICES = tuple((status.value, status.label) for status in S)
VALUES = tuple(status.value for status in S)

CANCELED = frozenset({S.CANCELED, S.CANCELED_RESTOCK})
SHIPPED = frozenset({S.FULFILLED, S.PARTIAL_FULFILLMENT})
CLOSED = CANCELED | {S.FULFILLED}
"""Nothing more is expected of it."""
BEFORE_SENDING = frozenset(
    {S.NEW, S.PENDING_INVENTORY, S.PENDING_SHIPPING_LABEL, S.REVIEW_REQUIRED, S.READY_FOR_FULFILLMENT, S.ON_HOLD}
)
"""The warehouse does not know of it yet."""

EDGES: dict[RequestStatus, frozenset[RequestStatus]] = {
    **{
        status: BEFORE_SENDING - {status, S.NEW} | CANCELED | {S.SENT_TO_FULFILLMENT, S.FAILED} | SHIPPED
        for status in BEFORE_SENDING
    },
    # A warehouse may ship before it has said that it took the request (reliability.md E2).
    S.SENT_TO_FULFILLMENT: SHIPPED | CANCELED | {S.FAILED, S.REVIEW_REQUIRED},
    S.FAILED: CANCELED | SHIPPED | {S.READY_FOR_FULFILLMENT, S.SENT_TO_FULFILLMENT},
    S.PARTIAL_FULFILLMENT: frozenset({S.FULFILLED}) | CANCELED,
    # What was shipped after all although it was canceled is told, and counted.
    S.CANCELED: SHIPPED,
    S.CANCELED_RESTOCK: SHIPPED,
    S.FULFILLED: frozenset(),
}


def can_move(old: str, new: str) -> bool:
    """Say whether a request may go from one status to another."""
    return S(new) in EDGES[S(old)]


def refusal(old: str, new: str) -> str:
    """Return the sentence that says why a move is refused."""
    return f"A shipping request that is “{S(old).label}” cannot become “{S(new).label}”."
