"""Files for the other side: shipping requests and cancellations for a warehouse, fulfillments for a shop.

What was written into a file is noted after the file is there: a crash between the two writes it once more, under
the same ID, and never not at all.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from integrations.custom import feeds
from integrations.custom.doors import actor
from integrations.custom.files.sheet import write
from integrations.custom.files.take import OUT, NotTaken
from integrations.models import ExchangedFile, Integration, ToldFile
from integrations.outbound.houses import is_working
from integrations.outbound.outgoing import Words
from orders.models import Fulfillment
from orders.requests import handover
from orders.requests.references import reference_of
from portal.kit.json import Json

MOST = 1_000
"""Records of one file."""
_ADDRESS = ("name", "company", "address1", "address2", "city", "state", "zip", "country", "phone", "email")
NAMES: dict[str, tuple[str, ...]] = {
    "shipping_requests": (
        "id", "number", "order_number", "location_id", *(f"ship_to_{name}" for name in _ADDRESS), "shipping_method",
        "carrier", "service_level", "ship_by", "ship_after", "gift_message", "packing_note", "currency", "previous_id",
        "lines_line_id", "lines_sku", "lines_name", "lines_quantity", "lines_unit_price",
    ),
    "shipping_request_cancels": ("id", "external_id"),
    "fulfillments": (
        "id", "order_id", "order_number", "shipped_at", "carrier", "service", "tracking_numbers", "tracking_urls",
        "complete", "lines_line_id", "lines_sku", "lines_quantity",
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Batch:
    """What one file holds."""

    kind: str
    ids: Sequence[int]
    data: bytes
    rows: int


def waiting(integration: Integration, kind: str) -> Batch | None:
    """Return what has to be written of a kind, None where nothing has. Raises NotTaken."""
    if kind not in OUT.get(integration.connector, ()):
        raise NotTaken(f"“{integration.name}” gets no files of the kind “{kind[:40]}”.")
    if kind == "shipping_requests" and is_working(integration):
        raise NotTaken(
            f"The requests of “{integration.name}” are sent to its address. Choose “Fetched by your warehouse” first."
        )
    told = [(pk, one) for pk, one in _told(integration, kind) if one is not None]
    if not told:
        return None
    rows = [row for _, one in told for row in flat(one)]
    return Batch(kind, [pk for pk, _ in told], write(NAMES[kind], rows), len(rows))


def _told(integration: Integration, kind: str) -> Iterator[tuple[int, Json | None]]:
    done = ToldFile.objects.filter(integration=integration, kind=kind, request_id=OuterRef("pk"))
    if kind == "fulfillments":
        rows: QuerySet[Fulfillment] = Fulfillment.across.filter(
            organization_id=integration.organization_id, order__source_id=integration.source_id,
            kind=Fulfillment.Kind.SHIPPED,
        )  # fmt: skip
        shipped = list(rows.filter(~Exists(done)).select_related("order").order_by("pk")[:MOST])
        yield from zip([one.pk for one in shipped], feeds.parcels_of(shipped), strict=True)
        return
    status = "ready" if kind == "shipping_requests" else "cancelled"
    found = feeds.waiting(integration, status).filter(~Exists(done)).order_by("pk")
    requests = list(feeds.whole(found)[:MOST])
    words = Words(integration, requests)
    for request in requests:
        yield request.pk, feeds.request_of(integration, request, status, words)


def flat(message: Json) -> Iterator[Json]:
    """Yield a row for each line of a message."""
    whole: Json = {}
    for name, value in message.items():
        if isinstance(value, dict):
            whole |= {f"{name}_{key}": one for key, one in value.items()}
        elif name != "lines":
            whole[name] = "|".join(map(str, value)) if isinstance(value, list) else _cell(value)
    for line in message.get("lines") or [{}]:
        yield whole | {f"lines_{key}": value for key, value in line.items()}


def _cell(value: object) -> object:
    return {True: "true", False: "false"}[value] if isinstance(value, bool) else value


def note(integration: Integration, batch: Batch, name: str, digest: str) -> None:
    """Note that a file is there: what it asks the warehouse for has been handed over."""
    with transaction.atomic():
        told = [ToldFile(integration=integration, kind=batch.kind, request_id=pk) for pk in batch.ids]
        ToldFile.objects.bulk_create(told, ignore_conflicts=True)
        ExchangedFile.objects.create(
            integration=integration, way=ExchangedFile.Way.OUT, kind=batch.kind, name=name, size=len(batch.data),
            sha256=digest, rows=batch.rows,
        )  # fmt: skip
        if batch.kind != "shipping_requests":
            return
        rows = feeds.waiting(integration, "ready").filter(pk__in=batch.ids).order_by("pk")
        for pk, public_id in rows.values_list("pk", "public_id"):
            handover.taken(pk, actor(integration), reference=reference_of(public_id))
