"""What was asked outside, and what came back."""

from urllib.parse import urlsplit

from django.db import models
from django.db.models.functions import Now

from integrations.models.integration import Integration


class Call(models.Model):
    """One call to an outside system, without secrets and without bodies."""

    integration = models.ForeignKey(Integration, on_delete=models.CASCADE, related_name="calls")
    at = models.DateTimeField(db_default=Now())
    method = models.CharField(max_length=8)
    url = models.CharField(max_length=1000)
    status = models.PositiveIntegerField(null=True)
    """None: no whole answer came."""
    ms = models.PositiveIntegerField(default=0)
    bytes = models.PositiveBigIntegerField(default=0)
    error = models.CharField(max_length=500, default="", db_default="", blank=True)

    class Meta:
        indexes = (models.Index(fields=("integration", "-id"), name="call_newest"),)

    def __str__(self) -> str:
        return f"{self.method} {self.url}"

    @property
    def path(self) -> str:
        """Return the address without scheme and host."""
        parts = urlsplit(self.url)
        return parts.path + (f"?{parts.query}" if parts.query else "")
