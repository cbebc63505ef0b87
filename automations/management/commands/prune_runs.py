"""`manage.py prune_runs`: remove runs and counters that are past their time, now and to the end."""

import argparse
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from automations import retention
from portal.tenancy.models import Organization


class Command(BaseCommand):
    """Does what the background work does by itself; safe beside it, and safe to stop."""

    help = (
        "Removes runs that are older than RUNS_KEPT_DAYS and counters older than 400 days. Runs that an open "
        "hold, an active exception or an unsent message needs stay. Example: manage.py prune_runs --dry-run"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Describe the arguments."""
        parser.add_argument("--organization", default="", help="only of this one (its ID)")
        parser.add_argument("--days", type=_days, help="keep so many days instead of RUNS_KEPT_DAYS")
        parser.add_argument("--dry-run", action="store_true", help="only say how many would go")

    def handle(self, *args: Any, organization: str, days: int | None, dry_run: bool, **options: Any) -> None:
        """Remove them, or count them, and say how many."""
        only = Organization.objects.filter(public_id=organization).first() if organization else None
        if organization and only is None:
            raise CommandError(f"There is no organization {organization}.")
        act = retention.preview if dry_run else retention.prune
        found = act(days=days, organization=only)
        told = f"{found.runs:,} runs and {found.counters:,} counters"
        kept = retention.kept_days() if days is None else days
        ending = "would go. Nothing was removed (--dry-run)." if dry_run else "removed."
        self.stdout.write(f"{told} {ending} Runs are kept for {kept} days.")


def _days(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 36_500:
        raise argparse.ArgumentTypeError(f"“{text}” is not a whole number from 1 to 36500")
    return int(text)
