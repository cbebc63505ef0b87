"""The built-in engines of an organization: switched on or off, and their settings."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now

from portal.kit.claims import Claimable
from portal.kit.fields import DocumentField
from portal.tenancy.scope import Scoped


class EngineSetting(Scoped):
    """One engine of one organization. Without a row it is on, with the settings that it comes with."""

    engine = models.CharField(max_length=20)
    enabled = models.BooleanField(default=True)
    settings = DocumentField(default=dict)
    version = models.PositiveIntegerField(default=1)
    changed_at = models.DateTimeField(db_default=Now())
    changed_by = models.CharField(max_length=200, default="", db_default="", blank=True)
    elders = models.BigIntegerField(null=True)
    """Who wrote when it came on and took it for off (`portal.kit.elders`): a mark of them. 0: not taken yet; none: they
    have ended, and what they left has been looked at."""
    first_look = models.TextField(default="", db_default="", blank=True)
    """The server's snapshot of the first look as it came on (`automations.judged`); empty: no second comes."""
    judged = ArrayField(models.BigIntegerField(), null=True)
    """Those of the events of that time and later that the first look saw, or that have been judged since."""

    class Meta:
        constraints = (models.UniqueConstraint(fields=("organization", "engine"), name="engine_setting_once"),)

    def __str__(self) -> str:
        return f"{self.engine} of {self.organization_id}: {'on' if self.enabled else 'off'}"


class ExceptionSweep(Claimable, Scoped):
    """Where the sweep over the exceptions of an organization stands, and what its last pass found."""

    began_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    cursor = models.BigIntegerField(default=0)
    looked = models.PositiveIntegerField(default=0)
    closed = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("organization",), name="exception_sweep_once"),)

    def __str__(self) -> str:
        return f"sweep of {self.organization_id}"
