"""What the first look of an engine could see, and what was judged since: its second look leaves that alone."""

import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("orders", "0029_engine_elders"),
    ]

    operations = [
        migrations.AddField(
            model_name="enginesetting",
            name="first_look",
            field=models.TextField(blank=True, db_default="", default=""),
        ),
        migrations.AddField(
            model_name="enginesetting",
            name="judged",
            field=django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), null=True, size=None),
        ),
    ]
