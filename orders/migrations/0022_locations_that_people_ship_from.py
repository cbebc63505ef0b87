"""People may ship from a location that no integration owns."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("orders", "0021_fulfillments_by_tracking"),
    ]

    operations = [
        migrations.AddField(
            model_name="location",
            name="ships_by_hand",
            field=models.BooleanField(db_default=False, default=False),
        ),
    ]
