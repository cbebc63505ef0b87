"""What becomes of a delivery after a try: done, tried again later, held back, or parked for a person.

Each names the attempt that it ends, so that whoever comes late changes nothing.
"""

import datetime as dt
import logging
from collections.abc import Mapping, Sequence

from django.db import connection, transaction
from django.db.models.functions import Now

from portal.deliveries.models import Delivery
from portal.deliveries.senders import HeldBack, Later, Refused, Unclear, Waiting, on_parked, senders
from portal.kit import claims, json
from portal.kit.claims import Claim, State
from portal.kit.json import Json
from portal.kit.text import storable

log = logging.getLogger(__name__)
UNDECIDED = "It may have arrived, and the other side cannot be asked. Look there, then send it again or close it."


class Undecided(Exception):
    """Nobody can say whether the delivery has arrived."""


def failed(row: Delivery, taken: Claim, error: Exception, *, unsure: bool = False) -> None:
    """Do what an attempt's failure asks for. `unsure`: it may have arrived before this attempt."""
    if isinstance(error, Undecided):
        return park(row, taken, UNDECIDED, uncertain=True)
    if isinstance(error, Refused):
        return park(row, taken, str(error), uncertain=unsure, told=error.told)
    if isinstance(error, HeldBack):
        return hold_back(row, taken, error, uncertain=unsure)
    if isinstance(error, Later):
        return again(row, taken, str(error), delay=error.delay, uncertain=unsure, counts=error.counts)
    settle = senders.get(row.kind).settle
    if isinstance(error, Unclear):
        return again(row, taken, str(error), delay=settle, uncertain=True)
    log.error("The delivery %s may or may not have arrived", row, exc_info=error)
    return again(row, taken, f"{type(error).__name__}: {error}", delay=settle, uncertain=True)


def done(taken: Claim, answer: Json) -> None:
    """End a delivery with what the other side answered."""
    Delivery.across.filter(pk=taken.id, attempts=taken.attempt).update(
        state=State.DONE, uncertain=False, answer=answer, done_at=Now(), lease_until=None, last_error=""
    )


def done_many(taken: Sequence[Claim], answers: Mapping[int, Json]) -> None:
    """End deliveries by one statement, each with its answer by the delivery's id."""
    told = [json.dumps(answers[one.id]).decode() for one in taken]
    with connection.cursor() as cursor:
        cursor.execute(_DONE, [[one.id for one in taken], [one.attempt for one in taken], told])


_DONE = """
UPDATE portal_delivery d
SET state = 'done', uncertain = FALSE, answer = told.answer, done_at = clock_timestamp(), lease_until = NULL,
    last_error = ''
FROM unnest(%s::bigint[], %s::int[], %s::jsonb[]) AS told(id, attempt, answer)
WHERE d.id = told.id AND d.attempts = told.attempt
"""


def untouched(taken: Sequence[Claim]) -> None:
    """Put back what was taken and not tried, as if it had not been taken."""
    ids = [one.id for one in taken]
    Delivery.across.filter(pk__in=ids, state=State.RUNNING, attempts=1).update(
        state=State.PENDING, attempts=0, uncertain=False, lease_until=None
    )


def again(
    row: Delivery, taken: Claim, error: str, *, delay: dt.timedelta | None, uncertain: bool, counts: bool = True
) -> None:
    """Have a delivery tried again; after the last attempt it is parked."""
    sender = senders.get(row.kind)
    if counts and taken.attempt >= sender.attempts:
        return park(row, taken, error, uncertain=uncertain)
    with transaction.atomic():
        Delivery.across.filter(pk=taken.id, attempts=taken.attempt).update(uncertain=uncertain)
        wait = max(delay or dt.timedelta(0), sender.pause(taken.attempt) if counts else dt.timedelta(0))
        claims.put_back(Delivery, taken, error=error, delay=wait)
        if not counts:
            mine = Delivery.across.filter(pk=taken.id, attempts=taken.attempt, state=State.PENDING)
            mine.update(attempts=taken.attempt - 1)
    return None


def park(row: Delivery, taken: Claim, reason: str, *, uncertain: bool, told: bool = False) -> None:
    """Set a delivery aside for a person, and tell those who want to know, unless people were told already."""
    with transaction.atomic():
        mine = Delivery.across.filter(pk=taken.id, attempts=taken.attempt)
        values = {"state": State.PARKED, "uncertain": uncertain, "lease_until": None}
        if mine.update(last_error=storable(reason)[:4000], **values) and not told:
            _tell(row, reason)


def hold_back(row: Delivery, taken: Claim, held: HeldBack, *, uncertain: bool) -> None:
    """Set a delivery aside until a person has decided; people are told once for all of one cause."""
    with transaction.atomic():
        mine = Delivery.across.filter(pk=taken.id, attempts=taken.attempt)
        values = {"state": State.PARKED, "uncertain": uncertain, "last_error": str(held)[:4000], "lease_until": None}
        if mine.update(held_for=held.cause, **values) and not held.told:
            _tell(row, str(held), held_for=held.cause)


def _tell(row: Delivery, reason: str, *, held_for: str = "") -> None:
    about = row.payload.get("about", {})
    for tell in on_parked.all():
        tell(Waiting(row.organization_id, row.kind, row.key, reason, about, held_for))
