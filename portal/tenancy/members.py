"""Who belongs to an organization: adding, changing the role, removing. An administrator always remains."""

import secrets
from dataclasses import dataclass

from django.db import IntegrityError, transaction

from portal.tenancy.models import Membership, Organization, User
from portal.tenancy.roles import Role


class MemberRefused(ValueError):
    """The members cannot be changed so; the message says why."""


class MemberAlready(MemberRefused):
    """This person is a member already."""


class LastAdministrator(MemberRefused):
    """An organization needs an administrator. Make somebody else one first."""


@dataclass(frozen=True)
class Added:
    """A new member; `password` is the first one of somebody who was not here before, else empty."""

    membership: Membership
    password: str


def add_member(organization: Organization, *, email: str, name: str, role: Role) -> Added:
    """Add a person, who is made if there is nobody with this e-mail. Raises MemberAlready."""
    user, password = User.objects.with_email(email).first(), ""
    try:
        with transaction.atomic():
            if user is None:
                password = secrets.token_urlsafe(12)
                user = User.objects.create_user(email, password, name=name, timezone=organization.timezone)
            membership = Membership.objects.create(user=user, organization=organization, role=role)
    except IntegrityError:
        raise MemberAlready(MemberAlready.__doc__) from None
    return Added(membership, password)


def change_role(membership: Membership, role: Role) -> None:
    """Give a member another role. Raises LastAdministrator."""
    with transaction.atomic():
        _keep_an_administrator(membership, gone=role != Role.ADMINISTRATOR)
        membership.role = role
        membership.save(update_fields=["role"])


def remove_member(membership: Membership) -> None:
    """End a membership; what the person has done stays in the history. Raises LastAdministrator."""
    with transaction.atomic():
        _keep_an_administrator(membership, gone=True)
        membership.delete()


def _keep_an_administrator(membership: Membership, *, gone: bool) -> None:
    """Lock the administrators, so that two of them cannot remove each other at the same time."""
    rows = Membership.objects.select_for_update(of=("self",)).filter(
        organization=membership.organization, role=Role.ADMINISTRATOR
    )
    administrators = [row.pk for row in rows.order_by("pk")]
    if gone and administrators == [membership.pk]:
        raise LastAdministrator(LastAdministrator.__doc__)
