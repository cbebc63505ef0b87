"""A saved view: the address of a list's state under a name, for oneself or for everybody."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from portal.kit.clock import now
from portal.kit.ids import new_public_id
from portal.tenancy.roles import Role
from portal.tenancy.scope import Scoped

_KEPT = Q(deleted_at=None)


class SavedView(Scoped):
    """Filter, search, sort, columns and page size of one list, kept as its canonical query string.

    `version` counts the changes, so that the second of two people who change it is told. A deleted
    view is kept a while, for *Undo*; its name is free at once.
    """

    public_id = models.CharField(max_length=16, unique=True, default=new_public_id, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    list_key = models.CharField(max_length=64)
    name = models.CharField(_("name"), max_length=60)
    name_folded = models.CharField(max_length=120, editable=False)
    """The name as names are compared (`portal.kit.text.fold`)."""
    query = models.TextField(blank=True, max_length=30_000)
    shared = models.BooleanField(_("for everybody in the organization"), default=False)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(default=now)
    changed_at = models.DateTimeField(default=now)
    changed_by = models.CharField(max_length=200, default="", blank=True)
    deleted_at = models.DateTimeField(null=True, editable=False)

    class Meta(Scoped.Meta):
        verbose_name = _("saved view")
        verbose_name_plural = _("saved views")
        indexes = (models.Index(fields=("organization", "list_key"), name="savedview_list"),)
        constraints = (
            models.UniqueConstraint(
                fields=("organization", "owner", "list_key", "name_folded"), condition=_KEPT, name="savedview_own_name"
            ),
            models.UniqueConstraint(
                fields=("organization", "list_key", "name_folded"),
                condition=_KEPT & Q(shared=True),
                name="savedview_shared_name",
            ),
        )

    def __str__(self) -> str:
        return self.name


class ViewArrangement(Scoped):
    """How a list's views stand before one person, or what the people of a role begin with.

    `default` is the key of the view that opens when the address asks for none: a saved one's ID, a
    built-in one's key, "all" for no view, "" for no wish. `order` names keys; views not in it come last.
    """

    list_key = models.CharField(max_length=64)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, related_name="+")
    role = models.CharField(max_length=16, choices=Role, default="", blank=True)
    default = models.CharField(max_length=64, default="", blank=True)
    order = ArrayField(models.CharField(max_length=64), default=list, blank=True)

    class Meta(Scoped.Meta):
        verbose_name = _("arrangement of views")
        verbose_name_plural = _("arrangements of views")
        constraints = (
            models.UniqueConstraint(
                fields=("organization", "list_key", "user"), condition=Q(role=""), name="viewarrangement_person"
            ),
            models.UniqueConstraint(
                fields=("organization", "list_key", "role"), condition=Q(user=None), name="viewarrangement_role"
            ),
            models.CheckConstraint(
                condition=(Q(user=None) & ~Q(role="")) | (Q(user__isnull=False) & Q(role="")),
                name="viewarrangement_of_one",
            ),
        )

    def __str__(self) -> str:
        return f"{self.list_key}: {self.role or self.user_id}"
