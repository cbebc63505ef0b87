"""How far each flow has come, and what its runs brought."""

from django.db import models
from django.db.models.functions import Now

from integrations.models.integration import Integration
from portal.kit.claims import Claimable
from portal.kit.fields import DocumentField


class FlowState(Claimable):
    """One flow of an integration: work that falls due again and again, held by one worker at a time."""

    integration = models.ForeignKey(Integration, on_delete=models.CASCADE, related_name="flow_states")
    flow = models.CharField(max_length=40)
    cursor = DocumentField(default=dict)
    """How far it has come; in a rush a megabyte, so pages leave it out."""
    failures = models.PositiveIntegerField(default=0)
    """Failed runs in a row."""
    asked_at = models.DateTimeField(null=True)
    """When a person pressed *Sync now*; the next run looks whatever the gate says."""
    woken_at = models.DateTimeField(null=True)
    """When a message of the other side asked for a look that has not begun yet."""
    last_run_at = models.DateTimeField(null=True)
    last_ok_at = models.DateTimeField(null=True)
    last_full_at = models.DateTimeField(null=True)
    """When the list itself was last asked, not only the gate."""

    switched_at = models.DateTimeField(null=True)
    """When it last began to send, or ceased."""
    elders = models.BigIntegerField(null=True)
    """Who wrote then and did not know of it (`portal.kit.elders`): a mark of them. 0: not taken yet; none: what they
    wrote has been looked through (`integrations.outbound.beginning`)."""

    class Meta:
        constraints = (models.UniqueConstraint(fields=("integration", "flow"), name="flow_once"),)
        indexes = (models.Index(fields=("next_at",), name="flow_due"),)

    def __str__(self) -> str:
        return f"{self.flow} of {self.integration_id}"


class SyncRun(models.Model):
    """One run that brought something or failed; quiet ones leave no row."""

    integration = models.ForeignKey(Integration, on_delete=models.CASCADE, related_name="runs")
    flow = models.CharField(max_length=40)
    started_at = models.DateTimeField(db_default=Now())
    ms = models.PositiveIntegerField(default=0)
    pages = models.PositiveIntegerField(default=0)
    created = models.PositiveIntegerField(default=0)
    updated = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    deleted = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)
    left_out = models.PositiveIntegerField(default=0)
    """Older than the start, or already shipped when first seen."""
    error = models.TextField(default="", db_default="", blank=True)

    class Meta:
        indexes = (models.Index(fields=("integration", "-id"), name="sync_run_newest"),)

    def __str__(self) -> str:
        return f"{self.flow}: {self.created} new, {self.updated} changed"
