"""The text that the search box looked through before: its terms have a column of their own now."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("orders", "0005_indexes_of_filters")]

    operations = [migrations.RemoveField(model_name="order", name="search")]
