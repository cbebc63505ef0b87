"""Writing many changed products in a few statements: what Django's `bulk_update` takes seconds for."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import connection, models

from orders.models import BundleItem, Product, Publication
from portal.kit import json

_TEXT, _WHOLE, _FLAG, _AT, _JSON = "text", "bigint", "boolean", "timestamptz", "jsonb"
PRODUCT: Mapping[str, str] = {
    "sku": _TEXT, "sku_folded": _TEXT, "name": _TEXT, "name_folded": _TEXT, "kind": _TEXT, "not_tracked": _FLAG,
    "parent_id": _WHOLE, "content": _JSON, "facets": _JSON, "kept": _JSON, "version": _WHOLE, "updated_at": _AT,
    "deleted_at": _AT, "deleted_by_hand": _FLAG,
}  # fmt: skip
"""Columns of a product that a step may change, and their types."""
PUBLICATION: Mapping[str, str] = {
    "sku": _TEXT, "sku_folded": _TEXT, "name": _TEXT, "ext_product_id": _TEXT, "ext_product_api_id": _TEXT,
    "parent_api_id": _TEXT, "reported_at": _AT, "buffer": _WHOLE, "not_tracked": _FLAG, "state": _TEXT,
    "updated_at": _AT, "updated_by": _TEXT,
}  # fmt: skip


def update(rows: Sequence[models.Model], columns: Mapping[str, str]) -> None:
    """Write these columns of rows of one model, in one statement."""
    if not rows:
        return
    kinds = {"id": _WHOLE} | dict(columns)
    given = [[_value(row, name, kind) for row in rows] for name, kind in kinds.items()]
    arrays = ", ".join(f"%s::{'text' if kind == _JSON else kind}[]" for kind in kinds.values())
    sets = ", ".join(f"{name} = n.{name}{'::jsonb' if kind == _JSON else ''}" for name, kind in columns.items())
    table = rows[0]._meta.db_table
    statement = f"UPDATE {table} t SET {sets} FROM unnest({arrays}) AS n({', '.join(kinds)}) WHERE t.id = n.id"  # noqa: S608 - names of our own columns
    with connection.cursor() as cursor:
        cursor.execute(statement, given)


def _value(row: models.Model, name: str, kind: str) -> Any:
    value = getattr(row, name)
    if kind == _JSON:
        return None if value is None else json.dumps_text(value)
    return str(value) if kind == _TEXT else value


def keep_source_docs(products: Sequence[Product]) -> None:
    """Write the owners' own documents of products."""
    update(products, {"source_doc": _JSON})


def write_parts(products: Sequence[Product]) -> None:
    """Replace the components of products by those in `parts`."""
    if not products:
        return
    BundleItem.across.filter(bundle__in=products).delete()
    rows = [one for product in products for one in product.parts]
    for one in rows:
        one.pk, one.bundle_id = None, one.bundle.pk
    BundleItem.across.bulk_create(rows, batch_size=500)


def write_channels(channels: Iterable[Publication]) -> None:
    """Write publications, new ones and changed ones."""
    rows = list(channels)
    for one in rows:
        one.product_id = one.product.pk
    update([one for one in rows if one.pk], PUBLICATION)
    Publication.across.bulk_create([one for one in rows if not one.pk], batch_size=500)
