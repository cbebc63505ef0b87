"""`manage.py create_organization NAME --email ADDRESS`: a new organization with its administrator."""

import getpass
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_email
from django.db import transaction

from automations.hold_engine.settings import give
from automations.services import ensure_defaults
from portal.tenancy.models import Membership, Organization, User, check_timezone
from portal.tenancy.roles import Role


class Command(BaseCommand):
    """Makes an organization, its default rules, and the person who looks after it."""

    help = "Makes an organization with an administrator and its default rules."

    def add_arguments(self, parser: CommandParser) -> None:
        """Describe the arguments."""
        parser.add_argument("name", help="name of the organization")
        parser.add_argument("--email", required=True, help="e-mail address of the administrator")
        parser.add_argument("--person", default="", help="name of the administrator")
        parser.add_argument("--timezone", default="UTC", help="for example Europe/Berlin")
        parser.add_argument(
            "--order-hold-engine", action="store_true", help="with the Order Hold Engine, until it migrates to rules"
        )
        parser.add_argument("--password-from-stdin", action="store_true", help="read the password, do not ask for it")

    def handle(self, *args: Any, **options: Any) -> None:
        """Make it. A person who is here already becomes the administrator and keeps the password."""
        try:
            validate_email(options["email"])
            check_timezone(options["timezone"])
            user = User.objects.with_email(options["email"]).first()
            password = None if user else self._password(from_stdin=options["password_from_stdin"])
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from None
        with transaction.atomic():
            organization = Organization.objects.create(name=options["name"], timezone=options["timezone"])
            user = user or _make_user(password, **options)
            Membership.objects.create(user=user, organization=organization, role=Role.ADMINISTRATOR)
            ensure_defaults(organization)
            if options["order_hold_engine"]:
                give(organization)
        self.stdout.write(f"Made {organization.name}. {user.email} can sign in as its administrator.")

    def _password(self, *, from_stdin: bool) -> str:
        password = input() if from_stdin else getpass.getpass("Password of the administrator: ")
        validate_password(password)
        return password


def _make_user(password: str | None, *, email: str, person: str, timezone: str, **_: Any) -> User:
    return User.objects.create_user(email, password, name=person or email.split("@")[0], timezone=timezone)
