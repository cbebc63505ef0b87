"""What a person must look at."""

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from orders.models.source import Source
from portal.kit.fields import DocumentField
from portal.kit.ids import new_public_id
from portal.tenancy.scope import Scoped


class OrderException(Scoped):
    """A problem that stops or delays something, with its cure (behaviour.md 2.7 and 7).

    While it is active there is one row for a type and cause: the same failure met again counts up.
    `version` counts what its history tells; see `orders.exceptions.raise_` for repeats.
    """

    class State(models.TextChoices):
        ACTIVE = "active", _("Active")
        RESOLVED = "resolved", _("Resolved")
        DISMISSED = "dismissed", _("Dismissed")

    public_id = models.CharField(max_length=16, unique=True, default=new_public_id, editable=False)
    version = models.PositiveIntegerField(default=1, db_default=1)
    type = models.CharField(max_length=60)
    category = models.CharField(max_length=60)
    state = models.CharField(max_length=9, choices=State, default=State.ACTIVE)
    cause_key = models.CharField(max_length=300)
    source = models.ForeignKey(Source, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False)
    """The store that it has to do with: that of its order, or the one that fails."""
    entity_type = models.CharField(max_length=40, default="", db_default="", blank=True)
    entity_id = models.BigIntegerField(null=True)
    entity_public_id = models.CharField(max_length=16, null=True)  # noqa: DJ001 - filters tell absent from empty
    entity_label = models.CharField(max_length=300, default="", db_default="", blank=True)
    title = models.CharField(max_length=300)
    message = models.TextField()
    cure = models.TextField(default="", db_default="", blank=True)
    raw = models.BinaryField(null=True)
    facets = DocumentField(default=dict, db_default=models.Value({}, output_field=models.JSONField()))
    times = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(db_default=Now())
    last_seen_at = models.DateTimeField(db_default=Now())
    updated_at = models.DateTimeField(db_default=Now())
    closed_at = models.DateTimeField(null=True)
    closed_by = models.CharField(max_length=200, default="", db_default="", blank=True)
    shared = models.CharField(max_length=200, default="", db_default="", blank=True)
    """The cause without what is its own (number, amounts): exceptions of a type that share it are cured together."""
    shared_folded = models.TextField(null=True)  # noqa: DJ001 - filters tell absent from empty
    assigned_to = models.CharField(max_length=254, default="", db_default="", blank=True)
    """The e-mail of the member who looks after it; taken away when it is closed."""
    assigned_name = models.CharField(max_length=200, default="", db_default="", blank=True)
    assigned_folded = models.TextField(null=True)  # noqa: DJ001 - filters tell absent from empty
    snoozed_until = models.DateTimeField(null=True)
    """Until then it is not counted; it comes back by itself (`orders.exceptions.snooze`)."""
    returned_at = models.DateTimeField(null=True)
    """When it came back from a snooze; until somebody takes it on."""

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("organization", "type", "cause_key"),
                condition=models.Q(state="active"),
                name="exception_active_once",
            ),
        )
        indexes = (
            models.Index(fields=("organization", "state", "-created_at"), name="exception_newest"),
            models.Index(fields=("entity_type", "entity_id"), name="exception_of_entity"),
            models.Index(fields=("organization", "id"), name="exception_to_sweep", condition=models.Q(state="active")),
            models.Index(
                fields=("organization", "type", "created_at"),
                name="exception_open",
                condition=models.Q(state="active", snoozed_until=None),
            ),
            models.Index(
                fields=("organization", "type", "shared_folded"),
                name="exception_by_cause",
                condition=models.Q(state="active"),
            ),
            models.Index(
                fields=("organization", "assigned_folded", "created_at"),
                name="exception_of_member",
                condition=models.Q(state="active", assigned_folded__isnull=False),
            ),
            models.Index(
                fields=("snoozed_until",), name="exception_wakes", condition=models.Q(snoozed_until__isnull=False)
            ),
        )

    def __str__(self) -> str:
        return self.title
