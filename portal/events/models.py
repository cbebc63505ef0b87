"""What happened, and who has still to look at it."""

from django.db import models
from django.db.models.functions import Now

from portal.kit.claims import Claimable
from portal.kit.fields import DocumentField
from portal.tenancy.scope import Scoped


class Event(Scoped):
    """Something that happened to an entity, written in the transaction in which it happened."""

    name = models.CharField(max_length=60)
    entity_type = models.CharField(max_length=40)
    entity_id = models.BigIntegerField()
    entity_version = models.PositiveIntegerField()
    payload = DocumentField(default=dict)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = (
            models.Index(fields=("entity_type", "entity_id", "id"), name="event_of_entity"),
            models.Index(fields=("organization", "-id"), name="event_of_organization"),
        )

    def __str__(self) -> str:
        return f"{self.name} of {self.entity_type} {self.entity_id}"


class Handoff(Claimable, Scoped):
    """An event that one consumer has not dealt with yet. The row goes when the effects are committed."""

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="handoffs", db_index=False)
    consumer = models.CharField(max_length=40)
    entity_type = models.CharField(max_length=40)
    entity_id = models.BigIntegerField()

    class Meta:
        indexes = (
            models.Index(fields=("consumer", "id"), name="handoff_waiting", condition=~models.Q(state="parked")),
            models.Index(fields=("entity_type", "entity_id", "consumer", "id"), name="handoff_of_entity"),
        )
        constraints = (models.UniqueConstraint(fields=("event", "consumer"), name="handoff_once"),)

    def __str__(self) -> str:
        return f"{self.event_id} for {self.consumer}"
