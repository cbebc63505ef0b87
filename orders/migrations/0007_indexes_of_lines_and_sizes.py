"""Indexes of filters by SKU with its quantity, and by how much an order holds; made beside reading and writing."""

from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("orders", "0006_remove_search")]

    operations = [
        AddIndexConcurrently(
            model_name="orderline",
            index=models.Index(
                fields=["sku_folded", "order"],
                include=("organization", "quantity"),
                name="line_with_sku",
                opclasses=("varchar_pattern_ops", "int8_ops"),
            ),
        ),
        AddIndexConcurrently(
            model_name="order",
            index=models.Index(
                condition=models.Q(("deleted_at", None)),
                fields=["organization", "line_count"],
                name="order_by_lines",
            ),
        ),
        AddIndexConcurrently(
            model_name="order",
            index=models.Index(
                condition=models.Q(("deleted_at", None)),
                fields=["organization", "unit_count"],
                name="order_by_units",
            ),
        ),
        RemoveIndexConcurrently(model_name="orderline", name="line_of_sku"),
    ]
