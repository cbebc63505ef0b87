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
    The entity as it was is its document at `entity_version`.
    """

    class Status(models.TextChoices):
        COMPLETED = "completed", _("Completed")
        FAILED = "failed", _("Failed")
        REFUSED = "refused", _("Refused")

    public_id = models.CharField(max_length=16, unique=True, default=new_public_id, editable=False)
    event_id = models.BigIntegerField()
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
    trace = DocumentField(default=dict)
    error = models.TextField(default="", db_default="", blank=True)
    micros = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(db_default=Now())
    updated_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = (models.UniqueConstraint(fields=("event_id", "rule"), name="run_once_per_event"),)
        indexes = (
            models.Index(fields=("organization", "-created_at", "-id"), name="run_newest"),
            models.Index(fields=("entity_type", "entity_id", "id"), name="run_of_entity"),
            models.Index(fields=("rule", "-id"), name="run_of_rule"),
        )

    def __str__(self) -> str:
        return f"{self.rule_name} on {self.entity_label}"


class RuleCounter(Scoped):
    """How often a rule matched, failed or did not match in an hour, and the time it took."""

    rule = models.ForeignKey(Rule, on_delete=models.CASCADE, related_name="counters", db_index=False)
    hour = models.DateTimeField()
    matches = models.PositiveBigIntegerField(default=0)
    errors = models.PositiveBigIntegerField(default=0)
    non_matches = models.PositiveBigIntegerField(default=0)
    micros = models.PositiveBigIntegerField(default=0)
    last_matched_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("rule", "hour"), name="rule_counter_once"),)

    def __str__(self) -> str:
        return f"{self.rule_id} at {self.hour}"
