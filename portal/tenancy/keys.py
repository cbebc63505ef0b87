"""API keys: what another program shows instead of a session. What is done with them: `portal.tenancy.keyring`."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.kit.clock import now
from portal.kit.ids import new_public_id
from portal.tenancy.scope import Scoped


class ApiKey(Scoped):
    """A key of one organization. The secret itself is nowhere: only its SHA-256 is.

    It is 256 random bits, so nothing slower than SHA-256 is needed: there is nothing to guess. A key is
    never deleted, because history names it; it is revoked.
    """

    public_id = models.CharField(max_length=16, unique=True, default=new_public_id, editable=False)
    name = models.CharField(_("name"), max_length=80)
    secret_hash = models.CharField(max_length=64, editable=False)
    last_four = models.CharField(max_length=4, editable=False)
    scopes = ArrayField(models.CharField(max_length=60), default=list)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False
    )
    created_at = models.DateTimeField(default=now)
    last_used_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    system = models.BooleanField(default=False)
    """Whether the portal made it for its Automation Engine: it has no secret, and people cannot make one."""
    paced_until = models.DateTimeField(default=now)
    """Up to which instant its requests so far have used up its pace (`keyring.take_turn`)."""

    class Meta(Scoped.Meta):
        verbose_name = _("API key")
        verbose_name_plural = _("API keys")
        indexes = (models.Index(fields=("organization", "-created_at"), name="apikey_newest"),)
        constraints = (
            models.UniqueConstraint(
                fields=("organization", "name"), condition=models.Q(revoked_at=None), name="apikey_name_once"
            ),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def expired(self) -> bool:
        """Say whether its time is over."""
        return self.expires_at is not None and self.expires_at <= now()

    @property
    def usable(self) -> bool:
        """Say whether it still opens anything."""
        return self.revoked_at is None and not self.expired
