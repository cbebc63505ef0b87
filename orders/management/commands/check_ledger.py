"""`manage.py check_ledger`: whether every level of stock is the sum of its ledger."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from orders.inventory.check import differing
from portal.tenancy.models import Organization


class Command(BaseCommand):
    """Adds the ledger up and compares. Reads only; may run on a live system at any time."""

    help = (
        "Checks that every level of stock is the sum of its ledger, and names what differs. Code 1 when something "
        "does. Example: manage.py check_ledger --sku TEA-1"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Describe the arguments."""
        parser.add_argument("--organization", default="", help="only of this one (its ID)")
        parser.add_argument("--sku", default="", help="only of this SKU")

    def handle(self, *args: Any, organization: str, sku: str, **options: Any) -> None:
        """Print what differs, and how many levels were compared."""
        only = Organization.objects.filter(public_id=organization).first() if organization else None
        if organization and only is None:
            raise CommandError(f"There is no organization {organization}.", returncode=2)
        found = differing(only, sku)
        for told in found.differences:
            self.stdout.write(told)
        if found.differences:
            raise CommandError(f"{len(found.differences)} of {found.levels:,} levels differ.", returncode=1)
        self.stdout.write(f"{found.levels:,} levels are the sum of their ledger.")
