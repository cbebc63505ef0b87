"""`manage.py import_rules FILE`: takes rules in from YAML, switched off."""

import argparse
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from automations.exchange.imports import Entry, Preview, Refused, import_rules, preview
from automations.exchange.reading import MAX_BYTES
from portal.audit.actor import Actor
from portal.tenancy.finding import NotFound, organization_named

REFUSED, WRONG = 1, 2

EPILOG = """\
Example: manage.py import_rules rules.yaml --organization "Tea & Tins" --dry-run

New rules land switched off at the end of their list; a rule whose ID is here already gets a new version and is
switched off. All of the file is imported, or nothing: what does not fit is told by line and place.
Exit codes: 0 done, 1 something in the file does not fit, 2 nothing could be done.
"""


class Command(BaseCommand):
    """Takes rules in: all of a file, or nothing."""

    help = "Take rules in from YAML, switched off."

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> Any:
        """Keep the line breaks of the example."""
        return super().create_parser(
            prog_name, subcommand, epilog=EPILOG, formatter_class=argparse.RawDescriptionHelpFormatter, **kwargs
        )

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Declare the arguments."""
        parser.add_argument(
            "file", metavar="FILE", help="what export_rules wrote; “-” reads from the keyboard or a pipe"
        )
        parser.add_argument("--organization", default="", help="id or name; needed where there are several")
        parser.add_argument("--dry-run", action="store_true", help="say what would happen; write nothing")

    def handle(self, *, file: str, organization: str, dry_run: bool, **options: Any) -> None:
        """Import, or say what an import would do."""
        try:
            ours, data = organization_named(organization), _read(file)
        except (NotFound, OSError) as error:
            raise CommandError(str(error), returncode=WRONG) from None
        if dry_run:
            found = preview(ours, data, may_code=True)
            self._tell(found)
            self.stdout.write("Nothing was written (--dry-run).")
            if found.refused:
                raise CommandError("The file cannot be imported as it is.", returncode=REFUSED)
            return
        try:
            found = import_rules(ours, data, by=Actor.system("import_rules"), may_code=True)
        except Refused as refused:
            self._tell(refused.preview)
            raise CommandError("Nothing was imported.", returncode=REFUSED) from None
        self._tell(found)
        self.stdout.write(f"Imported {found.writes}; they are switched off until somebody switches them on.")

    def _tell(self, found: Preview) -> None:
        if found.problem is not None:
            self.stdout.write(str(found.problem))
        for entry in found.entries:
            self._entry(entry)

    def _entry(self, entry: Entry) -> None:
        name = entry.text.name or "(without a name)"
        remark = f"  {entry.remark}" if entry.remark else ""
        self.stdout.write(f"{entry.outcome:>9}  {entry.text.trigger}  {name}{remark}")
        for one in entry.troubles:
            place = f" {one.place}:" if one.place else ""
            self.stdout.write(f"           line {one.line}:{place} {one.message}")


def _read(file: str) -> bytes:
    """Return the file, or no more of it than is needed to say that it is too large."""
    if file == "-":
        return sys.stdin.buffer.read(MAX_BYTES + 1)
    with Path(file).open("rb") as stream:
        return stream.read(MAX_BYTES + 1)
