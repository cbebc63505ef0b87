"""Orders with exceptions are few among many: an index over only those."""

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("orders", "0008_exceptions_of_orders")]

    operations = [
        AddIndexConcurrently(
            model_name="order",
            index=GinIndex(
                condition=models.Q(("exceptions__isnull", False)), fields=["exceptions"], name="order_by_exception"
            ),
        ),
    ]
