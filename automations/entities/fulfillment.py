"""Fulfillments as rules see them: written once, never altered; what rules note stands in the activity of the order."""

from collections.abc import Collection, Iterable, Mapping, Sequence

from django.db.models import Q, QuerySet
from django.urls import reverse

from automations.engine.entities import Change, NoSuchRecord, Record, entities
from automations.engine.plan import Remark
from orders.documents.fulfillment import FULFILLMENT, document
from orders.locks import lock
from orders.models import Fulfillment
from portal.audit.record import Entry, record
from portal.filters.fields import Catalogue
from portal.filters.mark import gettext_noop as _
from portal.kit.json import Json
from portal.kit.text import fold
from portal.tenancy.models import Organization


class Fulfillments:
    """The kind of record “fulfillment”."""

    key = "fulfillment"
    label = _("fulfillment")
    plural = _("Fulfillments")

    def catalogue(self) -> Catalogue:
        """Return what a fulfillment can be asked."""
        return FULFILLMENT

    def load(self, organization: Organization, ids: Collection[int]) -> dict[int, Record]:
        """Return fulfillments by id."""
        rows = _rows(organization).filter(pk__in=list(ids))
        return {row.pk: _record(row, organization) for row in rows}

    def lock(self, ids: Iterable[int]) -> dict[int, int]:
        """Lock the orders of fulfillments, which take their notes; a fulfillment itself has one version for ever."""
        found = dict(Fulfillment.across.filter(pk__in=list(ids)).values_list("pk", "order_id"))
        lock(set(found.values()), with_content=False)
        return dict.fromkeys(found, 1)

    def former(self, records: Mapping[int, Record], versions: Mapping[int, int]) -> dict[int, Json]:
        """Return the documents: they have always been so."""
        return {pk: records[pk].document for pk in versions}

    def beside(self, record: Record) -> Json:
        """Return nothing: the document is all there is."""
        return {}

    def write(self, organization: Organization, changes: Sequence[Change]) -> None:
        """Write the remarks of rules into the activity of the orders, which are locked."""
        noted = [
            (change.record.row, act, act.write)
            for change in changes
            for act in change.acts
            if isinstance(act.write, Remark)
        ]
        orders = lock({row.order_id for row, _act, _write in noted}, with_content=False)
        record(
            [
                Entry(row.organization_id, "order", row.order_id, orders[row.order_id].version, act.by, write.verb,
                      f"Fulfillment {row.ext_fulfillment_id}: {write.summary}", run_id=act.run_id)
                for row, act, write in noted
            ]
        )  # fmt: skip

    def find(self, organization: Organization, wanted: str) -> Record:
        """Find a fulfillment by its ID or number, or the last one of an order or request. Raises NoSuchRecord."""
        wanted = wanted.strip()
        numbers = [fold(wanted), f"#{fold(wanted)}"]
        either = (
            Q(public_id=wanted)
            | Q(number_folded=fold(wanted))
            | Q(order__number_folded__in=numbers)
            | Q(request__number_folded__in=numbers)
        )
        row = _rows(organization).filter(either).order_by("-id").first() if wanted else None
        if row is None:
            raise NoSuchRecord(f"There is no fulfillment “{wanted}” here. Give its number, or that of its order.")
        return _record(row, organization)

    def recent(self, organization: Organization, count: int = 10) -> list[tuple[str, str]]:
        """Return the last fulfillments: (public ID, order, kind and number)."""
        rows = _rows(organization).order_by("-created_at", "-id")[:count]
        return [(one.public_id, f"{one.order.ext_order_id} · {one.kind} · {one.ext_fulfillment_id}") for one in rows]

    def url(self, public_id: str) -> str:
        """Return the address of a fulfillment's page."""
        return reverse("orders:fulfillment", args=[public_id])


def _rows(organization: Organization) -> QuerySet[Fulfillment]:
    rows: QuerySet[Fulfillment] = Fulfillment.objects.within(organization)
    return rows.select_related("order__source", "request", "location", "source").defer(
        "facets", "order__content", "order__source_doc", "order__facets", "order__terms", "order__kept",
        "request__content", "request__facets",
    )  # fmt: skip


def _record(row: Fulfillment, organization: Organization) -> Record:
    row.organization = organization
    # Rules that are limited to sources mean the store of the order, as everywhere.
    source = row.order.source.public_id
    return Record(row.pk, row.public_id, row.ext_fulfillment_id, 1, source, document(row), {}, row)


entities.register("fulfillment", Fulfillments())
