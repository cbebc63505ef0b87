"""Indexes of the search box and of filters, made while orders are read and written."""

import django.contrib.postgres.indexes
from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("orders", "0004_fill_terms")]

    operations = [
        AddIndexConcurrently(
            model_name="order",
            index=django.contrib.postgres.indexes.GinIndex(fields=["terms"], name="order_by_term"),
        ),
        AddIndexConcurrently(
            model_name="order",
            index=django.contrib.postgres.indexes.GinIndex(
                fields=["facets"], name="order_by_facet", opclasses=("jsonb_path_ops",)
            ),
        ),
        AddIndexConcurrently(
            model_name="order",
            index=models.Index(
                condition=models.Q(("deleted_at", None)),
                fields=["organization", "country_folded", "-placed_at", "-id"],
                name="order_by_country",
            ),
        ),
        AddIndexConcurrently(
            model_name="orderline",
            index=models.Index(
                fields=["organization", "sku_folded", "order"],
                name="line_of_sku",
                opclasses=("int8_ops", "varchar_pattern_ops", "int8_ops"),
            ),
        ),
        RemoveIndexConcurrently(model_name="order", name="order_by_words"),
        RemoveIndexConcurrently(model_name="orderline", name="line_by_sku"),
    ]
