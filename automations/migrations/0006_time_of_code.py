import django.db.models.deletion
import django.db.models.manager
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("automations", "0005_hold_engine"),
        ("portal", "0004_saved_views"),
    ]

    operations = [
        migrations.AddField(
            model_name="rulecounter",
            name="failures",
            field=models.PositiveBigIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name="rulecounter",
            name="timeouts",
            field=models.PositiveBigIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name="ruleversion",
            name="summary",
            field=models.CharField(blank=True, db_default="", default="", max_length=300),
        ),
        migrations.CreateModel(
            name="CodeTime",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("minute", models.DateTimeField()),
                ("micros", models.BigIntegerField(default=0)),
                (
                    "organization",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="portal.organization",
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("organization",), name="code_time_once")],
            },
            managers=[
                ("across", django.db.models.manager.Manager()),
            ],
        ),
    ]
