"""Roles and what each may do (behaviour.md 9.1, reliability.md D)."""

import enum

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """What a member is in an organization."""

    ADMINISTRATOR = "administrator", _("Administrator")
    USER = "user", _("User")
    DEVELOPER = "developer", _("Developer")
    VIEWER = "viewer", _("Viewer")


class Permission(enum.StrEnum):
    """What a view or service asks for."""

    VIEW = "view"
    OPERATE = "operate"
    EDIT_RULES = "edit_rules"
    EDIT_CODE_RULES = "edit_code_rules"
    CREDENTIALS = "credentials"
    USERS = "users"


_GRANTS: dict[Role, frozenset[Permission]] = {
    Role.ADMINISTRATOR: frozenset(Permission),
    Role.USER: frozenset({Permission.VIEW, Permission.OPERATE, Permission.EDIT_RULES}),
    Role.DEVELOPER: frozenset(Permission) - {Permission.USERS},
    Role.VIEWER: frozenset({Permission.VIEW}),
}


def allows(role: Role, permission: Permission) -> bool:
    """Say whether `role` carries `permission`."""
    return permission in _GRANTS[role]
