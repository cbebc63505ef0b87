"""Products as people and integrations keep them: who has set what, what is told of variants, and when."""

import django.db.models.functions.datetime
from django.db import migrations, models

import portal.kit.fields


class Migration(migrations.Migration):
    dependencies = [("orders", "0022_locations_that_people_ship_from")]

    operations: list[migrations.operations.base.Operation] = [
        migrations.AddField("product", "kept", portal.kit.fields.DocumentField(db_default={}, default=dict)),
        migrations.AddField("product", "source_doc", portal.kit.fields.DocumentField(null=True)),
        migrations.AddField("product", "deleted_by_hand", models.BooleanField(db_default=False, default=False)),
        migrations.AddField(
            "bundleitem", "updated_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())
        ),
        migrations.AddField(
            "bundleitem", "updated_by", models.CharField(blank=True, db_default="", default="", max_length=200)
        ),
        migrations.AddField(
            "publication", "parent_api_id", models.CharField(blank=True, db_default="", default="", max_length=300)
        ),
        migrations.AddField("publication", "reported_at", models.DateTimeField(null=True)),
        migrations.AddField(
            "publication", "updated_by", models.CharField(blank=True, db_default="", default="", max_length=200)
        ),
        migrations.AddConstraint(
            "publication",
            models.UniqueConstraint(
                fields=("source", "ext_product_api_id"),
                name="publication_api_id_once",
                condition=models.Q(("ext_product_api_id", ""), _negated=True),
            ),
        ),
        migrations.AddIndex(
            "publication",
            models.Index(
                fields=["source", "parent_api_id"],
                name="publication_by_parent",
                condition=models.Q(("parent_api_id", ""), _negated=True),
            ),
        ),
    ]
