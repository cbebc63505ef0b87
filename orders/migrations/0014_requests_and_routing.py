"""Shipping requests, fulfillments, routing cards and what routing decided."""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.datetime
import django.db.models.manager
from django.db import migrations, models

import portal.kit.fields
import portal.kit.ids


class Migration(migrations.Migration):
    dependencies = [("orders", "0014_products")]

    operations = [
        migrations.CreateModel(
            name="Fulfillment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "public_id",
                    models.CharField(default=portal.kit.ids.new_public_id, editable=False, max_length=16, unique=True),
                ),
                ("ext_fulfillment_id", models.CharField(max_length=300)),
                ("kind", models.CharField(choices=[("shipped", "Shipped"), ("rejected", "Rejected")], max_length=8)),
                ("content", portal.kit.fields.DocumentField()),
                ("shipped_at", models.DateTimeField()),
                ("number_folded", models.CharField(max_length=600)),
                ("facets", portal.kit.fields.DocumentField(default=dict)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            managers=[
                ("across", django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name="RoutingCard",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "public_id",
                    models.CharField(default=portal.kit.ids.new_public_id, editable=False, max_length=16, unique=True),
                ),
                ("name", models.CharField(max_length=120)),
                ("enabled", models.BooleanField(default=True)),
                ("position", models.PositiveIntegerField()),
                ("definition", portal.kit.fields.DocumentField()),
                ("version", models.PositiveIntegerField(default=1)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("updated_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("deleted_at", models.DateTimeField(null=True)),
            ],
            managers=[
                ("across", django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name="RoutingRun",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "public_id",
                    models.CharField(default=portal.kit.ids.new_public_id, editable=False, max_length=16, unique=True),
                ),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("trigger", models.CharField(max_length=8)),
                ("outcome", models.CharField(max_length=10)),
                ("sentence", models.TextField()),
                ("trace", portal.kit.fields.DocumentField()),
                ("order_version", models.PositiveIntegerField()),
                ("actor_kind", models.CharField(max_length=16)),
                ("actor_id", models.CharField(max_length=80)),
                ("actor_name", models.CharField(max_length=200)),
            ],
            managers=[
                ("across", django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name="ShippingRequest",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "public_id",
                    models.CharField(default=portal.kit.ids.new_public_id, editable=False, max_length=16, unique=True),
                ),
                ("ordinal", models.PositiveIntegerField()),
                ("ext_shipment_id", models.CharField(max_length=300)),
                ("ext_reference_id", models.CharField(blank=True, db_default="", default="", max_length=300)),
                ("ext_reference_url", models.CharField(blank=True, db_default="", default="", max_length=2000)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("new", "New"),
                            ("pendingInventory", "Waiting for stock"),
                            ("pendingShippingLabel", "Waiting for its label"),
                            ("reviewRequired", "Review required"),
                            ("readyForFulfillment", "Ready for fulfillment"),
                            ("sentToFulfillment", "Sent to fulfillment"),
                            ("fulfilled", "Fulfilled"),
                            ("partialFulfillment", "Partial fulfillment"),
                            ("canceled", "Canceled"),
                            ("canceledRestock", "Canceled, restocked"),
                            ("failed", "Failed"),
                            ("onHold", "On hold"),
                        ],
                        max_length=22,
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1)),
                ("content", portal.kit.fields.DocumentField()),
                ("on_future", models.BooleanField(default=False)),
                ("commits_stock", models.BooleanField(default=True)),
                ("skip_location", models.BooleanField(default=False)),
                ("exclude_from_reuse", models.BooleanField(default=False)),
                ("sent_at", models.DateTimeField(null=True)),
                ("canceled_at", models.DateTimeField(null=True)),
                ("canceled_by_kind", models.CharField(blank=True, db_default="", default="", max_length=16)),
                ("canceled_by_id", models.CharField(blank=True, db_default="", default="", max_length=80)),
                ("canceled_by_name", models.CharField(blank=True, db_default="", default="", max_length=200)),
                ("cancellation", models.CharField(blank=True, db_default="", default="", max_length=12)),
                (
                    "exceptions",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(), editable=False, null=True, size=None
                    ),
                ),
                ("number_folded", models.CharField(max_length=600)),
                ("facets", portal.kit.fields.DocumentField(default=dict)),
                ("unit_count", models.DecimalField(decimal_places=6, max_digits=18)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("updated_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("deleted_at", models.DateTimeField(null=True)),
            ],
            managers=[
                ("across", django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name="ShippingRequestLine",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("position", models.PositiveIntegerField()),
                ("unique_id", models.CharField(max_length=300)),
                ("sku", models.CharField(max_length=300)),
                ("sku_folded", models.CharField(max_length=600)),
                ("name", models.TextField(blank=True, db_default="", default="")),
                ("bundle_sku", models.CharField(blank=True, db_default="", default="", max_length=300)),
                ("per_bundle", models.PositiveIntegerField(db_default=1, default=1)),
                ("quantity", models.DecimalField(decimal_places=6, max_digits=18)),
                ("fulfilled", models.DecimalField(db_default=0, decimal_places=6, default=0, max_digits=18)),
            ],
            managers=[
                ("across", django.db.models.manager.Manager()),
            ],
        ),
        migrations.AddField(
            model_name="fulfillment",
            name="location",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="orders.location",
            ),
        ),
        migrations.AddField(
            model_name="fulfillment",
            name="order",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="fulfillments", to="orders.order"
            ),
        ),
        migrations.AddField(
            model_name="fulfillment",
            name="organization",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="portal.organization"
            ),
        ),
        migrations.AddField(
            model_name="fulfillment",
            name="source",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="orders.source",
            ),
        ),
        migrations.AddField(
            model_name="routingcard",
            name="organization",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="portal.organization"
            ),
        ),
        migrations.AddField(
            model_name="routingrun",
            name="order",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="routing_runs",
                to="orders.order",
            ),
        ),
        migrations.AddField(
            model_name="routingrun",
            name="organization",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="portal.organization"
            ),
        ),
        migrations.AddField(
            model_name="shippingrequest",
            name="fulfillment_source",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="orders.source"
            ),
        ),
        migrations.AddField(
            model_name="shippingrequest",
            name="location",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="shipping_requests", to="orders.location"
            ),
        ),
        migrations.AddField(
            model_name="shippingrequest",
            name="order",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="shipping_requests",
                to="orders.order",
            ),
        ),
        migrations.AddField(
            model_name="shippingrequest",
            name="organization",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="portal.organization"
            ),
        ),
        migrations.AddField(
            model_name="fulfillment",
            name="request",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="fulfillments",
                to="orders.shippingrequest",
            ),
        ),
        migrations.AddField(
            model_name="shippingrequestline",
            name="organization",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="portal.organization",
            ),
        ),
        migrations.AddField(
            model_name="shippingrequestline",
            name="request",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="lines",
                to="orders.shippingrequest",
            ),
        ),
        migrations.AddIndex(
            model_name="routingcard",
            index=models.Index(
                condition=models.Q(("deleted_at", None)),
                fields=["organization", "position"],
                name="routing_card_in_order",
            ),
        ),
        migrations.AddIndex(
            model_name="routingrun",
            index=models.Index(fields=["order", "-id"], name="routing_run_of_order"),
        ),
        migrations.AddIndex(
            model_name="shippingrequest",
            index=models.Index(
                condition=models.Q(("deleted_at", None)),
                fields=["organization", "-created_at", "-id"],
                name="shipping_request_newest",
            ),
        ),
        migrations.AddIndex(
            model_name="shippingrequest",
            index=models.Index(
                condition=models.Q(("deleted_at", None)),
                fields=["organization", "status", "-created_at"],
                name="shipping_request_by_status",
            ),
        ),
        migrations.AddIndex(
            model_name="shippingrequest",
            index=models.Index(fields=["organization", "number_folded"], name="shipping_request_by_number"),
        ),
        migrations.AddIndex(
            model_name="shippingrequest",
            index=models.Index(
                condition=models.Q(("status", "pendingInventory")),
                fields=["location", "status"],
                name="shipping_request_waiting",
            ),
        ),
        migrations.AddConstraint(
            model_name="shippingrequest",
            constraint=models.UniqueConstraint(fields=("order", "ordinal"), name="shipping_request_ordinal_once"),
        ),
        migrations.AddConstraint(
            model_name="shippingrequest",
            constraint=models.UniqueConstraint(
                fields=("organization", "ext_shipment_id"), name="shipping_request_number_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="shippingrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "status__in",
                        (
                            "new",
                            "pendingInventory",
                            "pendingShippingLabel",
                            "reviewRequired",
                            "readyForFulfillment",
                            "sentToFulfillment",
                            "fulfilled",
                            "partialFulfillment",
                            "canceled",
                            "canceledRestock",
                            "failed",
                            "onHold",
                        ),
                    )
                ),
                name="shipping_request_status_known",
            ),
        ),
        migrations.AddIndex(
            model_name="fulfillment",
            index=models.Index(fields=["organization", "-created_at", "-id"], name="fulfillment_newest"),
        ),
        migrations.AddIndex(
            model_name="fulfillment",
            index=models.Index(fields=["organization", "number_folded"], name="fulfillment_by_number"),
        ),
        migrations.AddConstraint(
            model_name="fulfillment",
            constraint=models.UniqueConstraint(
                fields=("organization", "source", "ext_fulfillment_id"), name="fulfillment_once", nulls_distinct=False
            ),
        ),
        migrations.AddIndex(
            model_name="shippingrequestline",
            index=models.Index(fields=["sku_folded", "request"], name="shipping_request_with_sku"),
        ),
        migrations.AddConstraint(
            model_name="shippingrequestline",
            constraint=models.UniqueConstraint(fields=("request", "position"), name="shipping_request_line_once"),
        ),
        migrations.AddConstraint(
            model_name="shippingrequestline",
            constraint=models.CheckConstraint(
                condition=models.Q(("quantity__gt", 0)), name="shipping_request_line_positive"
            ),
        ),
    ]
