"""Who took an engine for off as it came on is waited for, and what they wrote is looked at once more."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("orders", "0028_order_pushes"),
    ]

    operations = [
        migrations.AddField(model_name="enginesetting", name="elders", field=models.BigIntegerField(null=True)),
    ]
