"""Taking refused records again, as they were kept: after the mapping or the settings have changed."""

from django.utils.translation import gettext_lazy as _

from integrations.manifest import Item
from integrations.models import Integration
from integrations.registry import connectors
from integrations.sync.pull import sieve_of
from integrations.sync.sift import Sifted
from orders.exceptions.catalogue import Retry, retries
from orders.ingest.take import take
from orders.models import OrderException
from orders.records.order import OrderRecord
from portal.audit.actor import Actor
from portal.kit import json


def retake(exception: OrderException) -> int:
    """Map the record of an exception anew and take it. Returns 1, or 0 where it is not an integration's any more.

    What does not fit still is refused again, in words of today.
    """
    integration = _integration(exception)
    if integration is None or not exception.raw:
        return 0
    raw = bytes(exception.raw)
    name = exception.cause_key.partition(":")[2]
    try:
        item = Item(name, raw, json.loads(raw))
    except json.NotJson as error:
        item = Item(name, raw, problem=str(error))
    sifted: Sifted[OrderRecord] = Sifted()
    sieve_of(integration, connectors.get(integration.connector)).place(item, sifted)
    by = Actor.integration(integration.source.public_id, integration.source.name)
    take(integration.source, sifted.records, by=by, refused=sifted.refused)
    return 1


def _integration(exception: OrderException) -> Integration | None:
    rows = Integration.across.filter(organization_id=exception.organization_id, source_id=exception.entity_id or 0)
    found: Integration | None = rows.select_related("source", "organization").first()
    return found if found is not None and found.connector in connectors else None


def can_retake(exception: OrderException) -> bool:
    """Say whether there is a store whose record it is."""
    return exception.entity_type == "source" and exception.entity_id is not None


retries.register(
    "record_refused",
    Retry(
        _("Take again"),
        retake,
        _("Each record is read again as it came. What does not fit still is refused again, in words of today."),
        fits=can_retake,
        at_once=True,
    ),
)
