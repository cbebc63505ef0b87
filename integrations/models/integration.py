"""A connection to one account of an outside system."""

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from orders.models import Source
from portal.kit.fields import DocumentField
from portal.kit.ids import new_public_id
from portal.tenancy.scope import Scoped


class Connection(models.TextChoices):
    """How far the connection has come; whether it is switched on is another question."""

    NOT_CONFIGURED = "not_configured", _("Not Configured")
    CONNECTING = "connecting", _("Connecting")
    CONNECTED = "connected", _("Connected")
    ERROR = "error", _("Error")


class Status(models.TextChoices):
    """The five statuses that people see (behaviour.md 8.1)."""

    CONNECTED = "connected", _("Connected")
    CONNECTING = "connecting", _("Connecting")
    NOT_CONFIGURED = "not_configured", _("Not Configured")
    DISABLED = "disabled", _("Disabled")
    ERROR = "error", _("Error")


class Integration(Scoped):
    """One account of an outside system, with what flows to and from it.

    It changes only through `integrations.lifecycle`. The orders belong to its source, which stays
    when the integration is deleted.
    """

    public_id = models.CharField(max_length=16, unique=True, default=new_public_id, editable=False)
    connector = models.CharField(max_length=40)
    name = models.CharField(max_length=120)
    source = models.OneToOneField(Source, on_delete=models.PROTECT, related_name="+")
    version = models.PositiveIntegerField(default=1)

    enabled = models.BooleanField(default=True)
    enabled_at = models.DateTimeField(null=True)
    """When it first was connected and on: pulling starts there, by the clock of the other side."""
    sync_from = models.DateTimeField(null=True, blank=True)
    """Set on purpose, to begin earlier or later than `enabled_at`."""

    connection = models.CharField(max_length=14, choices=Connection, default=Connection.NOT_CONFIGURED)
    connection_since = models.DateTimeField(db_default=Now())
    cause = models.TextField(default="", db_default="", blank=True)
    cure = models.TextField(default="", db_default="", blank=True)
    last_ok_at = models.DateTimeField(null=True)

    flows = DocumentField(default=dict)
    settings = DocumentField(default=dict)
    account_key = models.CharField(max_length=200, default="", db_default="", blank=True)
    account_name = models.CharField(max_length=300, default="", db_default="", blank=True)
    account = DocumentField(default=dict)
    """What the client and the mapping need to know of the account. Holds no secret."""

    created_at = models.DateTimeField(db_default=Now())
    deleted_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("organization", "connector", "account_key"),
                condition=models.Q(deleted_at=None) & ~models.Q(account_key=""),
                name="integration_account_once",
            ),
        )
        indexes = (
            models.Index(
                fields=("organization", "name"), name="integration_by_name", condition=models.Q(deleted_at=None)
            ),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def status(self) -> Status:
        """Return what people see."""
        if not self.enabled:
            return Status.DISABLED
        # A connection that stands, but brings nothing for long, is an error that may heal by itself.
        lasting = self.connection == Connection.CONNECTED and bool(self.cause)
        return Status.ERROR if lasting else Status(self.connection)

    @property
    def is_active(self) -> bool:
        """Say whether its flows may run."""
        return self.enabled and self.deleted_at is None and self.connection == Connection.CONNECTED
