"""What orders and rules know of a store; the integrations house writes it."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.kit.clock import now
from portal.kit.ids import new_public_id
from portal.tenancy.scope import Scoped


class Source(Scoped):
    """Where orders come from. It outlives its integration, because its orders do."""

    class State(models.TextChoices):
        ACTIVE = "active", _("Active")
        DISABLED = "disabled", _("Disabled")
        DELETED = "deleted", _("Deleted")

    public_id = models.CharField(max_length=16, unique=True, default=new_public_id, editable=False)
    name = models.CharField(max_length=120)
    connector = models.CharField(max_length=40)
    state = models.CharField(max_length=8, choices=State, default=State.ACTIVE)
    created_at = models.DateTimeField(default=now)

    class Meta:
        indexes = (models.Index(fields=("organization", "name"), name="source_by_name"),)

    def __str__(self) -> str:
        return self.name
