# API keys.

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.manager
from django.conf import settings
from django.db import migrations, models

import portal.kit.clock
import portal.kit.ids


class Migration(migrations.Migration):
    dependencies = [
        ("portal", "0002_history_append_only"),
    ]

    operations = [
        migrations.CreateModel(
            name="ApiKey",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "public_id",
                    models.CharField(default=portal.kit.ids.new_public_id, editable=False, max_length=16, unique=True),
                ),
                ("name", models.CharField(max_length=80, verbose_name="name")),
                ("secret_hash", models.CharField(editable=False, max_length=64)),
                ("last_four", models.CharField(editable=False, max_length=4)),
                (
                    "scopes",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=60), default=list, size=None
                    ),
                ),
                ("created_at", models.DateTimeField(default=portal.kit.clock.now)),
                ("last_used_at", models.DateTimeField(null=True)),
                ("expires_at", models.DateTimeField(null=True)),
                ("revoked_at", models.DateTimeField(null=True)),
                ("system", models.BooleanField(default=False)),
                ("paced_until", models.DateTimeField(default=portal.kit.clock.now)),
                (
                    "created_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
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
            ],
            options={
                "verbose_name": "API key",
                "verbose_name_plural": "API keys",
                "abstract": False,
                "base_manager_name": "across",
                "default_manager_name": "across",
                "indexes": [models.Index(fields=["organization", "-created_at"], name="apikey_newest")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("revoked_at", None)),
                        fields=("organization", "name"),
                        name="apikey_name_once",
                    )
                ],
            },
            managers=[
                ("across", django.db.models.manager.Manager()),
            ],
        ),
    ]
