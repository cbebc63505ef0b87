"""Shipping requests as rules see them: they are watched and told of, never edited (behaviour.md 3.3)."""

from collections.abc import Collection, Iterable, Mapping, Sequence

from django.db.models import Q, QuerySet
from django.urls import reverse

from automations.engine.entities import Act, Change, NoSuchRecord, Record, entities
from automations.engine.plan import Remark
from orders.documents.shipping_request import ENTITY, SHIPPING_REQUEST, document
from orders.models import ShippingRequest
from orders.requests.locks import lock_with_orders
from orders.requests.write import RequestStep, commit
from portal.audit.at import as_of
from portal.filters.fields import Catalogue
from portal.filters.mark import gettext_noop as _
from portal.kit.json import Json
from portal.kit.text import fold
from portal.tenancy.models import Organization

_BESIDE = ("updatedAt", "exceptions")


class ShippingRequests:
    """The kind of record “shipping request”."""

    key = ENTITY
    label = _("shipping request")
    plural = _("Shipping requests")

    def catalogue(self) -> Catalogue:
        """Return what a shipping request can be asked."""
        return SHIPPING_REQUEST

    def load(self, organization: Organization, ids: Collection[int]) -> dict[int, Record]:
        """Return requests by id as they stand now."""
        rows = _rows(organization).filter(pk__in=list(ids))
        return {row.pk: _record(row, organization) for row in rows}

    def lock(self, ids: Iterable[int]) -> dict[int, int]:
        """Lock requests, their orders before them; return their versions."""
        return {pk: row.version for pk, row in lock_with_orders(ids)[1].items()}

    def former(self, records: Mapping[int, Record], versions: Mapping[int, int]) -> dict[int, Json]:
        """Return the documents of requests at older versions."""
        current = {pk: (records[pk].version, records[pk].document) for pk in versions}
        return as_of(ENTITY, versions, current)

    def beside(self, record: Record) -> Json:
        """Return what a request's history does not hold."""
        return {name: record.document[name] for name in _BESIDE if name in record.document}

    def write(self, organization: Organization, changes: Sequence[Change]) -> None:
        """Write the remarks of rules into the history of locked requests; nobody hears of them."""
        for change in changes:
            for act in change.acts:
                if step := _step(act):
                    commit({change.record.id: step}, {change.record.id: change.record.row}, announce=False)

    def find(self, organization: Organization, wanted: str) -> Record:
        """Find a request by its ID, its number or the warehouse's reference. Raises NoSuchRecord."""
        wanted = wanted.strip()
        number = fold(wanted)
        either = Q(public_id=wanted) | Q(number_folded__in=[number, f"#{number}"]) | Q(ext_reference_id=wanted)
        row = _rows(organization).filter(either).order_by("-id").first() if wanted else None
        if row is None:
            raise NoSuchRecord(f"There is no shipping request “{wanted}” here. Give its number, such as #1001.2.")
        return _record(row, organization)

    def recent(self, organization: Organization, count: int = 10) -> list[tuple[str, str]]:
        """Return the last requests: (public ID, number and location)."""
        rows = _rows(organization).order_by("-created_at", "-id")[:count]
        return [(one.public_id, f"{one.ext_shipment_id} · {one.location.name}") for one in rows]

    def url(self, public_id: str) -> str:
        """Return the address of a request's page."""
        return reverse("orders:shipping_request", args=[public_id])


def _rows(organization: Organization) -> QuerySet[ShippingRequest]:
    rows: QuerySet[ShippingRequest] = ShippingRequest.objects.within(organization).filter(deleted_at=None)
    return rows.select_related("location", "fulfillment_source").prefetch_related("lines").defer("facets")


def _record(row: ShippingRequest, organization: Organization) -> Record:
    row.organization = organization
    # Rules that are limited to sources mean the store of the order, as everywhere.
    source = str(row.content.get("orderIntegration", ""))
    return Record(row.pk, row.public_id, row.ext_shipment_id, row.version, source, document(row), {}, row)


def _step(act: Act) -> RequestStep | None:
    write = act.write
    return RequestStep(act.by, write.verb, write.summary, run_id=act.run_id) if isinstance(write, Remark) else None


entities.register(ENTITY, ShippingRequests())
