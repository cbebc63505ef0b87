from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("automations", "0008_sweeps")]

    operations: list[migrations.operations.base.Operation] = []
