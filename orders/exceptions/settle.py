"""What people do with exceptions: resolve, dismiss, have it tried again."""

from django.db import transaction
from django.db.models.functions import Now

from orders.models import OrderException
from portal.audit.actor import Actor
from portal.events import dispatch

RETRIABLE = "event_parked"


class SettledAlready(ValueError):
    """The exception is not active any more."""


def settle(exception: OrderException, state: str, *, by: Actor) -> None:
    """Close an active exception as `resolved` or `dismissed`. Raises SettledAlready."""
    active = OrderException.across.filter(pk=exception.pk, state=OrderException.State.ACTIVE)
    if not active.update(state=state, closed_at=Now(), closed_by=by.name):
        raise SettledAlready(f"Somebody has dealt with it already: {exception.title}")


def retry(exception: OrderException, *, by: Actor) -> int:
    """Have the work behind it tried again; should it fail again, a new exception says so.

    Returns how many pieces of work were put back. Raises SettledAlready.
    """
    consumer, _, event_id = exception.cause_key.partition(":")
    with transaction.atomic():
        settle(exception, OrderException.State.RESOLVED, by=by)
        return dispatch.replay(exception.organization_id, consumer=consumer, event_id=int(event_id))


def can_retry(exception: OrderException) -> bool:
    """Say whether there is work to be tried again."""
    _, _, event_id = exception.cause_key.partition(":")
    return exception.state == OrderException.State.ACTIVE and exception.type == RETRIABLE and event_id.isdecimal()
