from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("orders", "0024_methods")]

    operations: list[migrations.operations.base.Operation] = []
