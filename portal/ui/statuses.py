"""The status vocabulary, in one place: what each status is called, its colour and its shape (look.md 1).

Text, shape and colour say the same thing three times, so that none is needed alone. An app that
brings a status of its own adds it with `statuses.register(value, Status(...))`.
"""

import enum
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from portal.kit.registry import Registry


class Tone(enum.StrEnum):
    """What a colour means: at rest, under way, waits, with others, done, wrong."""

    GREY = "grey"
    BLUE = "blue"
    AMBER = "amber"
    VIOLET = "violet"
    GREEN = "green"
    RED = "red"


class Shape(enum.StrEnum):
    """The drawing in front of the text, in a box of 12 by 12; its value is the path."""

    RING = "M6 1.75a4.25 4.25 0 1 0 0 8.5 4.25 4.25 0 0 0 0-8.5zm0 1.8a2.45 2.45 0 1 1 0 4.9 2.45 2.45 0 0 1 0-4.9z"
    DOT = "M6 1.75a4.25 4.25 0 1 0 0 8.5 4.25 4.25 0 0 0 0-8.5z"
    HALF = "M6 1.5a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9zm0 1.6v5.8a2.9 2.9 0 0 1 0-5.8z"
    PAUSE = "M2.75 2h2.3v8h-2.3zM6.95 2h2.3v8h-2.3z"
    TRIANGLE = "M6 1.25 11.2 10.5H.8z"
    DIAMOND = "M6 .9 11.1 6 6 11.1.9 6z"
    SQUARE = "M2 2h8v8H2z"
    ARROW = "M1.2 4.9h5V2l4.9 4-4.9 4V7.1h-5z"
    CHECK = "M4.6 10.1.9 6.3l1.6-1.6 2.1 2.2 5-5.2 1.6 1.6z"
    CROSS = "M2.9 1.4 6 4.5l3.1-3.1 1.5 1.5L7.5 6l3.1 3.1-1.5 1.5L6 7.5l-3.1 3.1-1.5-1.5L4.5 6 1.4 2.9z"
    DASH = "M1.5 4.9h9v2.2h-9z"


@dataclass(frozen=True)
class Status:
    """How a status is shown."""

    label: StrOrPromise
    tone: Tone
    shape: Shape


statuses: Registry[Status] = Registry("status")

_GREY, _BLUE, _AMBER, _VIOLET, _GREEN, _RED = Tone
_SHOWN: dict[str, tuple[StrOrPromise, Tone, Shape]] = {
    # orders, shipping requests, fulfillments (behaviour.md 3.1 and 3.3)
    "draft": (_("Draft"), _GREY, Shape.RING),
    "new": (_("New"), _BLUE, Shape.RING),
    "onHold": (_("On hold"), _AMBER, Shape.PAUSE),
    "toBeValidated": (_("To be validated"), _AMBER, Shape.DIAMOND),
    "reviewRequired": (_("Review required"), _AMBER, Shape.TRIANGLE),
    "readyForFulfillment": (_("Ready for fulfillment"), _BLUE, Shape.DOT),
    "pendingInventory": (_("Waiting for stock"), _AMBER, Shape.HALF),
    "pendingShippingLabel": (_("Waiting for its label"), _AMBER, Shape.SQUARE),
    "sentToFulfillment": (_("Sent to fulfillment"), _VIOLET, Shape.ARROW),
    "partialFulfillment": (_("Partial fulfillment"), _VIOLET, Shape.HALF),
    "fulfilled": (_("Fulfilled"), _GREEN, Shape.CHECK),
    "canceled": (_("Canceled"), _GREY, Shape.CROSS),
    "canceledRestock": (_("Canceled, restocked"), _GREY, Shape.CROSS),
    "archived": (_("Archived"), _GREY, Shape.DASH),
    "inTransit": (_("In transit"), _VIOLET, Shape.ARROW),
    "partialReceived": (_("Partial received"), _VIOLET, Shape.HALF),
    "received": (_("Received"), _GREEN, Shape.CHECK),
    "returned": (_("Returned"), _GREY, Shape.SQUARE),
    "refunded": (_("Refunded"), _GREY, Shape.DIAMOND),
    "closed": (_("Closed"), _GREY, Shape.DASH),
    # routing
    "pending": (_("Pending"), _BLUE, Shape.HALF),
    "successful": (_("Successful"), _GREEN, Shape.CHECK),
    # integrations
    "not_configured": (_("Not configured"), _GREY, Shape.RING),
    "connecting": (_("Connecting"), _BLUE, Shape.HALF),
    "connected": (_("Connected"), _GREEN, Shape.CHECK),
    "error": (_("Error"), _RED, Shape.TRIANGLE),
    "disabled": (_("Disabled"), _GREY, Shape.DASH),
    "enabled": (_("Enabled"), _GREEN, Shape.DOT),
    "deleted": (_("Deleted"), _GREY, Shape.CROSS),
    # runs and long work
    "queued": (_("Queued"), _GREY, Shape.RING),
    "running": (_("Running"), _BLUE, Shape.HALF),
    "completed": (_("Completed"), _GREEN, Shape.CHECK),
    "failed": (_("Failed"), _RED, Shape.CROSS),
    "refused": (_("Refused"), _AMBER, Shape.DIAMOND),
    "skipped": (_("Skipped"), _GREY, Shape.DASH),
    "parked": (_("Parked"), _RED, Shape.SQUARE),
    "paused": (_("Paused"), _AMBER, Shape.PAUSE),
    # exceptions
    "active": (_("Active"), _AMBER, Shape.TRIANGLE),
    "resolved": (_("Resolved"), _GREEN, Shape.CHECK),
    "dismissed": (_("Dismissed"), _GREY, Shape.DASH),
}
for _value, _entry in _SHOWN.items():
    statuses.register(_value, Status(*_entry))


def shown(value: str) -> Status:
    """Return how `value` is shown; an unknown one as grey words made of its name, never as an error."""
    if value in statuses:
        return statuses.get(value)
    words = "".join(f" {char.lower()}" if char.isupper() else char for char in value).replace("_", " ").strip()
    return Status(words[:1].upper() + words[1:], Tone.GREY, Shape.RING)
