"""What custom integrations need beside an integration: their keys, answers they may ask for again, files taken."""

from django.db import models
from django.db.models.functions import Now

from integrations.models.integration import Integration
from portal.kit.ids import new_public_id
from portal.tenancy.keys import ApiKey


class IntegrationKey(models.Model):
    """Which integration an API key speaks for; what it sends and reads is that integration's alone."""

    integration = models.ForeignKey(Integration, on_delete=models.CASCADE, related_name="api_keys")
    key = models.OneToOneField(ApiKey, on_delete=models.CASCADE, related_name="+")

    def __str__(self) -> str:
        return f"key {self.key_id} of {self.integration_id}"


class KeptAnswer(models.Model):
    """The answer to a request that named an `Idempotency-Key`: asked again, it is given again."""

    integration = models.ForeignKey(Integration, on_delete=models.CASCADE, related_name="+", db_index=False)
    name = models.CharField(max_length=200)
    digest = models.CharField(max_length=64)
    """SHA-256 of what was asked."""
    status = models.PositiveIntegerField(default=0)
    body = models.BinaryField(default=bytes)
    at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = (models.UniqueConstraint(fields=("integration", "name"), name="kept_answer_once"),)
        indexes = (models.Index(fields=("at",), name="kept_answer_by_age"),)

    def __str__(self) -> str:
        return f"{self.name} of {self.integration_id}"


class ExchangedFile(models.Model):
    """A CSV file that was taken in, or written for the other side."""

    class Way(models.TextChoices):
        IN = "in"
        OUT = "out"

    integration = models.ForeignKey(Integration, on_delete=models.CASCADE, related_name="files", db_index=False)
    public_id = models.CharField(max_length=16, unique=True, default=new_public_id, editable=False)
    way = models.CharField(max_length=3, choices=Way)
    kind = models.CharField(max_length=40)
    name = models.CharField(max_length=300)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    rows = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)
    errors = models.TextField(default="", blank=True)
    """The file of errors, as CSV; empty where every row was taken."""
    taken = models.BooleanField(default=True)
    """False where nothing of it fitted: the same file may come again."""
    at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("integration", "kind", "sha256"),
                condition=models.Q(way="in", taken=True),
                name="file_taken_once",
            ),
        )
        indexes = (models.Index(fields=("integration", "-id"), name="exchanged_newest"),)

    def __str__(self) -> str:
        return self.name


class ToldFile(models.Model):
    """A shipping request, or its cancellation, that was written into a file: once is enough."""

    integration = models.ForeignKey(Integration, on_delete=models.CASCADE, related_name="+", db_index=False)
    kind = models.CharField(max_length=40)
    request_id = models.BigIntegerField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("integration", "kind", "request_id"), name="told_by_file_once"),)

    def __str__(self) -> str:
        return f"{self.kind} {self.request_id}"
