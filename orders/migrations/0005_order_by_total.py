from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False  # built beside the traffic, which a plain index would hold up

    dependencies = [
        ("orders", "0004_hold_retry"),
    ]

    operations = [
        AddIndexConcurrently(
            model_name="order",
            index=models.Index(
                condition=models.Q(("deleted_at", None)),
                fields=["organization", "-total", "-id"],
                include=("status",),
                name="order_by_total",
            ),
        ),
    ]
