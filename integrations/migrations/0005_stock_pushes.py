import django.db.models.deletion
import django.db.models.functions.datetime
import django.db.models.manager
from django.db import migrations, models

ID = models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")
STATES = [("pending", "Pending"), ("running", "Running"), ("parked", "Parked"), ("done", "Done")]


def belongs_to(model, name="+"):
    return models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name=name, to=model)


class Migration(migrations.Migration):
    dependencies = [("orders", "0022_locations_that_people_ship_from"), ("integrations", "0004_hooks")]

    operations = [
        migrations.CreateModel(
            name="StockChannel",
            fields=[
                ("id", ID.clone()),
                ("active", models.BooleanField(default=True)),
                ("moves", models.BooleanField(default=False)),
                ("by_sku", models.BooleanField(default=False)),
                ("flags", models.CharField(blank=True, default="", max_length=32)),
                ("check_at", models.DateTimeField()),
                ("checked_at", models.DateTimeField(null=True)),
                ("differed", models.PositiveIntegerField(default=0)),
                (
                    "integration",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="stock_channel",
                        to="integrations.integration",
                    ),
                ),
                ("organization", belongs_to("portal.organization")),
                (
                    "source",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="orders.source"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(condition=models.Q(("active", True)), fields=["organization"], name="stock_channel_on")
                ],
            },
            managers=[("across", django.db.models.manager.Manager())],
        ),
        migrations.CreateModel(
            name="StockNumber",
            fields=[
                ("id", ID.clone()),
                ("state", models.CharField(choices=STATES, default="pending", max_length=8)),
                ("attempts", models.PositiveIntegerField(default=0)),
                ("next_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("lease_until", models.DateTimeField(null=True)),
                ("last_error", models.TextField(db_default="", default="")),
                ("sku", models.CharField(max_length=300)),
                ("sku_folded", models.CharField(max_length=600)),
                ("product_api_id", models.CharField(blank=True, db_default="", default="", max_length=300)),
                ("variant_api_id", models.CharField(blank=True, db_default="", default="", max_length=300)),
                ("wanted", models.PositiveIntegerField(db_default=1, default=1)),
                ("shown", models.IntegerField(null=True)),
                ("shown_at", models.DateTimeField(null=True)),
                ("look", models.BooleanField(db_default=True, default=True)),
                ("checking", models.BooleanField(db_default=False, default=False)),
                ("looked", models.IntegerField(null=True)),
                ("moving", models.IntegerField(null=True)),
                ("told", models.IntegerField(null=True)),
                ("told_at", models.DateTimeField(null=True)),
                ("endless", models.BooleanField(db_default=False, default=False)),
                ("failures", models.PositiveIntegerField(db_default=0, default=0)),
                ("channel", belongs_to("integrations.stockchannel", "numbers")),
                ("organization", belongs_to("portal.organization")),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "done"), _negated=True),
                        fields=["channel", "next_at"],
                        name="stock_number_due",
                    ),
                    models.Index(fields=["channel", "-told_at"], name="stock_number_told"),
                    models.Index(fields=["organization", "sku_folded"], name="stock_number_by_sku"),
                ],
                "constraints": [models.UniqueConstraint(fields=("channel", "sku_folded"), name="stock_number_once")],
            },
            managers=[("across", django.db.models.manager.Manager())],
        ),
    ]
