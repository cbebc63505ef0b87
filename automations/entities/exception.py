"""Exceptions as rules see and change them."""

from collections.abc import Collection, Iterable, Mapping, Sequence

from django.db.models import Q, QuerySet
from django.urls import reverse

from automations.engine.entities import Act, Change, NoSuchRecord, Record, entities
from automations.engine.plan import Remark, SetState
from orders.documents.exception import VOLATILE, catalogue, document
from orders.exceptions.write import Step, commit, lock_versions
from orders.models import OrderException
from portal.audit.at import as_of
from portal.filters.fields import Catalogue
from portal.filters.mark import gettext_noop as _
from portal.kit.json import Json
from portal.tenancy.models import Organization


class Exceptions:
    """The kind of record “exception”."""

    key = "exception"
    label = _("exception")
    plural = _("Exceptions")

    def catalogue(self) -> Catalogue:
        """Return what an exception can be asked."""
        return catalogue()

    def load(self, organization: Organization, ids: Collection[int]) -> dict[int, Record]:
        """Return exceptions by id, closed ones too."""
        rows = _rows(organization).filter(pk__in=list(ids))
        return {row.pk: _record(row, organization) for row in rows}

    def lock(self, ids: Iterable[int]) -> dict[int, int]:
        """Lock exceptions, after the orders that they are about; return their versions."""
        return lock_versions(ids)

    def former(self, records: Mapping[int, Record], versions: Mapping[int, int]) -> dict[int, Json]:
        """Return the documents of exceptions at older versions."""
        current = {pk: (records[pk].version, records[pk].document) for pk in versions}
        return as_of("exception", versions, current)

    def beside(self, record: Record) -> Json:
        """Return what repeats of the same failure change without a line of history."""
        return {name: record.document[name] for name in VOLATILE if name in record.document}

    def write(self, organization: Organization, changes: Sequence[Change]) -> None:
        """Close locked exceptions and write remarks; nobody hears of it but their history."""
        rows = {change.record.id: change.record.row for change in changes}
        steps = [step for change in changes for act in change.acts if (step := _step(change.record.id, act))]
        commit(steps, rows, cause="rule", announce=False)

    def find(self, organization: Organization, wanted: str) -> Record:
        """Find an exception by its ID, or the newest one of a record by that one's ID or number."""
        wanted = wanted.strip()
        either = (
            Q(public_id=wanted) | Q(entity_public_id=wanted) | Q(entity_label=wanted) | Q(entity_label=f"#{wanted}")
        )
        row = _rows(organization).filter(either).order_by("-id").first() if wanted else None
        if row is None:
            raise NoSuchRecord(f"There is no exception “{wanted}” here. Give its ID, or the number of its order.")
        return _record(row, organization)

    def recent(self, organization: Organization, count: int = 10) -> list[tuple[str, str]]:
        """Return the last exceptions, active ones first: (public ID, title)."""
        rows = OrderException.objects.within(organization).order_by("state", "-created_at")
        return list(rows.values_list("public_id", "title")[:count])

    def url(self, public_id: str) -> str:
        """Return the address of an exception's page."""
        return reverse("orders:exception", args=[public_id])


def _rows(organization: Organization) -> QuerySet[OrderException]:
    rows: QuerySet[OrderException] = OrderException.objects.within(organization)
    return rows.select_related("source").defer("raw", "facets")


def _record(row: OrderException, organization: Organization) -> Record:
    row.organization = organization
    source = row.source.public_id if row.source else ""
    return Record(row.pk, row.public_id, row.title, row.version, source, document(row), {}, row)


def _step(exception_id: int, act: Act) -> Step | None:
    """Return the step of a write; none where it changes nothing of the exception."""
    write = act.write
    if isinstance(write, SetState):
        return Step(exception_id, act.by, write.verb, write.summary, write.state, act.run_id)
    if isinstance(write, Remark):
        return Step(exception_id, act.by, write.verb, write.summary, run_id=act.run_id)
    return None


entities.register("exception", Exceptions())
