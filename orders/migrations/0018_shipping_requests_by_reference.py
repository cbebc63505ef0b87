"""Warehouses name shipping requests by their own references, and people look for them."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("orders", "0016_virtual_commits"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="shippingrequest",
            index=models.Index(
                condition=models.Q(("ext_reference_id", ""), _negated=True),
                fields=["organization", "ext_reference_id"],
                name="shipping_request_by_reference",
            ),
        ),
    ]
