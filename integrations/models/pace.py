"""How fast an outside system may be called, by all processes together."""

from django.db import models

from integrations.models.integration import Integration


class Pace(models.Model):
    """The token bucket of one integration, and the pause its other side has asked for."""

    integration = models.OneToOneField(Integration, on_delete=models.CASCADE, primary_key=True, related_name="pace")
    tokens = models.FloatField()
    at = models.DateTimeField()
    blocked_until = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"pace of {self.integration_id}"
