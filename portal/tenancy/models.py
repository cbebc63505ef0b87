"""People, organizations and who may do what in which."""

import datetime as dt
import zoneinfo
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from portal.kit.clock import now
from portal.kit.ids import new_public_id
from portal.tenancy.roles import Permission, Role, allows


def check_timezone(name: str) -> None:
    """Refuse a name that no timezone has."""
    if name not in zoneinfo.available_timezones():
        raise ValidationError(
            _("“%(name)s” is not a timezone; choose one such as Europe/Berlin."), params={"name": name}
        )


class UserManager(BaseUserManager["User"]):
    """Makes users; the e-mail address is the login."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Make a user with a hashed password (none: cannot sign in yet)."""
        user = self.model(email=self.normalize_email(email), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Make a user who may enter Django admin and everything in it."""
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, email: str | None) -> "User":
        """Find by e-mail, whatever its case."""
        return self.with_email(email or "").get()

    def with_email(self, email: str) -> models.QuerySet["User"]:
        """Return who has this e-mail, by the very folding that keeps e-mails unique.

        Another one, such as `iexact`, finds two people where addresses differ in a letter such as “ı”.
        """
        return self.alias(folded=Lower("email")).filter(folded=Lower(models.Value(email)))


class User(AbstractBaseUser, PermissionsMixin):
    """A person. What they may do is said by their memberships."""

    class Theme(models.TextChoices):
        AUTO = "auto", _("Like the system")
        LIGHT = "light", _("Light")
        DARK = "dark", _("Dark")

    email = models.EmailField(_("e-mail"))
    name = models.CharField(_("name"), max_length=120)
    timezone = models.CharField(max_length=64, default="UTC", validators=[check_timezone])
    theme = models.CharField(max_length=5, choices=Theme, default=Theme.AUTO)
    is_staff = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=now)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    class Meta:
        constraints = (models.UniqueConstraint(Lower("email"), name="user_email_once"),)

    def __str__(self) -> str:
        return self.name or self.email


class Organization(models.Model):
    """The tenant: every record belongs to one, and nothing crosses from one to another."""

    public_id = models.CharField(max_length=16, unique=True, default=new_public_id, editable=False)
    name = models.CharField(max_length=120)
    timezone = models.CharField(max_length=64, default="UTC", validators=[check_timezone])
    created_at = models.DateTimeField(default=now)
    members = models.ManyToManyField(User, through="Membership", related_name="organizations")

    def __str__(self) -> str:
        return self.name

    @property
    def zone(self) -> dt.tzinfo:
        """Return its timezone: days and times of whoever has none of their own are read in it."""
        return zoneinfo.ZoneInfo(self.timezone)


class Membership(models.Model):
    """A user's role in an organization (behaviour.md 9.1)."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=16, choices=Role)
    created_at = models.DateTimeField(default=now)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("user", "organization"), name="member_once"),)

    def __str__(self) -> str:
        return f"{self.user} in {self.organization}"

    def may(self, permission: Permission) -> bool:
        """Say whether this member's role carries the permission."""
        return allows(Role(self.role), permission)
