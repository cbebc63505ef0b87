"""Secrets of an integration, sealed."""

from django.db import models
from django.db.models.functions import Now

from integrations.models.integration import Integration
from portal.kit import secrets


class Credential(models.Model):
    """One secret; it opens only for its organization, integration and field."""

    integration = models.ForeignKey(Integration, on_delete=models.CASCADE, related_name="credentials")
    field = models.CharField(max_length=40)
    sealed = models.BinaryField()
    last_four = models.CharField(max_length=4, default="", db_default="")
    updated_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = (models.UniqueConstraint(fields=("integration", "field"), name="credential_once"),)

    def __str__(self) -> str:
        return f"{self.field} of {self.integration_id}"

    def open(self) -> str:
        """Return the secret. Raises portal.kit.secrets.CannotOpen."""
        return secrets.open_sealed(bytes(self.sealed), context=context(self.integration, self.field))


def context(integration: Integration, field: str) -> str:
    """Return the place a secret is bound to."""
    return f"{integration.organization_id}:{integration.pk}:{field}"


def opened(integration: Integration) -> dict[str, str]:
    """Return every secret of an integration by field. Raises portal.kit.secrets.CannotOpen."""
    rows = Credential.objects.filter(integration=integration).select_related("integration")
    return {one.field: one.open() for one in rows}


def store(integration: Integration, values: dict[str, str]) -> None:
    """Replace the secrets of an integration."""
    for field, value in values.items():
        Credential.objects.update_or_create(
            integration=integration,
            field=field,
            defaults={
                "sealed": secrets.seal(value, context=context(integration, field)),
                "last_four": secrets.last_four(value),
                "updated_at": Now(),
            },
        )
