from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("automations", "0003_triggers_and_snapshots"),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="run",
            name="run_replays",
        ),
        migrations.AddConstraint(
            model_name="run",
            constraint=models.UniqueConstraint(
                condition=models.Q(("replay_of__isnull", False)), fields=("replay_of",), name="run_again_once"
            ),
        ),
        migrations.AddIndex(
            model_name="run",
            index=models.Index(
                condition=models.Q(("status", "completed"), _negated=True),
                fields=["organization", "-created_at", "-id", "status"],
                name="run_unusual",
            ),
        ),
        migrations.AddIndex(
            model_name="run",
            index=models.Index(
                condition=models.Q(("trigger", "NEW_ORDER"), _negated=True),
                fields=["organization", "trigger", "-created_at", "-id"],
                name="run_of_trigger",
            ),
        ),
        migrations.AddIndex(
            model_name="run",
            index=models.Index(
                condition=models.Q(("origin", "live"), _negated=True),
                fields=["organization", "origin", "-created_at", "-id"],
                name="run_by_origin",
            ),
        ),
    ]
