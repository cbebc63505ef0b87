from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("integrations", "0003_outbound")]

    operations: list[migrations.operations.base.Operation] = []
