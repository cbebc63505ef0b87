"""The organization that is measured: one source, twenty enabled rules."""

from dataclasses import dataclass

from automations import services
from bench.rules import RULES
from orders.models import Source
from portal.audit.actor import Actor
from portal.tenancy.models import Membership, Organization, User
from portal.tenancy.roles import Role

BY = Actor.system("Benchmark")


@dataclass(frozen=True, slots=True)
class Shop:
    """What the measurements need."""

    organization: Organization
    source: Source
    owner: User


def open_shop(*, rules: bool = True) -> Shop:
    """Make the organization, its owner, its source and its rules."""
    organization = Organization.objects.create(name="Benchmark")
    owner = User.objects.create_user("bench@example.com", name="Bench")
    Membership.objects.create(user=owner, organization=organization, role=Role.ADMINISTRATOR)
    source = Source.across.create(organization=organization, name="Online Retail", connector="import")
    services.ensure_defaults(organization)
    for definition in RULES if rules else ():
        rule = services.create_rule(organization, "NEW_ORDER", definition, by=BY)
        services.set_enabled(rule, True, by=BY)
    return Shop(organization, source, owner)
