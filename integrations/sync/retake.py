"""Taking refused records again, as they were kept: after the mapping or the settings have changed."""

from collections.abc import Sequence

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from integrations.manifest import Item
from integrations.models import Integration
from integrations.registry import connectors
from integrations.sync.pull import sieve_of
from integrations.sync.sift import Sifted
from orders.exceptions.catalogue import Fate, Foreseen, Foresight, Retry, retries
from orders.exceptions.kept import kept_records
from orders.ingest.take import take
from orders.models import OrderException
from orders.records.order import OrderRecord
from portal.audit.actor import Actor
from portal.kit import json


def retake(exception: OrderException) -> int:
    """Map the record of an exception anew and take it. Returns 1, or 0 where it is not an integration's any more.

    What does not fit still is refused again, in words of today.
    """
    integration = _integrations([exception]).get(exception.entity_id or 0)
    if integration is None or not exception.raw:
        return 0
    sifted = _read(exception, bytes(exception.raw), integration)
    by = Actor.integration(integration.source.public_id, integration.source.name)
    take(integration.source, sifted.records, by=by, refused=sifted.refused)
    return 1


def foresee(exceptions: Sequence[OrderException]) -> Foresight:
    """Read the records anew, as they were kept, and say which can be taken in now."""
    integrations = _integrations(exceptions)
    for exception, raw in kept_records(exceptions):
        integration = integrations.get(exception.entity_id or 0)
        if integration is not None and raw:
            yield exception.pk, _foreseen(_read(exception, raw, integration))


def _foreseen(sifted: Sifted[OrderRecord]) -> Foreseen:
    if sifted.refused:
        return Foreseen(Fate.STAYS, f"{sifted.refused[0].field}: {sifted.refused[0].reason}")
    return Foreseen(Fate.CLEARS, gettext("It can be read now."))


def _read(exception: OrderException, raw: bytes, integration: Integration) -> Sifted[OrderRecord]:
    name = exception.cause_key.partition(":")[2]
    try:
        item = Item(name, raw, json.loads(raw))
    except json.NotJson as error:
        item = Item(name, raw, problem=str(error))
    sifted: Sifted[OrderRecord] = Sifted()
    sieve_of(integration, connectors.get(integration.connector)).place(item, sifted)
    return sifted


def _integrations(exceptions: Sequence[OrderException]) -> dict[int, Integration]:
    """Return the integrations of exceptions of one organization that can be read still, by the id of their source."""
    rows = Integration.across.filter(
        organization_id__in={one.organization_id for one in exceptions},
        source_id__in={one.entity_id for one in exceptions if one.entity_type == "source" and one.entity_id},
    )
    known = rows.select_related("source", "organization").order_by("-pk")
    return {one.source_id: one for one in known if one.connector in connectors}


def can_retake(exception: OrderException) -> bool:
    """Say whether there is a store whose record it is."""
    return exception.entity_type == "source" and exception.entity_id is not None


retries.register(
    "record_refused",
    Retry(
        _("Take again"),
        retake,
        foresee,
        _("Each record is read again as it came. What does not fit still is refused again, in words of today."),
        fits=can_retake,
        at_once=True,
    ),
)
