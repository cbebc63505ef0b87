from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("orders", "0023_products")]

    operations: list[migrations.operations.base.Operation] = []
