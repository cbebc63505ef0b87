# The Order Hold Engine, for organizations that had it before rules.

import django.db.models.deletion
import django.db.models.manager
from django.db import migrations, models

FOLLOWING = [("readyForFulfillment", "Ready for fulfillment"), ("reviewRequired", "Review required")]


class Migration(migrations.Migration):
    dependencies = [
        ("automations", "0004_history_of_runs"),
        ("orders", "0001_initial"),
        ("portal", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="HoldEngine",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("enabled", models.BooleanField(default=True)),
                ("minutes", models.PositiveIntegerField(null=True)),
                (
                    "next_status",
                    models.CharField(choices=FOLLOWING, default="readyForFulfillment", max_length=20),
                ),
                ("version", models.PositiveIntegerField(default=1)),
                ("migrated_at", models.DateTimeField(null=True)),
                ("migrated_by", models.CharField(blank=True, db_default="", default="", max_length=200)),
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
            managers=[
                ("across", django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name="HoldEngineRow",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("minutes", models.PositiveIntegerField(null=True)),
                (
                    "next_status",
                    models.CharField(choices=FOLLOWING, default="readyForFulfillment", max_length=20),
                ),
                (
                    "engine",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="rows",
                        to="automations.holdengine",
                    ),
                ),
                (
                    "source",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="orders.source",
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="holdengine",
            constraint=models.UniqueConstraint(fields=("organization",), name="hold_engine_once"),
        ),
        migrations.AddConstraint(
            model_name="holdenginerow",
            constraint=models.UniqueConstraint(fields=("engine", "source"), name="hold_engine_row_once"),
        ),
    ]
