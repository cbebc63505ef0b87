"""Columns for the search box and for filters by country; both are filled by the next migration."""

import django.contrib.postgres.search
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("orders", "0002_initial")]

    operations = [
        migrations.AddField(
            model_name="order",
            name="country_folded",
            field=models.CharField(max_length=600, null=True),
        ),
        migrations.AddField(
            model_name="order",
            name="terms",
            field=django.contrib.postgres.search.SearchVectorField(db_default="", default=""),
        ),
    ]
