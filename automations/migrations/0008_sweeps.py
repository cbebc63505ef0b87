from django.db import migrations, models
from django.db.models.functions import Now


class Migration(migrations.Migration):
    dependencies = [
        ("automations", "0006_time_of_code"),
    ]

    operations = [
        migrations.CreateModel(
            name="Sweep",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("pending", "Pending"),
                            ("running", "Running"),
                            ("parked", "Parked"),
                            ("done", "Done"),
                        ],
                        default="pending",
                        max_length=8,
                    ),
                ),
                ("attempts", models.PositiveIntegerField(default=0)),
                ("next_at", models.DateTimeField(db_default=Now())),
                ("lease_until", models.DateTimeField(null=True)),
                ("last_error", models.TextField(db_default="", default="")),
                ("name", models.CharField(max_length=40, unique=True)),
                ("began_at", models.DateTimeField(null=True)),
                ("organization_cursor", models.BigIntegerField(default=0)),
                ("cursor", models.BigIntegerField(default=0)),
                ("judged", models.PositiveBigIntegerField(default=0)),
                ("finished_at", models.DateTimeField(null=True)),
            ],
        ),
    ]
