"""People look for tracking numbers, and list what was shipped by its date."""

import django.contrib.postgres.indexes
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("orders", "0018_shipping_requests_by_reference"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="fulfillment",
            index=django.contrib.postgres.indexes.GinIndex(
                fields=["facets"], name="fulfillment_by_facet", opclasses=("jsonb_path_ops",)
            ),
        ),
        migrations.AddIndex(
            model_name="fulfillment",
            index=models.Index(fields=["organization", "-shipped_at", "-id"], name="fulfillment_by_shipping"),
        ),
    ]
