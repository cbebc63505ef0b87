"""Products as rules see them: watched, noted and told of."""

from collections.abc import Collection, Iterable, Mapping, Sequence

from django.db.models import QuerySet
from django.urls import reverse

from automations.engine.entities import Act, Change, NoSuchRecord, Record, entities
from automations.engine.plan import Remark
from orders.documents.product import ENTITY, PRODUCT, VOLATILE, document
from orders.models import Product
from orders.products.queries import by_id
from orders.products.rows import lock, whole
from orders.products.write import Step, commit
from portal.audit.at import as_of
from portal.filters.fields import Catalogue
from portal.filters.mark import gettext_noop as _
from portal.kit.json import Json
from portal.tenancy.models import Organization


class Products:
    """The kind of record “product”."""

    key = ENTITY
    label = _("product")
    plural = _("Products")

    def catalogue(self) -> Catalogue:
        """Return what a product can be asked."""
        return PRODUCT

    def load(self, organization: Organization, ids: Collection[int]) -> dict[int, Record]:
        """Return products by id as they stand now; those that were deleted are left out."""
        return {row.pk: _record(row) for row in _rows(organization).filter(pk__in=list(ids))}

    def lock(self, ids: Iterable[int]) -> dict[int, int]:
        """Lock products in the order of their ids; return their versions."""
        return {pk: row.version for pk, row in lock(ids).items()}

    def former(self, records: Mapping[int, Record], versions: Mapping[int, int]) -> dict[int, Json]:
        """Return the documents of products at older versions."""
        current = {pk: (records[pk].version, records[pk].document) for pk in versions}
        return as_of(ENTITY, versions, current)

    def beside(self, record: Record) -> Json:
        """Return what a product's history does not hold."""
        return {name: record.document[name] for name in VOLATILE if name in record.document}

    def write(self, organization: Organization, changes: Sequence[Change]) -> None:
        """Write the remarks of rules into the history of locked products; nobody hears of them."""
        for change in changes:
            for act in change.acts:
                if step := _step(act):
                    commit({change.record.id: step}, {change.record.id: change.record.row}, announce=False)

    def find(self, organization: Organization, wanted: str) -> Record:
        """Find a product by its SKU or any of its IDs. Raises NoSuchRecord."""
        wanted = wanted.strip()
        row = by_id(_rows(organization), wanted).order_by("pk").first() if wanted else None
        if row is None:
            raise NoSuchRecord(f"There is no product “{wanted}” here. Give its SKU.")
        return _record(row)

    def recent(self, organization: Organization, count: int = 10) -> list[tuple[str, str]]:
        """Return the products that changed last: (public ID, SKU and name)."""
        rows = _rows(organization).order_by("-updated_at", "-id")[:count]
        return [(one.public_id, f"{one.sku} · {one.name}") for one in rows]

    def url(self, public_id: str) -> str:
        """Return the address of a product's page."""
        return reverse("orders:product", args=[public_id])


def _rows(organization: Organization) -> QuerySet[Product]:
    rows: QuerySet[Product] = whole(Product.objects.within(organization).filter(deleted_at=None))
    return rows


def _record(row: Product) -> Record:
    source = row.owner.public_id if row.owner else ""
    return Record(row.pk, row.public_id, row.sku, row.version, source, document(row), {}, row)


def _step(act: Act) -> Step | None:
    write = act.write
    return (
        Step(act.by, write.verb, write.summary, run_id=act.run_id, remark=True) if isinstance(write, Remark) else None
    )


entities.register(ENTITY, Products())
