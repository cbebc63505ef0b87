"""What keeps an order waiting."""

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from orders.lifecycle.order import CHOICES
from orders.models.order import Order
from portal.kit.ids import new_public_id
from portal.tenancy.scope import Scoped


class Hold(Scoped):
    """One reason for an order to wait; the order is on hold while one is open.

    `due_at` is computed once and stored. A conditional hold also has it: there it is the fail-safe.
    """

    class Kind(models.TextChoices):
        TIMED = "timed", _("Until a time")
        CONDITIONAL = "conditional", _("Until a condition is met")

    class Outcome(models.TextChoices):
        DUE = "due", _("Its time came")
        RELEASED = "released", _("Released by hand")
        SUPERSEDED = "superseded", _("The order went on otherwise")
        CONDITION = "condition", _("Its condition was met")
        FAIL_SAFE = "fail_safe", _("Its fail-safe time came")

    public_id = models.CharField(max_length=16, unique=True, default=new_public_id, editable=False)
    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="holds", db_index=False)
    kind = models.CharField(max_length=11, choices=Kind, default=Kind.TIMED)
    reason = models.TextField()
    placed_at = models.DateTimeField(db_default=Now())
    placed_by_kind = models.CharField(max_length=16)
    placed_by_id = models.CharField(max_length=80)
    placed_by_name = models.CharField(max_length=200)
    run_id = models.BigIntegerField(null=True)
    due_at = models.DateTimeField()
    next_status = models.CharField(max_length=20, choices=CHOICES)
    period = models.PositiveIntegerField(default=0)
    """The order version at which its present time on hold began: holds of one period end together."""
    retry_at = models.DateTimeField(null=True)
    """When a release that failed is tried again; until then it stands in nobody's way."""
    checked_at = models.DateTimeField(null=True)
    """When the condition of a conditional hold was last looked at."""
    ended_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=10, choices=Outcome, default="", db_default="", blank=True)
    ended_by = models.CharField(max_length=200, default="", db_default="", blank=True)

    class Meta:
        indexes = (
            models.Index(fields=("due_at", "id"), name="hold_due", condition=models.Q(ended_at=None)),
            models.Index(fields=("order", "id"), name="hold_of_order"),
            models.Index(
                fields=("organization", "checked_at"),
                name="hold_waiting",
                condition=models.Q(kind="conditional", ended_at=None),
            ),
            models.Index(
                fields=("ended_at", "organization"),
                name="hold_waited",
                condition=models.Q(kind="conditional", ended_at__isnull=False),
            ),
        )
        constraints = (
            models.CheckConstraint(
                condition=models.Q(ended_at=None) | ~models.Q(outcome=""), name="hold_end_has_an_outcome"
            ),
        )

    def __str__(self) -> str:
        return f"{self.reason} until {self.due_at:%Y-%m-%d %H:%M}"
