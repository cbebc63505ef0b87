import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

import portal.kit.fields


class Migration(migrations.Migration):
    dependencies = [("integrations", "0003_outbound")]

    operations = [
        migrations.AddField(model_name="flowstate", name="woken_at", field=models.DateTimeField(null=True)),
        migrations.CreateModel(
            name="Hook",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("pending", "Pending"),
                            ("running", "Running"),
                            ("parked", "Parked"),
                            ("done", "Done"),
                        ],
                        default="pending",
                        max_length=8,
                    ),
                ),
                ("attempts", models.PositiveIntegerField(default=0)),
                ("next_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("lease_until", models.DateTimeField(null=True)),
                ("last_error", models.TextField(db_default="", default="")),
                ("token_hash", models.CharField(max_length=64, unique=True)),
                ("address", models.CharField(blank=True, db_default="", default="", max_length=500)),
                ("registration", portal.kit.fields.DocumentField(default=dict)),
                ("tokens", models.FloatField(db_default=0, default=0)),
                ("paced_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("last_at", models.DateTimeField(null=True)),
                ("last_topic", models.CharField(blank=True, db_default="", default="", max_length=200)),
                ("refused_at", models.DateTimeField(null=True)),
                (
                    "integration",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="hook",
                        to="integrations.integration",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(condition=models.Q(("state", "pending")), fields=["next_at"], name="hook_due")
                ],
            },
        ),
        migrations.CreateModel(
            name="HookMessage",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("message_id", models.CharField(max_length=200)),
                ("topic", models.CharField(max_length=200)),
                ("digest", models.CharField(max_length=64)),
                ("body", models.BinaryField()),
                ("received_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "integration",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="messages",
                        to="integrations.integration",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["received_at"], name="hook_message_age")],
                "constraints": [
                    models.UniqueConstraint(fields=("integration", "message_id"), name="hook_message_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="Written",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("order_api_id", models.CharField(max_length=300)),
                ("path", models.CharField(max_length=100)),
                ("value", portal.kit.fields.DocumentField()),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "integration",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="written",
                        to="integrations.integration",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["integration", "order_api_id"], name="written_of_order"),
                    models.Index(fields=["at"], name="written_age"),
                ],
            },
        ),
    ]
