"""The settings of the Order Hold Engine, for organizations that had it before rules (behaviour.md 4.11)."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from orders.models import Source
from portal.tenancy.scope import Scoped


class Following(models.TextChoices):
    """Where an order goes after its hold."""

    READY = "readyForFulfillment", _("Ready for fulfillment")
    REVIEW = "reviewRequired", _("Review required")


class HoldEngine(Scoped):
    """How long new orders of an organization wait, and where they go then; until it is migrated to rules."""

    enabled = models.BooleanField(default=True)
    minutes = models.PositiveIntegerField(null=True)
    """Minutes from when an order was taken in; None: it goes on at once."""
    next_status = models.CharField(max_length=20, choices=Following, default=Following.READY)
    version = models.PositiveIntegerField(default=1)
    """Counts saves, so that nobody saves over a colleague."""
    migrated_at = models.DateTimeField(null=True)
    migrated_by = models.CharField(max_length=200, default="", db_default="", blank=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("organization",), name="hold_engine_once"),)

    def __str__(self) -> str:
        return f"Order Hold Engine of {self.organization_id}"


class HoldEngineRow(models.Model):
    """What is different for the orders of one store."""

    engine = models.ForeignKey(HoldEngine, on_delete=models.CASCADE, related_name="rows", db_index=False)
    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="+", db_index=False)
    minutes = models.PositiveIntegerField(null=True)
    next_status = models.CharField(max_length=20, choices=Following, default=Following.READY)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("engine", "source"), name="hold_engine_row_once"),)

    def __str__(self) -> str:
        return f"{self.source}: {self.minutes}"
