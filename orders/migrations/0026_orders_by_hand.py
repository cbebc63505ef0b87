"""Orders that people delete, and acts on many orders that are seen to the end."""

import django.db.models.deletion
import django.db.models.functions.datetime
import django.db.models.manager
from django.conf import settings
from django.db import migrations, models

import portal.kit.fields
import portal.kit.ids

_STATES = [("pending", "Pending"), ("running", "Running"), ("parked", "Parked"), ("done", "Done")]
_OUTCOMES = [("waiting", "Waiting"), ("done", "Done"), ("left", "Left")]
_KEY = models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")
_NOW = django.db.models.functions.datetime.Now()


def _to(model, related_name, **options):
    options = {
        "db_index": False,
        "on_delete": django.db.models.deletion.CASCADE,
        "related_name": related_name,
    } | options
    return models.ForeignKey(to=model, **options)


class Migration(migrations.Migration):
    dependencies = [
        ("orders", "0025_exceptions_worked_on"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="order",
            name="deleted_by",
            field=models.CharField(blank=True, db_default="", default="", max_length=200),
        ),
        migrations.CreateModel(
            name="OrderWork",
            fields=[
                ("id", _KEY),
                ("state", models.CharField(choices=_STATES, default="pending", max_length=8)),
                ("attempts", models.PositiveIntegerField(default=0)),
                ("next_at", models.DateTimeField(db_default=_NOW)),
                ("lease_until", models.DateTimeField(null=True)),
                ("last_error", models.TextField(db_default="", default="")),
                (
                    "public_id",
                    models.CharField(default=portal.kit.ids.new_public_id, editable=False, max_length=16, unique=True),
                ),
                ("act", models.CharField(max_length=16)),
                ("values", portal.kit.fields.DocumentField(default=dict)),
                ("total", models.PositiveIntegerField()),
                ("created_at", models.DateTimeField(db_default=_NOW)),
                ("finished_at", models.DateTimeField(null=True)),
                ("organization", _to("portal.organization", "+")),
                ("undoes", _to("orders.orderwork", "undone_by", null=True)),
                (
                    "user",
                    _to(settings.AUTH_USER_MODEL, "+", null=True, on_delete=django.db.models.deletion.SET_NULL),
                ),
            ],
            managers=[("across", django.db.models.manager.Manager())],
        ),
        migrations.CreateModel(
            name="OrderWorkItem",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("outcome", models.CharField(choices=_OUTCOMES, default="waiting", max_length=7)),
                ("why", models.CharField(blank=True, db_default="", default="", max_length=500)),
                ("before", portal.kit.fields.DocumentField(default=dict)),
                ("order", _to("orders.order", "+", db_index=True)),
                ("organization", _to("portal.organization", "+")),
                ("work", _to("orders.orderwork", "items")),
            ],
            managers=[("across", django.db.models.manager.Manager())],
        ),
        migrations.AddIndex(
            model_name="orderwork",
            index=models.Index(
                condition=models.Q(("state", "done"), _negated=True), fields=["next_at"], name="order_work_due"
            ),
        ),
        migrations.AddConstraint(
            model_name="orderwork",
            constraint=models.UniqueConstraint(fields=("undoes",), name="order_work_undone_once"),
        ),
        migrations.AddIndex(
            model_name="orderworkitem",
            index=models.Index(fields=["work", "outcome", "id"], name="order_work_left"),
        ),
        migrations.AddConstraint(
            model_name="orderworkitem",
            constraint=models.UniqueConstraint(fields=("work", "order"), name="order_work_item_once"),
        ),
    ]
