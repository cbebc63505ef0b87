"""Exceptions are worked on: a cause that they share, who looks after them, until when they rest; mails; engines."""

import datetime

from django.conf import settings
from django.db import migrations, models
from django.db.models.functions import Now

from portal.kit.fields import DocumentField
from portal.kit.ids import new_public_id

BATCH = 1_000


def fill(apps, schema_editor):
    from orders.exceptions.cause import shared
    from portal.kit.text import fold

    model = apps.get_model("orders", "OrderException")
    rows = model.across.filter(state="active").only("message", "entity_label").order_by("pk")
    last = 0
    while batch := list(rows.filter(pk__gt=last)[:BATCH]):
        for row in batch:
            row.shared = shared(row.message, row.entity_label)
            row.shared_folded = fold(row.shared)
        model.across.bulk_update(batch, ["shared", "shared_folded"])
        last = batch[-1].pk


class Migration(migrations.Migration):
    dependencies = [
        ("orders", "0024_methods"),
        ("portal", "0005_deliveries_held_back_and_signed"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="EngineSetting",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("engine", models.CharField(max_length=20)),
                ("enabled", models.BooleanField(default=True)),
                ("settings", DocumentField(default=dict)),
                ("version", models.PositiveIntegerField(default=1)),
                ("changed_at", models.DateTimeField(db_default=Now())),
                ("changed_by", models.CharField(blank=True, db_default="", default="", max_length=200)),
            ],
            managers=[
                ("across", models.Manager()),
            ],
        ),
        migrations.CreateModel(
            name="ExceptionMail",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("category", models.CharField(max_length=60)),
                (
                    "mode",
                    models.CharField(
                        choices=[("off", "Off"), ("now", "At once"), ("daily", "Once a day")],
                        default="off",
                        max_length=5,
                    ),
                ),
                ("at", models.TimeField(default=datetime.time(8, 0))),
                ("members", DocumentField(default=list)),
                ("addresses", DocumentField(default=list)),
                ("number", models.PositiveIntegerField(default=0)),
                ("sent_at", models.DateTimeField(null=True)),
                ("next_at", models.DateTimeField(null=True)),
            ],
            managers=[
                ("across", models.Manager()),
            ],
        ),
        migrations.CreateModel(
            name="ExceptionMailWaiting",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ],
            managers=[
                ("across", models.Manager()),
            ],
        ),
        migrations.CreateModel(
            name="ExceptionSweep",
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
                ("began_at", models.DateTimeField(null=True)),
                ("finished_at", models.DateTimeField(null=True)),
                ("cursor", models.BigIntegerField(default=0)),
                ("looked", models.PositiveIntegerField(default=0)),
                ("closed", models.PositiveIntegerField(default=0)),
            ],
            managers=[
                ("across", models.Manager()),
            ],
        ),
        migrations.CreateModel(
            name="ExceptionWork",
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
                ("public_id", models.CharField(default=new_public_id, editable=False, max_length=16, unique=True)),
                ("act", models.CharField(max_length=10)),
                ("values", DocumentField(default=dict)),
                ("total", models.PositiveIntegerField()),
                ("created_at", models.DateTimeField(db_default=Now())),
                ("finished_at", models.DateTimeField(null=True)),
            ],
            managers=[
                ("across", models.Manager()),
            ],
        ),
        migrations.CreateModel(
            name="ExceptionWorkItem",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "outcome",
                    models.CharField(
                        choices=[("waiting", "Waiting"), ("done", "Done"), ("left", "Left")],
                        default="waiting",
                        max_length=7,
                    ),
                ),
                ("why", models.CharField(blank=True, db_default="", default="", max_length=500)),
                ("before", DocumentField(default=dict)),
                ("done_at", models.DateTimeField(null=True)),
            ],
            managers=[
                ("across", models.Manager()),
            ],
        ),
        migrations.AddField(
            model_name="orderexception",
            name="assigned_folded",
            field=models.TextField(null=True),
        ),
        migrations.AddField(
            model_name="orderexception",
            name="assigned_name",
            field=models.CharField(blank=True, db_default="", default="", max_length=200),
        ),
        migrations.AddField(
            model_name="orderexception",
            name="assigned_to",
            field=models.CharField(blank=True, db_default="", default="", max_length=254),
        ),
        migrations.AddField(
            model_name="orderexception",
            name="returned_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="orderexception",
            name="shared",
            field=models.CharField(blank=True, db_default="", default="", max_length=200),
        ),
        migrations.AddField(
            model_name="orderexception",
            name="shared_folded",
            field=models.TextField(null=True),
        ),
        migrations.AddField(
            model_name="orderexception",
            name="snoozed_until",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddIndex(
            model_name="orderexception",
            index=models.Index(
                condition=models.Q(("snoozed_until", None), ("state", "active")),
                fields=["organization", "type", "created_at"],
                name="exception_open",
            ),
        ),
        migrations.AddIndex(
            model_name="orderexception",
            index=models.Index(
                condition=models.Q(("state", "active")),
                fields=["organization", "type", "shared_folded"],
                name="exception_by_cause",
            ),
        ),
        migrations.AddIndex(
            model_name="orderexception",
            index=models.Index(
                condition=models.Q(("assigned_folded__isnull", False), ("state", "active")),
                fields=["organization", "assigned_folded", "created_at"],
                name="exception_of_member",
            ),
        ),
        migrations.AddIndex(
            model_name="orderexception",
            index=models.Index(
                condition=models.Q(("snoozed_until__isnull", False)), fields=["snoozed_until"], name="exception_wakes"
            ),
        ),
        migrations.AddField(
            model_name="enginesetting",
            name="organization",
            field=models.ForeignKey(
                db_index=False, on_delete=models.CASCADE, related_name="+", to="portal.organization"
            ),
        ),
        migrations.AddField(
            model_name="exceptionmail",
            name="organization",
            field=models.ForeignKey(
                db_index=False, on_delete=models.CASCADE, related_name="+", to="portal.organization"
            ),
        ),
        migrations.AddField(
            model_name="exceptionmailwaiting",
            name="exception",
            field=models.ForeignKey(on_delete=models.CASCADE, related_name="+", to="orders.orderexception"),
        ),
        migrations.AddField(
            model_name="exceptionmailwaiting",
            name="mail",
            field=models.ForeignKey(
                db_index=False, on_delete=models.CASCADE, related_name="waiting", to="orders.exceptionmail"
            ),
        ),
        migrations.AddField(
            model_name="exceptionmailwaiting",
            name="organization",
            field=models.ForeignKey(
                db_index=False, on_delete=models.CASCADE, related_name="+", to="portal.organization"
            ),
        ),
        migrations.AddField(
            model_name="exceptionsweep",
            name="organization",
            field=models.ForeignKey(
                db_index=False, on_delete=models.CASCADE, related_name="+", to="portal.organization"
            ),
        ),
        migrations.AddField(
            model_name="exceptionwork",
            name="organization",
            field=models.ForeignKey(
                db_index=False, on_delete=models.CASCADE, related_name="+", to="portal.organization"
            ),
        ),
        migrations.AddField(
            model_name="exceptionwork",
            name="undoes",
            field=models.ForeignKey(
                db_index=False, null=True, on_delete=models.CASCADE, related_name="undone_by", to="orders.exceptionwork"
            ),
        ),
        migrations.AddField(
            model_name="exceptionwork",
            name="user",
            field=models.ForeignKey(
                db_index=False, null=True, on_delete=models.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="exceptionworkitem",
            name="exception",
            field=models.ForeignKey(on_delete=models.CASCADE, related_name="+", to="orders.orderexception"),
        ),
        migrations.AddField(
            model_name="exceptionworkitem",
            name="organization",
            field=models.ForeignKey(
                db_index=False, on_delete=models.CASCADE, related_name="+", to="portal.organization"
            ),
        ),
        migrations.AddField(
            model_name="exceptionworkitem",
            name="work",
            field=models.ForeignKey(
                db_index=False, on_delete=models.CASCADE, related_name="items", to="orders.exceptionwork"
            ),
        ),
        migrations.AddConstraint(
            model_name="enginesetting",
            constraint=models.UniqueConstraint(fields=("organization", "engine"), name="engine_setting_once"),
        ),
        migrations.AddIndex(
            model_name="exceptionmail",
            index=models.Index(fields=["next_at"], name="exception_mail_due"),
        ),
        migrations.AddConstraint(
            model_name="exceptionmail",
            constraint=models.UniqueConstraint(fields=("organization", "category"), name="exception_mail_once"),
        ),
        migrations.AddConstraint(
            model_name="exceptionmailwaiting",
            constraint=models.UniqueConstraint(fields=("mail", "exception"), name="exception_mail_waiting_once"),
        ),
        migrations.AddConstraint(
            model_name="exceptionsweep",
            constraint=models.UniqueConstraint(fields=("organization",), name="exception_sweep_once"),
        ),
        migrations.AddIndex(
            model_name="exceptionwork",
            index=models.Index(
                condition=models.Q(("state", "done"), _negated=True), fields=["next_at"], name="exception_work_due"
            ),
        ),
        migrations.AddConstraint(
            model_name="exceptionwork",
            constraint=models.UniqueConstraint(fields=("undoes",), name="exception_work_undone_once"),
        ),
        migrations.AddIndex(
            model_name="exceptionworkitem",
            index=models.Index(fields=["work", "outcome", "id"], name="exception_work_left"),
        ),
        migrations.AddConstraint(
            model_name="exceptionworkitem",
            constraint=models.UniqueConstraint(fields=("work", "exception"), name="exception_work_item_once"),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
