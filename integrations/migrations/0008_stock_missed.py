"""When a SKU was last looked for in vain gets a column of its own: it stood where the moment of reading stands."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("integrations", "0007_stock_elders"),
    ]

    operations = [
        migrations.AddField(model_name="stocknumber", name="missed_at", field=models.DateTimeField(null=True)),
    ]
