"""What people do with exceptions: resolve, dismiss, write a note, have it tried again."""

from collections.abc import Mapping

from django.db import transaction

from orders.exceptions.catalogue import retry_of
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
        rows = lock([exception.pk])
        if rows[exception.pk].state != OrderException.State.ACTIVE:
            raise SettledAlready(f"Somebody has dealt with it already: {exception.title}")
        return try_again(exception, rows, by=by)


class NothingToTry(Exception):
    """There is no work behind an exception any more."""


def try_again(exception: OrderException, rows: Mapping[int, OrderException], *, by: Actor) -> int:
    """Close an active exception among locked `rows` and put its work back; returns how many pieces that were."""
    cure = retry_of(exception.type)
    assert cure is not None
    commit([Step(exception.pk, by, "resolved", "Tried again.", "resolved")], rows, cause="person")
    return cure.run(exception)


def can_retry(exception: OrderException) -> bool:
    """Say whether there is work to be tried again."""
    cure = retry_of(exception.type)
    return cure is not None and exception.state == OrderException.State.ACTIVE and cure.fits(exception)


def replay(exception: OrderException) -> int:
    """Return a parked event to its consumer; returns how many events that are."""
    consumer, _, event_id = exception.cause_key.partition(":")
    return dispatch.replay(exception.organization_id, consumer=consumer, event_id=int(event_id))
