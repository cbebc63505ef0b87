"""`manage.py demo`: an organization to begin with, and two people who can sign in to it."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from automations.definition import ActionSpec, Definition, FilterSpec
from automations.exchange.imports import import_rules
from automations.services import create_rule, ensure_defaults, set_enabled
from portal.audit.actor import Actor
from portal.filters.codec import encode
from portal.filters.tree import Condition, Group
from portal.tenancy.models import Membership, Organization, User
from portal.tenancy.roles import Role

NAME = "Tea & Tins"
TIMEZONE = "Europe/London"
PASSWORD = "switchyard-demo"  # noqa: S105 - printed on purpose: the demo is for one's own machine
PEOPLE = (
    ("demo@example.com", "Dana Demo", Role.ADMINISTRATOR),
    ("viewer@example.com", "Vic Viewer", Role.VIEWER),
)

EXAMPLES = Path(__file__).parents[3] / "docs" / "examples" / "rules.yaml"

GOES_AT_ONCE = Definition(
    name="Small orders go at once",
    description="So that the demo's loop is seen within a minute; what is dearer waits for the default rule's ten.",
    filter=FilterSpec(tree=encode(Group("all", (Condition("totalPrice", "lt", 60),)))),
    actions=(ActionSpec(key="send_for_fulfillment"),),
)

WELCOME = """Sign in as {email} with the password {password} (or as {viewer}, who may only look).
Try this: open Orders, place an order in the sandbox shop{shop}, and follow it to the warehouse and back."""


class Command(BaseCommand):
    """Makes the demo organization. Its orders come from the sandbox shop (`connect_sandboxes`)."""

    help = "Makes an organization with an administrator and a viewer, and prints how to sign in."

    def add_arguments(self, parser: CommandParser) -> None:
        """Describe the switch."""
        parser.add_argument("--if-empty", action="store_true", help="do nothing where there is an organization already")

    def handle(self, *args: Any, **options: Any) -> None:
        """Make it once; say how to sign in as long as that is still true."""
        if not Organization.objects.exists():
            make()
        elif not options["if_empty"]:
            raise CommandError("There is an organization already. Use create_organization to add another one.")
        if words := welcome():
            self.stdout.write(words)


@transaction.atomic
def make() -> Organization:
    """Make the demo organization: its people, the default rules, one for small orders, others to look at, off."""
    organization = Organization.objects.create(name=NAME, timezone=TIMEZONE)
    for email, name, role in PEOPLE:
        user = User.objects.create_user(email, PASSWORD, name=name, timezone=TIMEZONE)
        Membership.objects.create(user=user, organization=organization, role=role)
    ensure_defaults(organization)
    import_rules(organization, EXAMPLES.read_bytes(), by=Actor.system(), may_code=True)
    rule = create_rule(organization, "NEW_ORDER", GOES_AT_ONCE, by=Actor.system())
    set_enabled(rule, True, by=Actor.system())
    return organization


def welcome() -> str:
    """Return how to sign in, or nothing where the demo's password has been changed since."""
    user = User.objects.filter(email=PEOPLE[0][0]).first()
    if user is None or not user.check_password(PASSWORD):
        return ""
    shop = f" ({settings.SANDBOX_URL})" if settings.SANDBOX_URL else ""
    return WELCOME.format(email=PEOPLE[0][0], password=PASSWORD, viewer=PEOPLE[1][0], shop=shop)
