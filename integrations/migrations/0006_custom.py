import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

import portal.kit.ids


class Migration(migrations.Migration):
    dependencies = [("integrations", "0005_stock_pushes"), ("portal", "0005_deliveries_held_back_and_signed")]

    operations = [
        migrations.CreateModel(
            name="IntegrationKey",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "integration",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="api_keys",
                        to="integrations.integration",
                    ),
                ),
                (
                    "key",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="portal.apikey"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ExchangedFile",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "public_id",
                    models.CharField(default=portal.kit.ids.new_public_id, editable=False, max_length=16, unique=True),
                ),
                ("way", models.CharField(choices=[("in", "In"), ("out", "Out")], max_length=3)),
                ("kind", models.CharField(max_length=40)),
                ("name", models.CharField(max_length=300)),
                ("size", models.PositiveBigIntegerField()),
                ("sha256", models.CharField(max_length=64)),
                ("rows", models.PositiveIntegerField(default=0)),
                ("refused", models.PositiveIntegerField(default=0)),
                ("errors", models.TextField(blank=True, default="")),
                ("taken", models.BooleanField(default=True)),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "integration",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="files",
                        to="integrations.integration",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["integration", "-id"], name="exchanged_newest")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("taken", True), ("way", "in")),
                        fields=("integration", "kind", "sha256"),
                        name="file_taken_once",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="KeptAnswer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=200)),
                ("digest", models.CharField(max_length=64)),
                ("status", models.PositiveIntegerField(default=0)),
                ("body", models.BinaryField(default=bytes)),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "integration",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="integrations.integration",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["at"], name="kept_answer_by_age")],
                "constraints": [models.UniqueConstraint(fields=("integration", "name"), name="kept_answer_once")],
            },
        ),
        migrations.CreateModel(
            name="ToldFile",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=40)),
                ("request_id", models.BigIntegerField()),
                (
                    "integration",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="integrations.integration",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("integration", "kind", "request_id"), name="told_by_file_once")
                ],
            },
        ),
    ]
