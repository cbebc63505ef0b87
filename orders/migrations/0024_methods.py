import django.db.models.deletion
import django.db.models.functions.datetime
import django.db.models.manager
from django.db import migrations, models

import portal.kit.ids


class Migration(migrations.Migration):
    dependencies = [("orders", "0023_products")]

    operations = [
        migrations.CreateModel(
            name="OrderMethod",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "public_id",
                    models.CharField(default=portal.kit.ids.new_public_id, editable=False, max_length=16, unique=True),
                ),
                ("key", models.CharField(max_length=32)),
                ("code", models.CharField(blank=True, db_default="", default="", max_length=300)),
                ("carrier", models.CharField(blank=True, db_default="", default="", max_length=300)),
                ("service", models.CharField(blank=True, db_default="", default="", max_length=300)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
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
                "constraints": [models.UniqueConstraint(fields=("organization", "key"), name="order_method_once")]
            },
            managers=[("across", django.db.models.manager.Manager())],
        ),
        migrations.CreateModel(
            name="ShippingMethod",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "public_id",
                    models.CharField(default=portal.kit.ids.new_public_id, editable=False, max_length=16, unique=True),
                ),
                ("code", models.CharField(max_length=300)),
                ("name", models.CharField(max_length=300)),
                ("active", models.BooleanField(default=True)),
                ("reported", models.BooleanField(default=False)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "organization",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="portal.organization",
                    ),
                ),
                (
                    "source",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="orders.source"
                    ),
                ),
            ],
            options={"constraints": [models.UniqueConstraint(fields=("source", "code"), name="shipping_method_once")]},
            managers=[("across", django.db.models.manager.Manager())],
        ),
        migrations.CreateModel(
            name="MethodPolicy",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "unmapped",
                    models.CharField(
                        choices=[("as_is", "As Is"), ("default", "Default"), ("stop", "Stop")],
                        default="as_is",
                        max_length=7,
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1)),
                (
                    "default",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="orders.shippingmethod",
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
                (
                    "source",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="orders.source"
                    ),
                ),
            ],
            options={"base_manager_name": "across", "default_manager_name": "across"},
            managers=[("across", django.db.models.manager.Manager())],
        ),
        migrations.CreateModel(
            name="MethodMapping",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "method",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="mappings", to="orders.shippingmethod"
                    ),
                ),
                (
                    "order_method",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="mappings",
                        to="orders.ordermethod",
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
                (
                    "source",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="orders.source"
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("order_method", "source"), name="method_mapping_once")]
            },
            managers=[("across", django.db.models.manager.Manager())],
        ),
    ]
