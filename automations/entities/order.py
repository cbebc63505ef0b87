"""Orders as rules see and change them."""

from collections.abc import Collection, Iterable, Mapping, Sequence

from django.db.models import Q
from django.urls import reverse

from automations.engine.entities import Act, Change, NoSuchRecord, Record, entities
from automations.engine.plan import Move, PlaceHold, Remark, SetFields
from orders.documents.catalogue import ORDER
from orders.documents.order import document
from orders.lifecycle.changes import NewHold, OrderChange, Step
from orders.lifecycle.write import commit
from orders.locks import lock
from orders.models import Order, Source
from portal.audit.at import as_of
from portal.filters.fields import Catalogue
from portal.filters.mark import gettext_noop as _
from portal.kit.json import Json
from portal.tenancy.models import Organization
from portal.ui.amounts import amount

_BESIDE = ("updatedAt", "exceptions")


class Orders:
    """The kind of record “order”."""

    key = "order"
    label = _("order")
    plural = _("Orders")

    def catalogue(self) -> Catalogue:
        """Return what an order can be asked."""
        return ORDER

    def load(self, organization: Organization, ids: Collection[int]) -> dict[int, Record]:
        """Return orders by id, also those that their store has deleted."""
        sources = dict(Source.across.filter(organization=organization).values_list("pk", "public_id"))
        rows = Order.across.filter(organization=organization, pk__in=list(ids)).defer("source_doc", "terms")
        return {row.pk: _record(row, sources[row.source_id], organization.public_id) for row in rows}

    def lock(self, ids: Iterable[int]) -> dict[int, int]:
        """Lock orders in the order of their ids; return their versions."""
        return {pk: order.version for pk, order in lock(ids, with_content=False).items()}

    def former(self, records: Mapping[int, Record], versions: Mapping[int, int]) -> dict[int, Json]:
        """Return the documents of orders at older versions."""
        current = {pk: (records[pk].version, records[pk].document) for pk in versions}
        return as_of("order", versions, current)

    def beside(self, record: Record) -> Json:
        """Return what an order's history does not hold."""
        return {name: record.document[name] for name in _BESIDE if name in record.document}

    def write(self, organization: Organization, changes: Sequence[Change]) -> None:
        """Write changes of locked orders: state, content, holds, history and events."""
        rows = {change.record.id: change.record.row for change in changes}
        commit([_change(change) for change in changes], rows)

    def find(self, organization: Organization, wanted: str) -> Record:
        """Find an order by any of its IDs or its number. Raises NoSuchRecord."""
        wanted = wanted.strip()
        rows = Order.objects.within(organization).select_related("source")
        any_id = (
            Q(public_id=wanted) | Q(ext_order_id=wanted) | Q(ext_order_id=f"#{wanted}") | Q(ext_order_api_id=wanted)
        )
        order = rows.filter(any_id).order_by("-placed_at").first()
        if order is None:
            raise NoSuchRecord(f"There is no order “{wanted}” here. Give its number or one of its IDs.")
        return _record(order, order.source.public_id, organization.public_id)

    def recent(self, organization: Organization, count: int = 10) -> list[tuple[str, str]]:
        """Return the last orders: (public ID, number, customer and total)."""
        rows = Order.objects.within(organization).filter(deleted_at=None).order_by("-placed_at", "-id")
        rows = rows.only("public_id", "ext_order_id", "customer_name", "total", "currency")[:count]
        return [(one.public_id, _called(one)) for one in rows]

    def url(self, public_id: str) -> str:
        """Return the address of an order's page."""
        return reverse("orders:detail", args=[public_id])


def _called(order: Order) -> str:
    parts = [order.ext_order_id, order.customer_name, f"{amount(order.total, order.currency)} {order.currency}"]
    return " · ".join(part for part in parts if part)


def _record(order: Order, source: str, organization: str) -> Record:
    told = document(order, source_public_id=source, organization_public_id=organization)
    pinned = {path: mark["name"] for path, mark in order.kept.items() if mark["kind"] == "user"} if order.kept else {}
    return Record(order.pk, order.public_id, order.ext_order_id, order.version, source, told, pinned, order)


def _change(change: Change) -> OrderChange:
    steps = [step for act in change.acts if (step := _step(act)) is not None]
    return OrderChange(change.record.id, steps, announce=change.announce, cause="rule")


def _step(act: Act) -> Step | None:
    """Return the step of a write; none where it changes nothing of the order."""
    write = act.write
    if isinstance(write, PlaceHold):
        hold = NewHold(write.reason, write.due_at, write.next_status, write.kind)
        return Step(act.by, write.verb, write.summary, status=write.status, hold=hold, run_id=act.run_id)
    if isinstance(write, Move):
        return Step(act.by, write.verb, write.summary, status=write.status, ends_holds="superseded", run_id=act.run_id)
    if isinstance(write, SetFields) and write.changes:
        return Step(act.by, write.verb, write.summary, content=write.changes, run_id=act.run_id)
    if isinstance(write, Remark):
        return Step(act.by, write.verb, write.summary, run_id=act.run_id)
    return None


entities.register("order", Orders())
