"""One way out to an outside system's sign-in page and back."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from integrations.models.integration import Integration


class OAuthAttempt(models.Model):
    """An attempt to connect; good once, for ten minutes, for one person in one session."""

    integration = models.ForeignKey(Integration, on_delete=models.CASCADE, related_name="attempts")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    state_hash = models.CharField(max_length=64, unique=True)
    session_hash = models.CharField(max_length=64)
    redirect_uri = models.CharField(max_length=500)
    verifier = models.BinaryField(default=bytes)
    """Sealed; empty where the provider knows no PKCE."""
    created_at = models.DateTimeField(db_default=Now())
    used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"attempt {self.pk} of {self.integration_id}"
