from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("orders", "0022_locations_that_people_ship_from")]

    operations: list[migrations.operations.base.Operation] = []
