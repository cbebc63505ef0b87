"""Where orders go: the cards that people write, and what routing made of each order."""

from django.db import models
from django.db.models.functions import Now

from orders.models.order import Order
from portal.kit.fields import DocumentField
from portal.kit.ids import new_public_id
from portal.tenancy.scope import Scoped


class RoutingCard(Scoped):
    """One order routing card (behaviour.md 5.1); the first that satisfies an order wins."""

    public_id = models.CharField(max_length=16, unique=True, default=new_public_id, editable=False)
    name = models.CharField(max_length=120)
    enabled = models.BooleanField(default=True)
    position = models.PositiveIntegerField()
    definition = DocumentField()
    """Filter, ordered destinations with their regions, and the switches (`orders.routing.card`)."""
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(db_default=Now())
    updated_at = models.DateTimeField(db_default=Now())
    deleted_at = models.DateTimeField(null=True)

    class Meta:
        indexes = (
            models.Index(
                fields=("organization", "position"), name="routing_card_in_order", condition=models.Q(deleted_at=None)
            ),
        )

    def __str__(self) -> str:
        return self.name


class RoutingRun(Scoped):
    """One time that routing looked at an order: what it decided, and the reason for each location."""

    public_id = models.CharField(max_length=16, unique=True, default=new_public_id, editable=False)
    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="routing_runs", db_index=False)
    at = models.DateTimeField(db_default=Now())
    trigger = models.CharField(max_length=8)
    """auto, manual, retry or stock."""
    outcome = models.CharField(max_length=10)
    """routed, waiting (on future stock), failed, nothing."""
    sentence = models.TextField()
    trace = DocumentField()
    order_version = models.PositiveIntegerField()
    actor_kind = models.CharField(max_length=16)
    actor_id = models.CharField(max_length=80)
    actor_name = models.CharField(max_length=200)

    class Meta:
        indexes = (models.Index(fields=("order", "-id"), name="routing_run_of_order"),)

    def __str__(self) -> str:
        return self.sentence
