"""What we wrote into records of a channel: known again when it comes back as a change."""

from django.db import models
from django.db.models.functions import Now

from integrations.models.integration import Integration
from portal.kit.fields import DocumentField


class Written(models.Model):
    """One value that we set, or were about to set, in one order of a channel, in the words of our documents."""

    integration = models.ForeignKey(Integration, on_delete=models.CASCADE, related_name="written", db_index=False)
    order_api_id = models.CharField(max_length=300)
    path = models.CharField(max_length=100)
    value = DocumentField()
    at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = (
            models.Index(fields=("integration", "order_api_id"), name="written_of_order"),
            models.Index(fields=("at",), name="written_age"),
        )

    def __str__(self) -> str:
        return f"{self.path} of {self.order_api_id}"
