"""`manage.py release_holds`: end the holds that are due, once, without the background work."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db.models.functions import Now

from orders.lifecycle.holds import release_all_due
from orders.models import Hold


class Command(BaseCommand):
    """Does what the background work does twice a second; safe beside it."""

    help = "Ends every hold whose time has come."

    def add_arguments(self, parser: CommandParser) -> None:
        """Describe the switch."""
        parser.add_argument("--dry-run", action="store_true", help="only say how many are due")

    def handle(self, *args: Any, **options: Any) -> None:
        """End them and say how many."""
        if options["dry_run"]:
            due = Hold.across.filter(ended_at=None, due_at__lte=Now()).count()
            self.stdout.write(f"{due} holds are due.")
            return
        self.stdout.write(f"{release_all_due()} holds ended.")
