"""What people do with exceptions: resolve, dismiss, write a note, have it tried again."""

from collections.abc import Mapping, Sequence

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_stubs_ext import StrOrPromise

from orders.exceptions.catalogue import Fate, Foreseen, Foresight, exception_types, retry_of
from orders.exceptions.write import Step, commit, lock
from orders.models import OrderException
from portal.audit.actor import Actor
from portal.events import dispatch
from portal.events.models import Handoff
from portal.kit.claims import State

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


def why_no_cure(type_key: str) -> StrOrPromise:
    """Return why exceptions of a type cannot be tried again; empty where they can."""
    if retry_of(type_key) is not None:
        return ""
    if type_key in exception_types and not exception_types.get(type_key).is_a_persons:
        return gettext_lazy("Its cause is not over yet.")
    return gettext_lazy("Nothing here can see when it is over: only a person can tell.")


def can_retry(exception: OrderException) -> bool:
    """Say whether there is work to be tried again."""
    cure = retry_of(exception.type)
    return cure is not None and exception.state == OrderException.State.ACTIVE and cure.fits(exception)


def foresee_replay(exceptions: Sequence[OrderException]) -> Foresight:
    """Say which work is set aside still; how it goes only doing it tells."""
    causes = {one.pk: one.cause_key.partition(":") for one in exceptions}
    ids = [int(event_id) for *_, event_id in causes.values() if event_id.isdecimal()]
    rows = Handoff.across.filter(organization_id__in={one.organization_id for one in exceptions}, event_id__in=ids)
    states = {(consumer, str(event)): state for consumer, event, state in rows.values_list(*_HANDOFF)}
    for pk, (consumer, _colon, event_id) in causes.items():
        state = states.get((consumer, event_id))
        if state == State.PARKED:
            yield pk, Foreseen(Fate.ASKS, _("It is done now, as if for the first time: only that tells how it goes."))
        elif state is not None:
            yield pk, Foreseen(Fate.STAYS, _("It is being tried already."))


_HANDOFF = ("consumer", "event_id", "state")


def replay(exception: OrderException) -> int:
    """Return a parked event to its consumer; returns how many events that are."""
    consumer, _colon, event_id = exception.cause_key.partition(":")
    return dispatch.replay(exception.organization_id, consumer=consumer, event_id=int(event_id))
