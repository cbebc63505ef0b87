"""Taking kept reports again: those of warehouses whose shipping request was not known when they came."""

import logging
from collections.abc import Iterator, Sequence

from django.db import transaction
from django.utils.translation import gettext as _
from pydantic import ValidationError

from orders.exceptions.catalogue import Fate, Foreseen, Foresight
from orders.exceptions.kept import kept_records
from orders.fulfillments.find import find
from orders.fulfillments.problems import UNMATCHED
from orders.fulfillments.take import take
from orders.models import OrderException, Source
from orders.records.fulfillment import FulfillmentRecord
from portal.audit.actor import Actor
from portal.kit.jobs import watcher

logger = logging.getLogger(__name__)
MOST = 200
"""Reports that one look takes; the newest first, because the others were looked at before."""


def retake(exception: OrderException) -> int:
    """Take the report of an exception again, as a person has asked for. Returns 1, or 0 if it cannot be read."""
    for _exception, source, record in _kept([exception]):
        take(source, [record], by=Actor.integration(source.public_id, source.name), again=True)
        return 1
    return 0


def foresee(exceptions: Sequence[OrderException]) -> Foresight:
    """Say of whose parcels the shipping request is known by now, and why of the others it is not."""
    reports: dict[Source, dict[int, str]] = {}
    for exception, source, record in _kept(exceptions):
        reports.setdefault(source, {})[exception.pk] = record.shipment
    for source, names in reports.items():
        found, refused = find(source, set(names.values()))
        for pk, name in names.items():
            known = Foreseen(Fate.CLEARS, _("Its shipping request is known by now."))
            yield pk, known if name in found else Foreseen(Fate.STAYS, refused[name])


@watcher("parcels of unknown requests", every=60)
def retake_known() -> int:
    """Take the kept reports whose shipping request is known by now. Returns how many."""
    rows = OrderException.across.filter(type=UNMATCHED, state=OrderException.State.ACTIVE).order_by("-created_at")
    kept: dict[Source, list[FulfillmentRecord]] = {}
    for _exception, source, record in _kept(list(rows.defer("raw")[:MOST])):
        kept.setdefault(source, []).append(record)
    return sum(_take_found(source, records) for source, records in kept.items())


def _take_found(source: Source, records: list[FulfillmentRecord]) -> int:
    with transaction.atomic():
        found, _refused = find(source, {one.shipment for one in records})
        fitting = [one for one in records if one.shipment in found]
        if not fitting:
            return 0
        return take(source, fitting, by=Actor.integration(source.public_id, source.name)).created


def _kept(exceptions: Sequence[OrderException]) -> Iterator[tuple[OrderException, Source, FulfillmentRecord]]:
    """Yield exceptions with the warehouse and its report, where there is such a one and it can be read."""
    sources = Source.across.in_bulk({one.entity_id for one in exceptions if one.entity_id})
    for exception, raw in kept_records(exceptions):
        source = sources.get(exception.entity_id or 0)
        if source is None or source.organization_id != exception.organization_id:
            continue
        try:
            yield exception, source, FulfillmentRecord.model_validate_json(raw)
        except ValidationError:
            logger.warning("The report kept with exception %s cannot be read.", exception.public_id)
