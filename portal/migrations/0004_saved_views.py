"""Saved views: versions, undo of a deletion, names compared as texts are, defaults and an order of one's own.

The list of runs is called “history” from now on, as its page is.
"""

from collections.abc import Iterator

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.manager
from django.conf import settings
from django.db import migrations, models
from django.db.models import Q

import portal.kit.clock
from portal.kit.text import fold

LONGEST = 60
SETTLE = "SET CONSTRAINTS ALL IMMEDIATE"
"""Checks what changed rows still owe, on either way: the table cannot be altered while they do."""


def other_names(name: str) -> Iterator[str]:
    """Yield a name and what it may be called where that is taken: “Waits 2”, “Waits 3”."""
    yield name
    number = 2
    while True:
        end = f" {number}"
        yield name[: LONGEST - len(end)] + end
        number += 1


def fold_names(apps, schema_editor) -> None:
    """Fold every name; where two have become the same, the newer one gets a number behind it."""
    view = apps.get_model("portal", "SavedView")
    view._default_manager.filter(list_key="runs").update(list_key="history")
    own: set[tuple[object, ...]] = set()
    shared: set[tuple[object, ...]] = set()
    for row in view._default_manager.order_by("-shared", "pk").iterator():
        place = (row.organization_id, row.list_key)
        for name in other_names(row.name):
            folded = fold(name)[:120]
            if (*place, row.owner_id, folded) not in own and not (row.shared and (*place, folded) in shared):
                break
        own.add((*place, row.owner_id, folded))
        if row.shared:
            shared.add((*place, folded))
        row.name, row.name_folded = name, folded
        row.save(update_fields=["name", "name_folded"])


def former_key(apps, schema_editor) -> None:
    """Give the list of runs its former key."""
    apps.get_model("portal", "SavedView")._default_manager.filter(list_key="history").update(list_key="runs")


class Migration(migrations.Migration):
    dependencies = [("portal", "0003_api_keys")]

    operations = [
        migrations.AddField("savedview", "name_folded", models.CharField(default="", editable=False, max_length=120)),
        migrations.AddField("savedview", "version", models.PositiveIntegerField(default=1)),
        migrations.AddField("savedview", "changed_at", models.DateTimeField(default=portal.kit.clock.now)),
        migrations.AddField("savedview", "changed_by", models.CharField(blank=True, default="", max_length=200)),
        migrations.AddField("savedview", "deleted_at", models.DateTimeField(editable=False, null=True)),
        migrations.RemoveConstraint("savedview", "savedview_name_once"),
        migrations.RunSQL(SETTLE, SETTLE),
        migrations.RunPython(fold_names, former_key),
        migrations.RunSQL(SETTLE, SETTLE),
        migrations.AlterField("savedview", "name_folded", models.CharField(editable=False, max_length=120)),
        migrations.AlterModelOptions(
            "savedview",
            {
                "base_manager_name": "across",
                "default_manager_name": "across",
                "verbose_name": "saved view",
                "verbose_name_plural": "saved views",
            },
        ),
        migrations.RemoveField("savedview", "position"),
        migrations.AddConstraint(
            "savedview",
            models.UniqueConstraint(
                fields=("organization", "owner", "list_key", "name_folded"),
                condition=Q(deleted_at=None),
                name="savedview_own_name",
            ),
        ),
        migrations.AddConstraint(
            "savedview",
            models.UniqueConstraint(
                fields=("organization", "list_key", "name_folded"),
                condition=Q(deleted_at=None) & Q(shared=True),
                name="savedview_shared_name",
            ),
        ),
        migrations.CreateModel(
            name="ViewArrangement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("list_key", models.CharField(max_length=64)),
                (
                    "role",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("administrator", "Administrator"),
                            ("user", "User"),
                            ("developer", "Developer"),
                            ("viewer", "Viewer"),
                        ],
                        default="",
                        max_length=16,
                    ),
                ),
                ("default", models.CharField(blank=True, default="", max_length=64)),
                (
                    "order",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=64), blank=True, default=list, size=None
                    ),
                ),
                (
                    "organization",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="portal.organization",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "arrangement of views",
                "verbose_name_plural": "arrangements of views",
                "abstract": False,
                "base_manager_name": "across",
                "default_manager_name": "across",
                "constraints": [
                    models.UniqueConstraint(
                        condition=Q(role=""),
                        fields=("organization", "list_key", "user"),
                        name="viewarrangement_person",
                    ),
                    models.UniqueConstraint(
                        condition=Q(user=None), fields=("organization", "list_key", "role"), name="viewarrangement_role"
                    ),
                    models.CheckConstraint(
                        condition=(Q(user=None) & ~Q(role="")) | (Q(user__isnull=False) & Q(role="")),
                        name="viewarrangement_of_one",
                    ),
                ],
            },
            managers=[("across", django.db.models.manager.Manager())],
        ),
    ]
