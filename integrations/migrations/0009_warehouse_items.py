"""What warehouses keep, by what they call it; and who wrote as a flow that sends was switched."""

import django.db.models.deletion
import django.db.models.functions.datetime
import django.db.models.manager
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("integrations", "0008_stock_missed"),
        ("portal", "0005_deliveries_held_back_and_signed"),
    ]

    operations = [
        migrations.AddField(
            model_name="flowstate",
            name="elders",
            field=models.BigIntegerField(null=True),
        ),
        migrations.AddField(
            model_name="flowstate",
            name="switched_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.CreateModel(
            name="WarehouseItem",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("item_id", models.CharField(max_length=300)),
                ("number", models.CharField(blank=True, db_default="", default="", max_length=300)),
                ("sku", models.CharField(max_length=300)),
                ("sku_folded", models.CharField(max_length=600)),
                ("name", models.TextField(blank=True, db_default="", default="")),
                ("active", models.BooleanField(default=True)),
                ("seen_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "integration",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="integrations.integration",
                    ),
                ),
                (
                    "organization",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="portal.organization",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["integration", "sku_folded"], name="warehouse_item_by_sku")],
                "constraints": [models.UniqueConstraint(fields=("integration", "item_id"), name="warehouse_item_once")],
            },
            managers=[
                ("across", django.db.models.manager.Manager()),
            ],
        ),
    ]
