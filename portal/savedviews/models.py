"""A saved view: the address of a list's state under a name, for oneself or for everybody."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.kit.clock import now
from portal.kit.ids import new_public_id
from portal.tenancy.scope import Scoped


class SavedView(Scoped):
    """Filter, search, sort and columns of one list, kept as its canonical query string."""

    public_id = models.CharField(max_length=16, unique=True, default=new_public_id, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    list_key = models.CharField(max_length=64)
    name = models.CharField(_("name"), max_length=60)
    query = models.TextField(blank=True, max_length=30_000)
    shared = models.BooleanField(_("for everybody in the organization"), default=False)
    position = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(default=now)

    class Meta(Scoped.Meta):
        verbose_name = _("saved view")
        verbose_name_plural = _("saved views")
        ordering = ("position", "pk")
        indexes = (models.Index(fields=("organization", "list_key"), name="savedview_list"),)
        constraints = (
            models.UniqueConstraint(fields=("organization", "owner", "list_key", "name"), name="savedview_name_once"),
        )

    def __str__(self) -> str:
        return self.name
