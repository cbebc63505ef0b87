from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("orders", "0025_exceptions_worked_on")]

    operations: list[migrations.operations.base.Operation] = []
