"""`manage.py replay`: have work tried again that was set aside after failing too often."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from portal.events import dispatch
from portal.tenancy.models import Organization


class Command(BaseCommand):
    """Returns parked events to the queue."""

    help = "Has work tried again that failed too often and was set aside."

    def add_arguments(self, parser: CommandParser) -> None:
        """Describe the arguments."""
        parser.add_argument("--organization", default="", help="only of this one (its ID)")
        parser.add_argument("--consumer", default="", help="only of this part, for example automations")
        parser.add_argument("--event", type=int, help="only this one")

    def handle(self, *args: Any, **options: Any) -> None:
        """Put them back and say how many."""
        wanted = options["organization"]
        organization = Organization.objects.filter(public_id=wanted).first() if wanted else None
        if wanted and organization is None:
            raise CommandError(f"There is no organization {wanted}.")
        if options["consumer"] and options["consumer"] not in dispatch.consumers:
            known = ", ".join(dispatch.consumers.keys())
            raise CommandError(f"There is no part called {options['consumer']}; there are: {known}.")
        count = dispatch.replay(
            organization.pk if organization else None, consumer=options["consumer"], event_id=options["event"]
        )
        self.stdout.write(f"{count} put back; they are tried again now.")
