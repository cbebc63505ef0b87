"""What people do with exceptions: resolve, dismiss, write a note, have it tried again."""

from collections.abc import Callable, Mapping

from django.db import transaction

from orders.exceptions import deliveries
from orders.exceptions.write import Step, commit, lock
from orders.models import OrderException
from portal.audit.actor import Actor
from portal.events import dispatch

SUMMARIES = {"resolved": "Marked as resolved.", "dismissed": "Dismissed."}


class SettledAlready(ValueError):
    """The exception is not active any more."""


def settle(exception: OrderException, state: str, *, by: Actor, summary: str = "") -> None:
    """Close an active exception as `resolved` or `dismissed`. Raises SettledAlready."""
    with transaction.atomic():
        rows = lock([exception.pk])
        if rows[exception.pk].state != OrderException.State.ACTIVE:
            raise SettledAlready(f"Somebody has dealt with it already: {exception.title}")
        commit([Step(exception.pk, by, state, summary or SUMMARIES[state], state)], rows, cause="person")


def note(exception: OrderException, text: str, *, by: Actor) -> None:
    """Write a note into the activity of an exception; the exception itself does not change."""
    with transaction.atomic():
        commit([Step(exception.pk, by, "noted", text)], lock([exception.pk]), cause="person")


def retry(exception: OrderException, *, by: Actor) -> int:
    """Have the work behind it tried again; should it fail again, a new exception says so.

    Returns how many pieces of work were put back. Raises SettledAlready.
    """
    with transaction.atomic():
        settle(exception, OrderException.State.RESOLVED, by=by, summary="Tried again.")
        return RETRIES[exception.type](exception)


def can_retry(exception: OrderException) -> bool:
    """Say whether there is work to be tried again."""
    if exception.state != OrderException.State.ACTIVE or exception.type not in RETRIES:
        return False
    return exception.type != "event_parked" or exception.cause_key.partition(":")[2].isdecimal()


def _replay(exception: OrderException) -> int:
    consumer, _, event_id = exception.cause_key.partition(":")
    return dispatch.replay(exception.organization_id, consumer=consumer, event_id=int(event_id))


def _retake(exception: OrderException) -> int:
    from orders.fulfillments.retake import retake  # which raises exceptions, too

    return retake(exception)


def _reroute(exception: OrderException) -> int:
    from orders.routing.retry import put_back  # which raises exceptions, too

    return put_back(exception.entity_id or 0)


RETRIES: Mapping[str, Callable[[OrderException], int]] = {
    "event_parked": _replay,
    "delivery_parked": deliveries.send_again,
    "fulfillment_unmatched": _retake,
    "invalid_quantity": _reroute,
    "messages_held_back": deliveries.send_held_back,
    "out_of_stock": _reroute,
    "routing_failed": _reroute,
    "tracking_not_told": deliveries.send_again,
}
"""What puts the work behind an exception back, by its type."""
