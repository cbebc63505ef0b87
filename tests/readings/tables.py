"""Two throw-away tables that hold documents the way an app's do: columns, folded columns, facets."""

import datetime as dt
from collections.abc import Sequence
from functools import reduce
from operator import or_
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import connection, models
from django.db.models import Case, Q, Value, When
from django.test.utils import isolate_apps

from portal.filters.facets import Facets
from portal.filters.fields import FOLDED_TYPES, Field, Type
from portal.filters.normal import dig, lines_of, normal
from portal.filters.to_sql import SqlTarget, to_q
from portal.filters.tree import Group
from portal.kit.fields import DocumentField
from portal.kit.json import Json
from portal.kit.text import fold
from tests.portal.filters.sample import NOW, SAMPLE
from tests.portal.filters.strategies import put

with isolate_apps():  # without apps: naming one would make it ready a second time

    class SampleRow(models.Model):  # noqa: DJ008
        status = models.TextField(null=True)  # noqa: DJ001
        last_name_folded = models.TextField(null=True)  # noqa: DJ001
        total = models.DecimalField(max_digits=200, decimal_places=60, null=True)
        created_at = models.DateTimeField(null=True)
        test = models.BooleanField(null=True)
        tags_folded = ArrayField(models.TextField(), null=True)
        facets = DocumentField()

        class Meta:
            app_label = "portal"
            db_table = "test_sample"

    class SampleLine(models.Model):  # noqa: DJ008
        order = models.ForeignKey(SampleRow, models.CASCADE, db_constraint=False)
        sku_folded = models.TextField(null=True)  # noqa: DJ001
        quantity = models.DecimalField(max_digits=200, decimal_places=60, null=True)
        facets = DocumentField()

        class Meta:
            app_label = "portal"
            db_table = "test_sample_line"


TARGET = SqlTarget(SAMPLE, lines=SampleLine)
FACETS = Facets(SAMPLE)
MODELS = (SampleRow, SampleLine)


def create() -> None:
    """Create the tables inside the test's transaction, which also takes them away."""
    with connection.schema_editor() as editor:
        for model in MODELS:
            editor.create_model(model)


def clear() -> None:
    for model in reversed(MODELS):
        model._base_manager.all().delete()


def store(documents: list[Json]) -> None:
    """Write each document as a row with its lines; the primary key is its place in the list."""
    SampleRow._base_manager.bulk_create(
        SampleRow(pk=pk, **_columns(document, line=False)) for pk, document in enumerate(documents)
    )
    SampleLine._base_manager.bulk_create(
        SampleLine(order_id=pk, **_columns(line, line=True))
        for pk, document in enumerate(documents)
        for line in lines_of(document, SAMPLE.lines_path)
    )


def found(root: Group, zone: dt.tzinfo = dt.UTC) -> list[bool]:
    """Return, for each stored document, whether SQL finds it."""
    rows = SampleRow._base_manager
    hits = set(rows.filter(to_q(root, TARGET, NOW, zone=zone)).values_list("pk", flat=True))
    return [pk in hits for pk in rows.order_by("pk").values_list("pk", flat=True)]


def answers(roots: Sequence[Group], zone: dt.tzinfo = dt.UTC) -> list[list[bool]]:
    """Return, for each stored document, which of the filters hold: all are asked in one query.

    What is neither true nor false is not found by WHERE, and does not count for WHEN either.
    """
    asked = {
        f"filter_{number}": Case(When(to_q(root, TARGET, NOW, zone=zone), then=Value(True)), default=Value(False))
        for number, root in enumerate(roots)
    }
    return [list(row) for row in SampleRow._base_manager.annotate(**asked).order_by("pk").values_list(*asked)]


def found_each(roots: Sequence[Group]) -> list[bool]:
    """Return, for each stored document, whether WHERE finds it by the filter at the same place of the list."""
    either = reduce(or_, (Q(pk=pk) & to_q(root, TARGET, NOW) for pk, root in enumerate(roots)))
    hits = set(SampleRow._base_manager.filter(either).values_list("pk", flat=True))
    return [pk in hits for pk in range(len(roots))]


def document_with(field: Field, value: Any) -> Json:
    """Return a document that holds `value` in this field."""
    holder: Json = {}
    if field.is_template:
        put(holder, SAMPLE.key(field), [{"name": "gift", "value": value}])
    else:
        put(holder, SAMPLE.key(field), value)
    return {"lineItems": [holder]} if field.line else holder


def _columns(holder: Json, *, line: bool) -> Json:
    columns: Json = {"facets": FACETS.of_line(holder) if line else FACETS.of(holder)}
    for field in SAMPLE:
        if field.line is line and field.sql_column:
            raw = dig(holder, SAMPLE.key(field))
            columns[field.sql_column] = _careless(field, raw) if field.type in FOLDED_TYPES else normal(field, raw)
    return columns


def _careless(field: Field, raw: Any) -> Any:
    """Fold without dropping empty texts, as a row may well be written."""
    if field.type is Type.LIST:
        return [fold(item) for item in raw if isinstance(item, str)] if isinstance(raw, list) else None
    return fold(raw) if isinstance(raw, str) else None
