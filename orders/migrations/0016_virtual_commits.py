"""What orders need before they are routed, when a warehouse last counted, and the ledger found by what it was for."""

import django.db.models.deletion
import django.db.models.manager
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("orders", "0015_external_locations"),
        ("portal", "0005_deliveries_held_back_and_signed"),
    ]

    operations = [
        migrations.AddField(
            model_name="inventorylevel",
            name="reported_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddIndex(
            model_name="ledgerentry",
            index=models.Index(
                fields=["entity_id"],
                name="ledger_of_entity",
                condition=models.Q(("entity_id", ""), _negated=True),
            ),
        ),
        migrations.CreateModel(
            name="VirtualCommit",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("sku_folded", models.CharField(max_length=600)),
                ("quantity", models.PositiveIntegerField()),
                ("order_version", models.PositiveIntegerField()),
                (
                    "order",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="orders.order",
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
                "indexes": [models.Index(fields=["organization", "sku_folded"], name="virtual_commit_by_sku")],
                "constraints": [
                    models.UniqueConstraint(fields=("order", "sku_folded"), name="virtual_commit_once"),
                ],
            },
            managers=[
                ("across", django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name="VirtualStart",
            fields=[
                (
                    "organization",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="portal.organization",
                    ),
                ),
                ("after", models.BigIntegerField(default=0)),
            ],
        ),
    ]
