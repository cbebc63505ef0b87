"""Orders that wait for a condition are few among those on hold: who still waits, and who has stopped lately."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("orders", "0012_exceptions_as_records")]

    operations = [
        AddIndexConcurrently(
            model_name="hold",
            index=models.Index(
                condition=models.Q(("ended_at", None), ("kind", "conditional")),
                fields=["organization", "checked_at"],
                name="hold_waiting",
            ),
        ),
        AddIndexConcurrently(
            model_name="hold",
            index=models.Index(
                condition=models.Q(("ended_at__isnull", False), ("kind", "conditional")),
                fields=["ended_at", "organization"],
                name="hold_waited",
            ),
        ),
    ]
