"""Taking reports of warehouses in: a page of records, one transaction, each parcel exactly once.

A report whose shipping request is not known is kept as an exception, and taken by itself as soon as the request
is known (`orders.fulfillments.retake`). The rest of its page is taken.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction

from orders.exceptions.raise_ import close, raise_exceptions
from orders.fulfillments.find import find
from orders.fulfillments.held import Parcel
from orders.fulfillments.problems import UNMATCHED, cause_key, unmatched
from orders.fulfillments.write import known_of, write
from orders.models import OrderException, Source
from orders.records.fulfillment import FulfillmentRecord
from portal.audit.actor import Actor


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a page."""

    created: int = 0
    known: int = 0
    """They were told before."""
    unmatched: int = 0
    """Their shipping request is not known; an exception keeps each."""

    def __add__(self, other: "Taken") -> "Taken":
        return Taken(self.created + other.created, self.known + other.known, self.unmatched + other.unmatched)


def take(source: Source, records: Sequence[FulfillmentRecord], *, by: Actor, again: bool = False) -> Taken:
    """Take in a page of reports of a warehouse; call it in the transaction that saves the cursor.

    The same report twice counts once. `again`: somebody wants these taken once more, so a report that a person has
    dismissed before is told again when it still does not fit.
    """
    with transaction.atomic():
        told = set(known_of({one.ext_fulfillment_id for one in records}, source))
        fresh = [one for one in records if one.ext_fulfillment_id not in told]
        if not fresh:
            return Taken(known=len(records))
        found, refused = find(source, {one.shipment for one in fresh})
        parcels = [Parcel(one, found[one.shipment]) for one in fresh if one.shipment in found]
        made = write(parcels, source, by=by) if parcels else []
        lost = [one for one in fresh if one.shipment in refused]
        _keep(source, lost, refused, by, again=again)
        _forgive(source, parcels, by)
    return Taken(len(made), len(records) - len(made) - len(lost), len(lost))


def _keep(
    source: Source, lost: Sequence[FulfillmentRecord], refused: dict[str, str], by: Actor, *, again: bool
) -> None:
    """Keep reports without a request; those that a person has dealt with are not told again."""
    settled = set() if again or not lost else _settled(source, [cause_key(source, one) for one in lost])
    raise_exceptions(
        [unmatched(source, one, refused[one.shipment]) for one in lost if cause_key(source, one) not in settled], by=by
    )


def _settled(source: Source, keys: Sequence[str]) -> set[str]:
    rows = OrderException.across.filter(organization_id=source.organization_id, type=UNMATCHED, cause_key__in=keys)
    states: dict[str, set[str]] = {}
    for key, state in rows.values_list("cause_key", "state"):
        states.setdefault(key, set()).add(state)
    return {key for key, found in states.items() if OrderException.State.ACTIVE not in found}


def _forgive(source: Source, parcels: Sequence[Parcel], by: Actor) -> None:
    """Close the exceptions of reports that found no request before."""
    if keys := [cause_key(source, one.record) for one in parcels]:
        close(source.organization_id, UNMATCHED, cause_key=keys, by=by)
