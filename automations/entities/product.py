"""Products as rules see and change them. What a rule sets stays against channels, as what people set does."""

from collections.abc import Collection, Iterable, Mapping, Sequence

from django.db.models import Q, QuerySet
from django.urls import reverse

from automations.engine.entities import Act, Change, NoSuchRecord, Record, entities
from automations.engine.plan import Remark, SetFields
from orders.documents.product import ENTITY, PRODUCT, VOLATILE, document
from orders.models import Product
from orders.products import pins
from orders.products.rows import lock, whole
from orders.products.write import Step, changed_fields, commit
from portal.audit.at import as_of
from portal.filters.fields import Catalogue
from portal.filters.mark import gettext_noop as _
from portal.kit.json import Json
from portal.kit.text import fold
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
        """Return products by id as they stand now; deleted ones are left out."""
        rows = _rows(organization).filter(pk__in=list(ids))
        return {row.pk: _record(row, organization) for row in rows}

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
        """Write what rules change of locked products, each act with its line of history."""
        for change in changes:
            for act in change.acts:
                row: Product = change.record.row
                if step := _step(row, act):
                    commit({row.pk: step}, {row.pk: row}, cause="rule", announce=change.announce)

    def find(self, organization: Organization, wanted: str) -> Record:
        """Find a product by its ID or its SKU. Raises NoSuchRecord."""
        either = Q(public_id=wanted.strip()) | Q(sku_folded=fold(wanted))
        row = _rows(organization).filter(either).order_by("-id").first() if wanted.strip() else None
        if row is None:
            raise NoSuchRecord(f"There is no product “{wanted.strip()}” here. Give its SKU.")
        return _record(row, organization)

    def recent(self, organization: Organization, count: int = 10) -> list[tuple[str, str]]:
        """Return the products that changed last: (public ID, SKU and name)."""
        rows = Product.objects.within(organization).filter(deleted_at=None).order_by("-updated_at", "-id")
        return [(one, f"{sku} · {name}") for one, sku, name in rows.values_list("public_id", "sku", "name")[:count]]

    def url(self, public_id: str) -> str:
        """Return the address of a product's page."""
        return reverse("orders:product", args=[public_id])


def _rows(organization: Organization) -> QuerySet[Product]:
    return whole(Product.objects.within(organization).filter(deleted_at=None))


def _record(row: Product, organization: Organization) -> Record:
    row.organization = organization
    source = row.owner.public_id if row.owner else ""
    return Record(row.pk, row.public_id, row.sku, row.version, source, document(row), pins.pinned(row.kept), row)


def _step(product: Product, act: Act) -> Step | None:
    """Return the step of a write; none where it changes nothing of a product."""
    write = act.write
    if isinstance(write, SetFields) and write.changes:
        fields = changed_fields(product, write.changes)
        return Step(act.by, write.verb, write.summary, fields, run_id=act.run_id)
    if isinstance(write, Remark):
        return Step(act.by, write.verb, write.summary, run_id=act.run_id, remark=True)
    return None


entities.register(ENTITY, Products())
