"""Products, what bundles are made of, and what channels call them."""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.datetime
import django.db.models.manager
from django.db import migrations, models

import portal.kit.fields
import portal.kit.ids


class Migration(migrations.Migration):
    dependencies = [("orders", "0014_hub_records")]

    operations = [
        migrations.CreateModel(
            name="BundleItem",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("position", models.PositiveIntegerField()),
                ("sku", models.CharField(max_length=300)),
                ("sku_folded", models.CharField(max_length=600)),
                ("quantity", models.PositiveIntegerField()),
            ],
            managers=[
                ("across", django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name="Product",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "public_id",
                    models.CharField(default=portal.kit.ids.new_public_id, editable=False, max_length=16, unique=True),
                ),
                ("sku", models.CharField(max_length=300)),
                ("sku_folded", models.CharField(max_length=600)),
                ("name", models.TextField()),
                ("name_folded", models.TextField()),
                (
                    "kind",
                    models.CharField(
                        choices=[("simple", "Simple"), ("parent", "Parent"), ("child", "Child"), ("bundle", "Bundle")],
                        max_length=6,
                    ),
                ),
                ("content", portal.kit.fields.DocumentField(default=dict)),
                ("not_tracked", models.BooleanField(default=False)),
                ("version", models.PositiveIntegerField(default=1)),
                ("facets", portal.kit.fields.DocumentField(default=dict)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("updated_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("deleted_at", models.DateTimeField(null=True)),
            ],
            managers=[
                ("across", django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name="Publication",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("sku", models.CharField(max_length=300)),
                ("sku_folded", models.CharField(max_length=600)),
                ("name", models.TextField(blank=True, db_default="", default="")),
                ("ext_product_id", models.CharField(blank=True, db_default="", default="", max_length=300)),
                ("ext_product_api_id", models.CharField(blank=True, db_default="", default="", max_length=300)),
                ("buffer", models.PositiveIntegerField(default=0)),
                ("not_tracked", models.BooleanField(default=False)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("tobepublished", "To Be Published"),
                            ("published", "Published"),
                            ("tobeunpublished", "To Be Unpublished"),
                            ("unpublished", "Unpublished"),
                            ("disabled", "Disabled"),
                        ],
                        default="published",
                        max_length=15,
                    ),
                ),
                ("updated_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            managers=[
                ("across", django.db.models.manager.Manager()),
            ],
        ),
        migrations.AddField(
            model_name="bundleitem",
            name="organization",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="portal.organization"
            ),
        ),
        migrations.AddField(
            model_name="product",
            name="organization",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="portal.organization"
            ),
        ),
        migrations.AddField(
            model_name="product",
            name="owner",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="orders.source"
            ),
        ),
        migrations.AddField(
            model_name="product",
            name="parent",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="children", to="orders.product"
            ),
        ),
        migrations.AddField(
            model_name="bundleitem",
            name="bundle",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="bundle_items",
                to="orders.product",
            ),
        ),
        migrations.AddField(
            model_name="publication",
            name="organization",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="portal.organization"
            ),
        ),
        migrations.AddField(
            model_name="publication",
            name="product",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="publications",
                to="orders.product",
            ),
        ),
        migrations.AddField(
            model_name="publication",
            name="source",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="orders.source"),
        ),
        migrations.AddIndex(
            model_name="product",
            index=models.Index(
                condition=models.Q(("deleted_at", None)),
                fields=["organization", "name_folded", "id"],
                name="product_by_name",
            ),
        ),
        migrations.AddConstraint(
            model_name="product",
            constraint=models.UniqueConstraint(
                condition=models.Q(("deleted_at", None)), fields=("organization", "sku_folded"), name="product_sku_once"
            ),
        ),
        migrations.AddIndex(
            model_name="bundleitem",
            index=models.Index(fields=["organization", "sku_folded"], name="bundle_item_by_sku"),
        ),
        migrations.AddConstraint(
            model_name="bundleitem",
            constraint=models.UniqueConstraint(fields=("bundle", "sku_folded"), name="bundle_item_once"),
        ),
        migrations.AddConstraint(
            model_name="bundleitem",
            constraint=models.CheckConstraint(condition=models.Q(("quantity__gt", 0)), name="bundle_item_positive"),
        ),
        migrations.AddIndex(
            model_name="publication",
            index=models.Index(fields=["source", "sku_folded"], name="publication_by_sku"),
        ),
        migrations.AddConstraint(
            model_name="publication",
            constraint=models.UniqueConstraint(fields=("product", "source"), name="publication_once"),
        ),
    ]
