"""The state machine of an order, written down once. Pure: no Django.

Statuses and edges follow behaviour.md 3.1 and 3.2. Every change of status goes through `can_move`,
whoever asks: staff, a rule, a connector or the API.
"""

import enum

from portal.filters.mark import gettext_noop as _


class OrderStatus(enum.StrEnum):
    """Where an order stands, in the order the reference gives them; `label` is the word for people."""

    DRAFT = "draft"
    NEW = "new"
    ON_HOLD = "onHold"
    TO_BE_VALIDATED = "toBeValidated"
    REVIEW_REQUIRED = "reviewRequired"
    READY_FOR_FULFILLMENT = "readyForFulfillment"
    SENT_TO_FULFILLMENT = "sentToFulfillment"
    PARTIAL_FULFILLMENT = "partialFulfillment"
    FULFILLED = "fulfilled"
    IN_TRANSIT = "inTransit"
    PARTIAL_RECEIVED = "partialReceived"
    RECEIVED = "received"
    CANCELED = "canceled"
    RETURNED = "returned"
    REFUNDED = "refunded"
    ARCHIVED = "archived"
    CLOSED = "closed"

    @property
    def label(self) -> str:
        """The status in words."""
        return _LABELS[self]


_LABELS: dict[OrderStatus, str] = {
    OrderStatus.DRAFT: _("Draft"),
    OrderStatus.NEW: _("New"),
    OrderStatus.ON_HOLD: _("On hold"),
    OrderStatus.TO_BE_VALIDATED: _("To be validated"),
    OrderStatus.REVIEW_REQUIRED: _("Review required"),
    OrderStatus.READY_FOR_FULFILLMENT: _("Ready for fulfillment"),
    OrderStatus.SENT_TO_FULFILLMENT: _("Sent to fulfillment"),
    OrderStatus.PARTIAL_FULFILLMENT: _("Partial fulfillment"),
    OrderStatus.FULFILLED: _("Fulfilled"),
    OrderStatus.IN_TRANSIT: _("In transit"),
    OrderStatus.PARTIAL_RECEIVED: _("Partial received"),
    OrderStatus.RECEIVED: _("Received"),
    OrderStatus.CANCELED: _("Canceled"),
    OrderStatus.RETURNED: _("Returned"),
    OrderStatus.REFUNDED: _("Refunded"),
    OrderStatus.ARCHIVED: _("Archived"),
    OrderStatus.CLOSED: _("Closed"),
}

CHOICES = tuple((status.value, status.label) for status in OrderStatus)
VALUES = tuple(status.value for status in OrderStatus)

S = OrderStatus

_BEFORE_FULFILLMENT = frozenset(
    {S.DRAFT, S.ON_HOLD, S.TO_BE_VALIDATED, S.REVIEW_REQUIRED, S.READY_FOR_FULFILLMENT, S.CANCELED, S.ARCHIVED}
)

EDGES: dict[OrderStatus, frozenset[OrderStatus]] = {
    S.DRAFT: _BEFORE_FULFILLMENT - {S.DRAFT} | {S.NEW},
    S.NEW: _BEFORE_FULFILLMENT,
    S.ON_HOLD: _BEFORE_FULFILLMENT - {S.ON_HOLD},
    S.TO_BE_VALIDATED: _BEFORE_FULFILLMENT - {S.TO_BE_VALIDATED},
    S.REVIEW_REQUIRED: _BEFORE_FULFILLMENT - {S.REVIEW_REQUIRED},
    S.READY_FOR_FULFILLMENT: _BEFORE_FULFILLMENT - {S.READY_FOR_FULFILLMENT}
    | {S.SENT_TO_FULFILLMENT, S.PARTIAL_FULFILLMENT, S.FULFILLED},
    S.SENT_TO_FULFILLMENT: frozenset(
        {S.PARTIAL_FULFILLMENT, S.FULFILLED, S.READY_FOR_FULFILLMENT, S.REVIEW_REQUIRED, S.CANCELED, S.ARCHIVED}
    ),
    S.PARTIAL_FULFILLMENT: frozenset(
        {S.FULFILLED, S.READY_FOR_FULFILLMENT, S.SENT_TO_FULFILLMENT, S.REVIEW_REQUIRED, S.CANCELED, S.ARCHIVED}
    ),
    S.FULFILLED: frozenset({S.READY_FOR_FULFILLMENT, S.REVIEW_REQUIRED, S.ARCHIVED}),
    S.CANCELED: frozenset({S.ARCHIVED}),
    S.ARCHIVED: frozenset({S.REVIEW_REQUIRED}),
}
"""Allowed moves. The reserved statuses (in transit, received, returned, …) have none yet."""

CAREFUL_FIRST = (S.REVIEW_REQUIRED, S.TO_BE_VALIDATED, S.DRAFT, S.READY_FOR_FULFILLMENT)
"""Where an order may go when its holds end, the most careful first."""

CLOSED = frozenset({S.CANCELED, S.ARCHIVED, S.FULFILLED, S.CLOSED})
BEFORE_ROUTING = frozenset({S.DRAFT, S.NEW, S.ON_HOLD, S.TO_BE_VALIDATED, S.REVIEW_REQUIRED, S.READY_FOR_FULFILLMENT})


def can_move(old: str, new: str) -> bool:
    """Say whether an order may go from one status to another."""
    return new in EDGES.get(S(old), frozenset())


def refusal(old: str, new: str) -> str:
    """Return the sentence that says why a move is refused."""
    return f"An order that is “{S(old).label}” cannot become “{S(new).label}”."


def most_careful(statuses: set[str]) -> OrderStatus:
    """Return the most careful of the statuses that ended holds ask for (design.md section 7)."""
    for status in CAREFUL_FIRST:
        if status.value in statuses:
            return status
    raise ValueError(f"None of {sorted(statuses)} is a status that a hold can lead to.")
