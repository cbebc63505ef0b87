"""Take orders in from a file."""

import argparse
from contextlib import closing
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from orders.imports.format import Format, UnreadableFile, formats
from orders.imports.progress import ProgressBar
from orders.imports.run import ImportedElsewhere, Outcome, import_file, preview
from orders.imports.tally import Tally
from portal.audit.actor import Actor
from portal.kit.registry import Unknown
from portal.tenancy.finding import NotFound, organization_named
from portal.tenancy.models import Organization

WRONG = 2
INTERRUPTED = 130

EPILOG = """\
Example: manage.py import_orders sales.csv.gz --format online-retail --dry-run

Each document of the file becomes an order, a canceled order, or an exception that keeps its rows.
An import that was cut off goes on where it stopped; a second import of the same file changes nothing.
Exit codes: 0 done (also when documents were refused), 2 nothing could be done, 130 interrupted.
"""


class Command(BaseCommand):
    """`manage.py import_orders FILE --format online-retail`."""

    help = "Take orders in from a file."

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> Any:
        """Keep the line breaks of the example."""
        return super().create_parser(
            prog_name, subcommand, epilog=EPILOG, formatter_class=argparse.RawDescriptionHelpFormatter, **kwargs
        )

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Declare the arguments."""
        formats.discover("orders.imports.formats")
        parser.add_argument("file", type=Path, metavar="FILE", help="the file, plain or gzipped")
        parser.add_argument("--format", required=True, help=f"how it is written: {', '.join(formats.keys())}")
        parser.add_argument("--organization", default="", help="id or name; needed where there are several")
        parser.add_argument("--limit", type=_positive, help="take only the first so many documents")
        parser.add_argument("--batch", type=_positive, default=200, help="documents a transaction (default: 200)")
        parser.add_argument("--dry-run", action="store_true", help="say what would happen; write nothing")

    def handle(self, *, file: Path, format: str, organization: str, dry_run: bool, **options: Any) -> None:
        """Import, then print the summary."""
        try:
            form = formats.get(format)
            if dry_run:
                self._preview(form, file, options["limit"])
            else:
                self._import(organization_named(organization), form, file, options)
        except (Unknown, UnreadableFile, ImportedElsewhere, NotFound) as error:
            raise CommandError(str(error), returncode=WRONG) from error
        except KeyboardInterrupt:
            raise CommandError(
                "Interrupted. What was taken in stays; run it again to go on.", returncode=INTERRUPTED
            ) from None

    def _preview(self, form: Format, file: Path, limit: int | None) -> None:
        with self._bar() as bar:
            tally = preview(form, file, limit=limit, progress=bar)
        self._summary(tally)
        self.stdout.write("Nothing was written (--dry-run).")

    def _import(self, organization: Organization, form: Format, file: Path, options: dict[str, Any]) -> None:
        with self._bar() as bar:
            outcome = import_file(
                organization,
                form,
                file,
                by=Actor.system(form.source_name),
                batch=options["batch"],
                limit=options["limit"],
                progress=bar,
            )
        self._report(outcome)

    def _bar(self) -> "closing[ProgressBar]":
        return closing(ProgressBar(self._write, "documents", live=self.stdout.isatty()))

    def _write(self, text: str) -> None:
        """Write as it stands: without the line end that Django adds, and at once."""
        self.stdout.write(text, ending="")
        self.stdout.flush()

    def _report(self, outcome: Outcome) -> None:
        if outcome.started_at:
            self.stdout.write(f"Went on after the first {outcome.started_at:,}, which were taken in before.")
        self._summary(outcome.tally)
        tally = outcome.tally
        self.stdout.write(f"New here {tally.created:,}, updated {tally.updated:,}, unchanged {tally.unchanged:,}.")
        if tally.refused:
            self.stdout.write("What was refused stands under Exceptions, each with its rows.")

    def _summary(self, tally: Tally) -> None:
        self._line("orders", tally.orders)
        self._line("cancellations (as canceled orders)", tally.cancellations)
        self._line("refused", tally.refused.total())
        for (field, reason), times in tally.refused.most_common():
            self._line(f"  {field}: {reason}", times)
        self._line("documents in all", tally.documents)

    def _line(self, label: str, count: int) -> None:
        self.stdout.write(f"{count:>9,}  {label}")


def _positive(text: str) -> int:
    if not text.isdecimal() or not int(text):
        raise argparse.ArgumentTypeError(f"“{text}” is not a whole number above 0")
    return int(text)
