"""`manage.py export_rules`: the rules of an organization as YAML."""

import argparse
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from automations.engine.triggers import triggers
from automations.exchange.exports import export_all, export_one
from automations.models import Rule
from portal.kit.registry import Unknown
from portal.tenancy.finding import NotFound, organization_named
from portal.tenancy.models import Organization

WRONG = 2

EPILOG = """\
Example: manage.py export_rules --organization "Tea & Tins" --output rules.yaml

Writes the rules in the order in which they run, to the screen or to a file: all, those of one trigger, or one.
Exit codes: 0 done, 2 nothing could be done.
"""


class Command(BaseCommand):
    """Writes rules as text that people read and git compares."""

    help = "Write the rules of an organization as YAML."

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> Any:
        """Keep the line breaks of the example."""
        return super().create_parser(
            prog_name, subcommand, epilog=EPILOG, formatter_class=argparse.RawDescriptionHelpFormatter, **kwargs
        )

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Declare the arguments."""
        parser.add_argument("--organization", default="", help="id or name; needed where there are several")
        parser.add_argument("--trigger", default="", help=f"only these: {', '.join(triggers.keys())}")
        parser.add_argument("--rule", default="", metavar="ID", help="only this rule")
        parser.add_argument("--output", type=Path, metavar="FILE", help="write to a file, not to the screen")

    def handle(self, *, organization: str, trigger: str, rule: str, output: Path | None, **options: Any) -> None:
        """Write them."""
        try:
            text = _text(organization_named(organization), trigger, rule)
            if output is not None:
                output.write_text(text, encoding="utf-8")
        except (NotFound, Unknown, OSError) as error:
            raise CommandError(str(error), returncode=WRONG) from None
        if output is None:
            self.stdout.write(text, ending="")
        else:
            self.stdout.write(f"Wrote {text.count(chr(10)):,} lines to {output}.")


def _text(organization: Organization, trigger: str, rule: str) -> str:
    if not rule:
        return export_all(organization, trigger=trigger)
    rows = Rule.objects.within(organization).select_related("current", "organization")
    found = rows.filter(public_id=rule, deleted_at=None).first()
    if found is None:
        raise NotFound(f"There is no rule {rule} in {organization.name}.")
    return export_one(found)
