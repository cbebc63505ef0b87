"""The version of an order that was looked at stands with the first of its SKUs alone."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("orders", "0030_engine_first_look"),
    ]

    operations = [
        migrations.AlterField(
            model_name="virtualcommit", name="order_version", field=models.PositiveIntegerField(null=True)
        ),
    ]
