"""Locations with what others call them, and stock with its ledger."""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.datetime
import django.db.models.manager
from django.db import migrations, models

import portal.kit.fields
import portal.kit.ids


class Migration(migrations.Migration):
    dependencies = [("orders", "0013_indexes_of_waiting"), ("portal", "0005_deliveries_held_back_and_signed")]

    operations = [
        migrations.CreateModel(
            name="ExternalLocation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("ext_location_id", models.CharField(max_length=300)),
                ("name", models.CharField(max_length=300)),
                ("address", portal.kit.fields.DocumentField(default=dict)),
                ("active", models.BooleanField(default=True)),
                ("updated_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            managers=[
                ("across", django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name="InventoryLevel",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "public_id",
                    models.CharField(default=portal.kit.ids.new_public_id, editable=False, max_length=16, unique=True),
                ),
                ("sku", models.CharField(max_length=300)),
                ("sku_folded", models.CharField(max_length=600)),
                ("on_hand", models.IntegerField(default=0)),
                ("committed", models.IntegerField(default=0)),
                ("future", models.IntegerField(default=0)),
                ("committed_future", models.IntegerField(default=0)),
                ("incoming", models.IntegerField(default=0)),
                ("unavailable", models.IntegerField(default=0)),
                (
                    "available",
                    models.GeneratedField(
                        db_persist=True,
                        expression=django.db.models.expressions.CombinedExpression(
                            models.F("on_hand"), "-", models.F("committed")
                        ),
                        output_field=models.IntegerField(),
                    ),
                ),
                ("locked", models.BooleanField(default=False)),
                ("before_lock", portal.kit.fields.DocumentField(null=True)),
                ("version", models.PositiveIntegerField(default=1)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("updated_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            managers=[
                ("across", django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name="LedgerEntry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("event", models.CharField(max_length=24)),
                ("on_hand", models.IntegerField(db_default=0, default=0)),
                ("committed", models.IntegerField(db_default=0, default=0)),
                ("future", models.IntegerField(db_default=0, default=0)),
                ("committed_future", models.IntegerField(db_default=0, default=0)),
                ("incoming", models.IntegerField(db_default=0, default=0)),
                ("unavailable", models.IntegerField(db_default=0, default=0)),
                ("entity_type", models.CharField(blank=True, db_default="", default="", max_length=24)),
                ("entity_id", models.CharField(blank=True, db_default="", default="", max_length=16)),
                ("actor_kind", models.CharField(max_length=16)),
                ("actor_id", models.CharField(max_length=80)),
                ("actor_name", models.CharField(max_length=200)),
                ("note", models.CharField(blank=True, db_default="", default="", max_length=500)),
                ("key", models.CharField(max_length=200, null=True)),
            ],
            options={
                "verbose_name_plural": "ledger entries",
            },
            managers=[
                ("across", django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name="LocationGroup",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "public_id",
                    models.CharField(default=portal.kit.ids.new_public_id, editable=False, max_length=16, unique=True),
                ),
                ("name", models.CharField(max_length=120)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            managers=[
                ("across", django.db.models.manager.Manager()),
            ],
        ),
        migrations.AddField(
            model_name="location",
            name="deleted_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="location",
            name="exclude_from_totals",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="location",
            name="excluded_for",
            field=models.ManyToManyField(blank=True, related_name="+", to="orders.source"),
        ),
        migrations.AddField(
            model_name="location",
            name="fulfillment_source",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="orders.source"
            ),
        ),
        migrations.AddField(
            model_name="location",
            name="infinite",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="location",
            name="inventory_source",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="orders.source"
            ),
        ),
        migrations.AddField(
            model_name="location",
            name="paused",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="location",
            name="preserve_bundles",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="location",
            name="version",
            field=models.PositiveIntegerField(db_default=1, default=1),
        ),
        migrations.AddField(
            model_name="order",
            name="last_routed_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="order",
            name="route_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="order",
            name="routing_status",
            field=models.CharField(db_default="pending", default="pending", max_length=16),
        ),
        migrations.AlterField(
            model_name="location",
            name="source",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="locations", to="orders.source"
            ),
        ),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(
                condition=models.Q(("route_at__isnull", False)), fields=["route_at"], name="order_to_be_routed"
            ),
        ),
        migrations.AddField(
            model_name="externallocation",
            name="location",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="externals", to="orders.location"
            ),
        ),
        migrations.AddField(
            model_name="externallocation",
            name="organization",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="portal.organization"
            ),
        ),
        migrations.AddField(
            model_name="externallocation",
            name="source",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="external_locations", to="orders.source"
            ),
        ),
        migrations.AddField(
            model_name="inventorylevel",
            name="location",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="levels",
                to="orders.location",
            ),
        ),
        migrations.AddField(
            model_name="inventorylevel",
            name="organization",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="portal.organization"
            ),
        ),
        migrations.AddField(
            model_name="ledgerentry",
            name="level",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="entries",
                to="orders.inventorylevel",
            ),
        ),
        migrations.AddField(
            model_name="ledgerentry",
            name="order",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="orders.order",
            ),
        ),
        migrations.AddField(
            model_name="ledgerentry",
            name="organization",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="portal.organization"
            ),
        ),
        migrations.AddField(
            model_name="locationgroup",
            name="organization",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="portal.organization"
            ),
        ),
        migrations.AddField(
            model_name="location",
            name="groups",
            field=models.ManyToManyField(blank=True, related_name="locations", to="orders.locationgroup"),
        ),
        migrations.AddIndex(
            model_name="location",
            index=models.Index(
                condition=models.Q(("deleted_at", None)), fields=["organization", "name"], name="location_by_name"
            ),
        ),
        migrations.AddConstraint(
            model_name="externallocation",
            constraint=models.UniqueConstraint(fields=("source", "ext_location_id"), name="external_location_once"),
        ),
        migrations.AddIndex(
            model_name="inventorylevel",
            index=models.Index(fields=["location", "sku_folded"], name="level_of_location"),
        ),
        migrations.AddIndex(
            model_name="inventorylevel",
            index=models.Index(fields=["organization", "available"], name="level_by_available"),
        ),
        migrations.AddConstraint(
            model_name="inventorylevel",
            constraint=models.UniqueConstraint(
                fields=("organization", "sku_folded", "location"), name="level_once", nulls_distinct=False
            ),
        ),
        migrations.AddConstraint(
            model_name="inventorylevel",
            constraint=models.CheckConstraint(
                condition=models.Q(("committed__gte", 0), ("committed_future__gte", 0)),
                name="level_commits_not_negative",
            ),
        ),
        migrations.AddIndex(
            model_name="ledgerentry",
            index=models.Index(fields=["level", "-id"], name="ledger_of_level"),
        ),
        migrations.AddConstraint(
            model_name="ledgerentry",
            constraint=models.UniqueConstraint(
                condition=models.Q(("key__isnull", False)), fields=("organization", "key"), name="ledger_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="locationgroup",
            constraint=models.UniqueConstraint(fields=("organization", "name"), name="location_group_once"),
        ),
    ]
