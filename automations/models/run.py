"""What rules did: a run for each match and each error, a count for everything else."""

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from automations.models.rule import Rule, RuleSetVersion, RuleVersion
from portal.kit.fields import DocumentField
from portal.kit.ids import new_public_id
from portal.tenancy.scope import Scoped


class Run(Scoped):
    """One rule that matched, or failed, on one entity at one event.

    `trace` holds the filter's conditions with the values seen, and each action with what it changed.
    The entity as it was judged is its document at `entity_version`, with what `input` adds
    (`automations.engine.snapshot`), at the time `judged_at`: from these the run can be repeated.
    """

    class Status(models.TextChoices):
        COMPLETED = "completed", _("Completed")
        FAILED = "failed", _("Failed")
        REFUSED = "refused", _("Refused")
        WAITING = "waiting", _("Waiting")

    class Origin(models.TextChoices):
        LIVE = "live", _("Live")
        SWEEP = "sweep", _("Scheduled")
        REPLAY = "replay", _("Run again")

    public_id = models.CharField(max_length=16, unique=True, default=new_public_id, editable=False)
    event_id = models.BigIntegerField(null=True)
    """What fired it; nothing for a sweep and for a run that was run again."""
    trigger = models.CharField(max_length=40)
    entity_type = models.CharField(max_length=40)
    entity_id = models.BigIntegerField()
    entity_public_id = models.CharField(max_length=16)
    entity_label = models.CharField(max_length=300)
    entity_version = models.PositiveIntegerField()
    rule = models.ForeignKey(Rule, on_delete=models.PROTECT, related_name="runs", db_index=False)
    rule_version = models.ForeignKey(RuleVersion, on_delete=models.PROTECT, related_name="+", db_index=False)
    rule_set_version = models.ForeignKey(RuleSetVersion, on_delete=models.PROTECT, related_name="+", db_index=False)
    rule_name = models.CharField(max_length=120)
    status = models.CharField(max_length=9, choices=Status)
    origin = models.CharField(max_length=20, default="live", db_default="live")
    judged_at = models.DateTimeField(null=True)
    """The time that conditions and code saw as now, to the millisecond."""
    input = DocumentField(default=dict, db_default=models.Value({}, output_field=models.JSONField()))
    key_id = models.CharField(max_length=16, default="", db_default="", blank=True)
    """Public ID of the Automation Engine key under which it wrote."""
    replay_of = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, related_name="replays", db_index=False)
    trace = DocumentField(default=dict)
    error = models.TextField(default="", db_default="", blank=True)
    micros = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(db_default=Now())
    updated_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("event_id", "rule"), name="run_once_per_event"),
            models.UniqueConstraint(
                fields=("replay_of",), condition=models.Q(replay_of__isnull=False), name="run_again_once"
            ),
        )
        indexes = (
            models.Index(fields=("organization", "-created_at", "-id"), name="run_newest"),
            models.Index(fields=("entity_type", "entity_id", "id"), name="run_of_entity"),
            models.Index(fields=("rule", "-id"), name="run_of_rule"),
            # What went wrong or waits is looked for among many that went well; the error texts are found by it too.
            models.Index(
                fields=("organization", "-created_at", "-id", "status"),
                name="run_unusual",
                condition=~models.Q(status="completed"),
            ),
            # A list of few among many is not found by going through the newest.
            models.Index(
                fields=("organization", "trigger", "-created_at", "-id"),
                name="run_of_trigger",
                condition=~models.Q(trigger="NEW_ORDER"),
            ),
            models.Index(
                fields=("organization", "origin", "-created_at", "-id"),
                name="run_by_origin",
                condition=~models.Q(origin="live"),
            ),
        )

    def __str__(self) -> str:
        return f"{self.rule_name} on {self.entity_label}"


class RuleOnce(Scoped):
    """That a rule which runs once for a record has run for it; the database allows one row."""

    rule = models.ForeignKey(Rule, on_delete=models.CASCADE, related_name="+", db_index=False)
    entity_type = models.CharField(max_length=40)
    entity_id = models.BigIntegerField()
    run_id = models.BigIntegerField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("rule", "entity_type", "entity_id"), name="rule_once"),)

    def __str__(self) -> str:
        return f"{self.rule_id} on {self.entity_type} {self.entity_id}"


class RuleCounter(Scoped):
    """How often a rule matched, failed or did not match in an hour, and the time it took."""

    rule = models.ForeignKey(Rule, on_delete=models.CASCADE, related_name="counters", db_index=False)
    hour = models.DateTimeField()
    matches = models.PositiveBigIntegerField(default=0)
    errors = models.PositiveBigIntegerField(default=0)
    failures = models.PositiveBigIntegerField(default=0, db_default=0)
    """Those of the errors that were the rule's own fault; begins anew when somebody saves it or switches it on."""
    timeouts = models.PositiveBigIntegerField(default=0, db_default=0)
    """Those of the failures that were code which did not end in time."""
    non_matches = models.PositiveBigIntegerField(default=0)
    micros = models.PositiveBigIntegerField(default=0)
    last_matched_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("rule", "hour"), name="rule_counter_once"),)

    def __str__(self) -> str:
        return f"{self.rule_id} at {self.hour}"


class CodeTime(Scoped):
    """The time that an organization's code has run in the last minute in which it ran (`automations.guard`)."""

    minute = models.DateTimeField()
    micros = models.BigIntegerField(default=0)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("organization",), name="code_time_once"),)

    def __str__(self) -> str:
        return f"{self.organization_id} at {self.minute}"
