"""Fill the new columns of the orders that are here, by batches that each are a transaction."""

from django.db import migrations


def fill(apps, schema_editor):
    from orders.documents.rewrite import rewrite_columns

    rewrite_columns(apps.get_model("orders", "Order"))


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("orders", "0003_terms_and_country")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop, elidable=True)]
