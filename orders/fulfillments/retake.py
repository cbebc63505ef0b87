"""Taking kept reports again: those of warehouses whose shipping request was not known when they came."""

import logging

from django.db import transaction
from pydantic import ValidationError

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
    source, record = _kept(exception)
    if source is None or record is None:
        return 0
    take(source, [record], by=Actor.integration(source.public_id, source.name), again=True)
    return 1


@watcher("parcels of unknown requests", every=60)
def retake_known() -> int:
    """Take the kept reports whose shipping request is known by now. Returns how many."""
    rows = OrderException.across.filter(type=UNMATCHED, state=OrderException.State.ACTIVE).order_by("-created_at")
    kept: dict[Source, list[FulfillmentRecord]] = {}
    for exception in rows[:MOST]:
        source, record = _kept(exception)
        if source is not None and record is not None:
            kept.setdefault(source, []).append(record)
    return sum(_take_found(source, records) for source, records in kept.items())


def _take_found(source: Source, records: list[FulfillmentRecord]) -> int:
    with transaction.atomic():
        found, _refused = find(source, {one.shipment for one in records})
        fitting = [one for one in records if one.shipment in found]
        if not fitting:
            return 0
        return take(source, fitting, by=Actor.integration(source.public_id, source.name)).created


def _kept(exception: OrderException) -> tuple[Source | None, FulfillmentRecord | None]:
    rows = Source.across.filter(organization_id=exception.organization_id)
    source: Source | None = rows.filter(pk=exception.entity_id or 0).first()
    try:
        return source, FulfillmentRecord.model_validate_json(bytes(exception.raw or b""))
    except ValidationError:
        logger.warning("The report kept with exception %s cannot be read.", exception.public_id)
        return source, None
