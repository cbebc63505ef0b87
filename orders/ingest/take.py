"""Taking orders in: a page of records, one transaction, each order exactly once.

An unchanged record changes nothing and says nothing. A record older than what we have is passed
over. What people or rules have set stays as they set it (`orders.ingest.merge`). A record that does
not fit becomes an exception with the raw record kept, and the rest of its page is taken.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db import connection, transaction

from orders.documents import columns as told
from orders.exceptions.raise_ import Problem, close, raise_exceptions
from orders.ingest.apart import write_apart
from orders.ingest.create import create
from orders.ingest.merge import Report, merge
from orders.locks import lock, lock_source
from orders.models import Order, Source
from orders.products.skus import our_skus
from orders.records.order import OrderRecord
from orders.records.refused import Refused
from portal.audit.actor import Actor
from portal.kit.failpoints import failpoint
from portal.kit.json import Json


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a page."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    refused: int = 0

    def __add__(self, other: "Taken") -> "Taken":
        return Taken(
            self.created + other.created,
            self.updated + other.updated,
            self.unchanged + other.unchanged,
            self.refused + other.refused,
        )


def take(
    source: Source,
    records: Sequence[OrderRecord],
    *,
    by: Actor,
    refused: Sequence[Refused] = (),
    own: Mapping[str, Json] | None = None,
) -> Taken:
    """Take in a page of orders of `source`; call it in the transaction that saves the cursor.

    The same order twice in a page counts once, in its newest version. `own` are values in the records that we have
    written there ourselves, by the order's API ID and the path: they are no news. Returns what became of them.
    """
    with transaction.atomic():
        lock_source(source.pk)
        reports = _in_our_words(source, [_report(record) for record in _newest(records)])
        known = _known(source, [report.api_id for report in reports])
        fresh = [report for report in reports if report.api_id not in known]
        changed = [report for report in reports if _is_news(report, known.get(report.api_id))]
        created, unfit = write_apart(fresh, lambda some: create(source, some, by=by))
        updated, unfit_too = write_apart(changed, lambda some: _update(some, known, by, own or {}))
        bad = [*refused, *unfit, *unfit_too]
        _refuse(source, bad)
        _forgive(source, _good(reports, bad), by)
        _remember_when(reports, known)
        failpoint("take.before_commit")
    return Taken(created, updated, len(reports) - created - updated - len(unfit) - len(unfit_too), len(bad))


def _good(reports: Sequence[Report], bad: Sequence[Refused]) -> list[Report]:
    names = {one.external_id for one in bad}
    return [report for report in reports if report.api_id not in names]


def _remember_when(reports: Sequence[Report], known: Mapping[str, Order]) -> None:
    """Keep how new the last report was even where it told nothing new: a late older one is no news."""
    later = [
        (known[report.api_id].pk, moment)
        for report in reports
        if report.api_id in known
        and (moment := report.record.ext_order_updated_at)
        and (seen := known[report.api_id].source_updated_at)
        and moment > seen
    ]
    if later:
        with connection.cursor() as cursor:
            cursor.execute(
                """
                UPDATE orders_order o SET source_updated_at = n.moment
                FROM unnest(%s::bigint[], %s::timestamptz[]) AS n(id, moment)
                WHERE o.id = n.id AND o.source_updated_at < n.moment
                """,
                [[pk for pk, _ in later], [moment for _, moment in later]],
            )


def _report(record: OrderRecord) -> Report:
    content = told.content(record)
    return Report(record, content, told.fingerprint(content, canceled=record.canceled))


def _in_our_words(source: Source, reports: Sequence[Report]) -> Sequence[Report]:
    """Write our SKUs into the lines where the channel calls a product otherwise (behaviour.md 5.6).

    The fingerprint stays that of the channel's words: mapping a product is no news of its orders.
    """
    lines = [line for report in reports for line in report.content["lineItems"]]
    ours = our_skus(source, (line["sku"] for line in lines))
    for line in lines:
        line["sku"] = ours[line["sku"]]
    return reports


def _newest(records: Iterable[OrderRecord]) -> list[OrderRecord]:
    newest: dict[str, OrderRecord] = {}
    for record in records:
        present = newest.get(record.ext_order_api_id)
        if present is None or _moment(record) >= _moment(present):
            newest[record.ext_order_api_id] = record
    return list(newest.values())


def _moment(record: OrderRecord) -> float:
    return (record.ext_order_updated_at or record.ext_order_created_at).timestamp()


def _known(source: Source, api_ids: Sequence[str]) -> dict[str, Order]:
    rows = Order.across.filter(source=source, ext_order_api_id__in=api_ids)
    return {
        row.ext_order_api_id: row for row in rows.only("ext_order_api_id", "fingerprint", "source_updated_at", "status")
    }


def _is_news(report: Report, known: Order | None) -> bool:
    """Say whether a report tells something new of an order that is here already."""
    if known is None:
        return False
    moment = report.record.ext_order_updated_at
    if moment and known.source_updated_at and moment < known.source_updated_at:
        return False
    return known.fingerprint != report.fingerprint


def _update(changed: Sequence[Report], known: Mapping[str, Order], by: Actor, own: Mapping[str, Json]) -> int:
    orders = lock([known[report.api_id].pk for report in changed])
    return merge([(orders[known[report.api_id].pk], report) for report in changed], orders, by=by, own=own)


def _refuse(source: Source, refused: Sequence[Refused]) -> None:
    raise_exceptions(
        [
            Problem(
                "record_refused",
                source.organization_id,
                f"{source.public_id}:{one.external_id}",
                f"An order of {source.name} could not be read",
                f"Order {one.external_id}, {one.field}: {one.reason}",
                entity_type="source",
                entity_id=source.pk,
                entity_label=source.name,
                raw=one.raw,
                shared=f"{source.name}, {one.field}: {one.reason}",
            )
            for one in refused
        ]
    )


def _forgive(source: Source, reports: Sequence[Report], by: Actor) -> None:
    """Close the exceptions of records that were refused before and fit now."""
    from orders.models import OrderException

    keys = [f"{source.public_id}:{name}" for report in reports for name in report.names]
    active = OrderException.across.filter(
        organization_id=source.organization_id, type="record_refused", state="active", cause_key__in=keys
    )
    for key in list(active.values_list("cause_key", flat=True)):
        close(source.organization_id, "record_refused", cause_key=key, by=by)


def take_deleted(source: Source, api_ids: Sequence[str], *, by: Actor) -> int:
    """Mark orders that their channel has deleted: canceled where they may still be, and hidden.

    Returns how many were marked; those unknown or marked already do not count.
    """
    from orders.ingest.delete import delete

    with transaction.atomic():
        lock_source(source.pk)
        rows = Order.across.filter(source=source, ext_order_api_id__in=api_ids, deleted_at=None)
        orders = lock(rows.values_list("pk", flat=True))
        return delete(orders, by=by)
