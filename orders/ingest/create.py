"""Writing orders that are here for the first time: order, lines, history and event, many at once."""

from collections.abc import Sequence

from orders.documents.columns import columns
from orders.documents.lines import line_rows, write_lines
from orders.events import ORDER_CREATED
from orders.ingest.merge import Report
from orders.lifecycle.order import OrderStatus
from orders.models import Order, Source
from portal.audit.actor import Actor
from portal.audit.record import Entry, record
from portal.events import outbox
from portal.kit import json
from portal.kit.bulk import copy_rows, next_ids
from portal.kit.ids import new_public_id

COLUMNS = (
    "id", "organization_id", "public_id", "source_id", "ext_order_id", "ext_order_api_id", "status", "version",
    "content", "source_doc", "fingerprint", "kept", "placed_at", "source_updated_at", "total", "currency",
    "customer_name", "number_folded", "email_folded", "tags_folded", "facets", "line_count", "unit_count", "terms",
    "country_folded",
)  # fmt: skip


def create(source: Source, reports: Sequence[Report], *, by: Actor) -> int:
    """Write new orders of a source that the caller has locked, in the caller's transaction. Returns how many."""
    ids = next_ids(Order, len(reports))
    numbered = list(zip(ids, reports, strict=True))
    copy_rows(Order, COLUMNS, (_row(pk, source, report) for pk, report in numbered))
    write_lines(row for pk, report in numbered for row in line_rows(source.organization_id, pk, report.content))
    record([_entry(pk, source, report, by) for pk, report in numbered])
    outbox.record(
        [
            outbox.NewEvent(ORDER_CREATED.name, source.organization_id, pk, 1, {"status": first_status(report).value})
            for pk, report in numbered
        ]
    )
    return len(reports)


def first_status(report: Report) -> OrderStatus:
    """Return the status an order begins with: new, unless its channel says otherwise."""
    if report.record.canceled:
        return OrderStatus.CANCELED
    return OrderStatus.DRAFT if report.record.draft else OrderStatus.NEW


def _row(pk: int, source: Source, report: Report) -> tuple[object, ...]:
    told = columns(report.content, source.public_id)
    document = report.record.source_doc
    return (
        pk, source.organization_id, new_public_id(), source.pk, told.ext_order_id, report.api_id,
        first_status(report).value, 1, json.dumps_text(report.content),
        json.dumps_text(document) if document is not None else None, report.fingerprint, "{}", told.placed_at,
        report.record.ext_order_updated_at, told.total, told.currency, told.customer_name, told.number_folded,
        told.email_folded, told.tags_folded, json.dumps_text(told.facets), told.line_count, told.unit_count,
        told.terms, told.country_folded,
    )  # fmt: skip


def _entry(pk: int, source: Source, report: Report, by: Actor) -> Entry:
    status = first_status(report).value
    changes = [{"op": "add", "path": "/status", "value": status}]
    summary = f"Ingested from {source.name} as “{OrderStatus(status).label}”."
    return Entry(source.organization_id, "order", pk, 1, by, "ingested", summary, changes)
