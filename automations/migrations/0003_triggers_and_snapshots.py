import django.db.models.deletion
import django.db.models.manager
from django.db import migrations, models

import portal.kit.fields


class Migration(migrations.Migration):
    dependencies = [
        ("automations", "0002_initial"),
        ("portal", "0004_saved_views"),
    ]

    operations = [
        migrations.CreateModel(
            name="RuleOnce",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("entity_type", models.CharField(max_length=40)),
                ("entity_id", models.BigIntegerField()),
                ("run_id", models.BigIntegerField()),
            ],
            managers=[
                ("across", django.db.models.manager.Manager()),
            ],
        ),
        migrations.RemoveField(
            model_name="rule",
            name="once_per_entity",
        ),
        migrations.AddField(
            model_name="run",
            name="input",
            field=portal.kit.fields.DocumentField(
                db_default=models.Value({}, output_field=models.JSONField()), default=dict
            ),
        ),
        migrations.AddField(
            model_name="run",
            name="judged_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="run",
            name="key_id",
            field=models.CharField(blank=True, db_default="", default="", max_length=16),
        ),
        migrations.AddField(
            model_name="run",
            name="replay_of",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="replays",
                to="automations.run",
            ),
        ),
        migrations.AlterField(
            model_name="run",
            name="event_id",
            field=models.BigIntegerField(null=True),
        ),
        migrations.AlterField(
            model_name="run",
            name="status",
            field=models.CharField(
                choices=[
                    ("completed", "Completed"),
                    ("failed", "Failed"),
                    ("refused", "Refused"),
                    ("waiting", "Waiting"),
                ],
                max_length=9,
            ),
        ),
        migrations.AddIndex(
            model_name="run",
            index=models.Index(
                condition=models.Q(("replay_of__isnull", False)), fields=["replay_of"], name="run_replays"
            ),
        ),
        migrations.AddField(
            model_name="ruleonce",
            name="organization",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="portal.organization"
            ),
        ),
        migrations.AddField(
            model_name="ruleonce",
            name="rule",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="automations.rule"
            ),
        ),
        migrations.AddConstraint(
            model_name="ruleonce",
            constraint=models.UniqueConstraint(fields=("rule", "entity_type", "entity_id"), name="rule_once"),
        ),
    ]
