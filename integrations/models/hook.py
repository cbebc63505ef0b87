"""How outside systems call us: the address of an integration, and the messages that came."""

from django.db import models
from django.db.models.functions import Now

from integrations.models.integration import Integration
from portal.kit.claims import Claimable
from portal.kit.fields import DocumentField


class Hook(Claimable):
    """The address of one integration, and whether the other side knows it.

    Its token and its secret are credentials of the integration; here stands only what finds it by the token. A row
    is due when its address has to be registered on the other side, or registered anew.
    """

    integration = models.OneToOneField(Integration, on_delete=models.CASCADE, related_name="hook")
    token_hash = models.CharField(max_length=64, unique=True)
    address = models.CharField(max_length=500, default="", db_default="", blank=True)
    """What the other side was told to call; empty: it was told nothing."""
    registration = DocumentField(default=dict)
    """What ending it needs, as the other side answered."""
    tokens = models.FloatField(default=0, db_default=0)
    """Of the bucket that limits how many messages are taken in; see `integrations.hooks.inbox`."""
    paced_at = models.DateTimeField(db_default=Now())
    last_at = models.DateTimeField(null=True)
    last_topic = models.CharField(max_length=200, default="", db_default="", blank=True)
    refused_at = models.DateTimeField(null=True)
    """When a message came last whose signature was not good."""

    class Meta:
        indexes = (models.Index(fields=("next_at",), name="hook_due", condition=models.Q(state="pending")),)

    def __str__(self) -> str:
        return f"address of {self.integration_id}"


class HookMessage(models.Model):
    """One message as it came: kept so that its repeats are known, and for what it carries."""

    integration = models.ForeignKey(Integration, on_delete=models.CASCADE, related_name="messages", db_index=False)
    message_id = models.CharField(max_length=200)
    topic = models.CharField(max_length=200)
    digest = models.CharField(max_length=64)
    """SHA-256 of the body: the same ID with another body is somebody else's."""
    body = models.BinaryField()
    received_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = (models.UniqueConstraint(fields=("integration", "message_id"), name="hook_message_once"),)
        indexes = (models.Index(fields=("received_at",), name="hook_message_age"),)

    def __str__(self) -> str:
        return f"{self.topic} {self.message_id}"
