"""What outside systems were told of orders: an ERP, the books."""

from django.db import models
from django.db.models.functions import Now

from orders.models.order import Order
from orders.models.source import Source
from portal.tenancy.scope import Scoped


class OrderPush(Scoped):
    """An order in one outside system: the last push, what became of it, and what the system calls it.

    Written by `orders.pushes.push` alone (behaviour.md 3.5 and 8.5).
    """

    class State(models.TextChoices):
        SUBMITTED = "submitted"
        PROCESSING = "processing"
        COMPLETED = "completed"
        FAILED = "failed"

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="pushes", db_index=False)
    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="+", db_index=False)
    """The integration of the system."""
    state = models.CharField(max_length=10, choices=State, default=State.SUBMITTED)
    times = models.PositiveIntegerField(default=1)
    """How often it was asked for: the version that the system gets."""
    digest = models.CharField(max_length=16)
    """Of what was asked to be told (`orders.pushes.told`)."""
    number = models.CharField(max_length=300, default="", db_default="", blank=True)
    """What the system calls it; stays when it is pushed again."""
    url = models.CharField(max_length=2_000, default="", db_default="", blank=True)
    reason = models.TextField(default="", db_default="", blank=True)
    """Why it waits or failed."""
    changed_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = (models.UniqueConstraint(fields=("order", "source"), name="order_push_once"),)
        indexes = (
            models.Index(
                fields=("source", "id"),
                name="order_push_open",
                condition=models.Q(state__in=("submitted", "processing")),
            ),
        )

    def __str__(self) -> str:
        return f"{self.order_id} in {self.source_id}: {self.state}"
