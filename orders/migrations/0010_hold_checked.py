from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("orders", "0009_index_of_exceptions"),
    ]

    operations = [
        migrations.AddField(
            model_name="hold",
            name="checked_at",
            field=models.DateTimeField(null=True),
        ),
    ]
