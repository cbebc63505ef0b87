"""What an order hangs together with."""

from collections.abc import Mapping, Sequence
from typing import Any

from automations.engine.entities import Record
from automations.engine.related import related
from orders.documents.exception import document
from orders.documents.instants import instant
from orders.models import Hold, OrderException, Source
from portal.filters.mark import gettext_noop as _
from portal.tenancy.models import Organization


@related("order", "integration", help=_("The store that the order came from: its ID and name."))
def integration(organization: Organization, records: Sequence[Record]) -> Mapping[int, Any]:
    """Return the source of each order."""
    names = dict(Source.objects.within(organization).values_list("public_id", "name"))
    return {one.id: {"integrationId": one.source, "name": names.get(one.source, "")} for one in records}


@related("order", "exceptions", help=_("The exceptions of the order that are active now, the oldest first."))
def exceptions(organization: Organization, records: Sequence[Record]) -> Mapping[int, Any]:
    """Return the active exceptions of each order."""
    rows = OrderException.objects.within(organization).filter(
        entity_type="order", entity_id__in=[one.id for one in records], state="active"
    )
    told: dict[int, list[Any]] = {one.id: [] for one in records}
    for row in rows.select_related("source", "organization").defer("raw", "facets").order_by("pk"):
        told[row.entity_id].append(document(row))
    return told


@related("order", "holds", help=_("The holds of the order, open and ended, the oldest first."))
def holds(organization: Organization, records: Sequence[Record]) -> Mapping[int, Any]:
    """Return the holds of each order."""
    told: dict[int, list[Any]] = {one.id: [] for one in records}
    rows = Hold.objects.within(organization).filter(order_id__in=list(told)).order_by("pk")
    for row in rows:
        one = {
            "holdId": row.public_id, "kind": row.kind, "reason": row.reason, "placedAt": instant(row.placed_at),
            "dueAt": instant(row.due_at), "nextStatus": row.next_status,
        }  # fmt: skip
        if row.ended_at:
            one |= {"endedAt": instant(row.ended_at), "outcome": row.outcome}
        told[row.order_id].append(one)
    return told
