"""Exchange CSV files with a custom integration through a directory."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from integrations.custom.files import exchange
from integrations.custom.files.take import NotTaken
from integrations.custom.keys import api_of
from integrations.models import Integration


class Command(BaseCommand):
    """`manage.py exchange_csv INTEGRATION --in DIR --out DIR`."""

    help = "Take in the files of a custom integration from DIR/inbound, and write what waits for it to DIR/outbound."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare what can be asked."""
        parser.add_argument("integration", help="The integration's ID, as its page shows it.")
        parser.add_argument("--in", dest="take", type=Path, metavar="DIR", help="Take in DIR/inbound.")
        parser.add_argument("--out", dest="write", type=Path, metavar="DIR", help="Write to DIR/outbound.")
        parser.add_argument(
            "--settled", type=float, default=exchange.RESTS, metavar="SECONDS",
            help="How long a file must not have changed before it is read (30).",
        )  # fmt: skip

    def handle(self, *args: Any, **options: Any) -> None:
        """Run it. Raises CommandError with a sentence."""
        if options["take"] is None and options["write"] is None:
            raise CommandError("Say --in DIR, --out DIR or both.")
        integration = _found(options["integration"])
        try:
            if options["take"] is not None:
                for line in exchange.take_in(integration, options["take"], rests=options["settled"]):
                    self.stdout.write(line)
            if options["write"] is not None:
                for line in exchange.write_out(integration, options["write"]):
                    self.stdout.write(line)
        except (NotTaken, exchange.Busy, OSError) as refused:
            raise CommandError(str(refused)) from refused


def _found(public_id: str) -> Integration:
    rows = Integration.across.filter(public_id=public_id, deleted_at=None)
    integration = rows.select_related("source", "organization").first()
    if integration is None or api_of(integration) is None:
        raise CommandError(f"There is no custom integration with the ID “{public_id}”. Its page shows the ID.")
    if not integration.enabled:
        raise CommandError(f"“{integration.name}” is switched off. Switch it on first; the files wait.")
    return integration
