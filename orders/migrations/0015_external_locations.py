"""What one system calls a location moves beside it, so that two names of one place can be merged."""

from django.db import migrations

MOVE = """
INSERT INTO orders_externallocation
    (organization_id, location_id, source_id, ext_location_id, name, address, active, updated_at)
SELECT organization_id, id, source_id, ext_location_id, name, address, active, updated_at FROM orders_location
"""


class Migration(migrations.Migration):
    dependencies = [("orders", "0014_requests_and_routing")]

    operations = [
        migrations.RunSQL(MOVE, migrations.RunSQL.noop),
        migrations.RemoveConstraint(model_name="location", name="location_once_per_source"),
        migrations.RemoveField(model_name="location", name="ext_location_id"),
    ]
