"""`manage.py replay_runs`: run rules again whose runs failed or were refused."""

import argparse
import zoneinfo
from collections import Counter
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db.models import QuerySet

from automations import replay
from automations.lists.runs import run_list
from automations.models import Run
from portal.audit.actor import Actor
from portal.kit.clock import now
from portal.savedviews import services
from portal.tenancy.finding import NotFound, organization_named
from portal.tenancy.models import Organization
from portal.ui import asking

FAILED, WRONG = 1, 2
EPILOG = """\
Examples:
  manage.py replay_runs 075d7d4cbb48e070
  manage.py replay_runs --filter 'f=status~is_one_of~failed&f=createdAt~in_last~2~days' --dry-run
  manage.py replay_runs --search "Hold big orders"

Each rule is judged anew, as it is now, on its record as that is now, and what it does then is done.
A filter is JSON, or an address of the history as it stands in the browser.
Exit codes: 0 done, 1 some failed again, 2 wrong arguments.
"""


class Command(BaseCommand):
    """Does what *Run again* does in the history, for as many as are found."""

    help = "Runs rules again whose runs failed or were refused."

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> Any:
        """Keep the line breaks of the examples."""
        return super().create_parser(
            prog_name, subcommand, epilog=EPILOG, formatter_class=argparse.RawDescriptionHelpFormatter, **kwargs
        )

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Declare the arguments."""
        parser.add_argument("run", nargs="*", metavar="RUN", help="IDs of runs")
        parser.add_argument("--filter", default="", metavar="JSON|ADDRESS", help="which runs of the history")
        parser.add_argument("--search", default="", metavar="TEXT", help="what one would type into the search box")
        parser.add_argument("--organization", default="", help="ID or name; needed where there are several")
        parser.add_argument("--dry-run", action="store_true", help="say how many would be run again; do nothing")

    def handle(self, *args: Any, run: list[str], filter: str, search: str, dry_run: bool, **options: Any) -> None:
        """Run them again, and say what came of it."""
        if not (run or filter or search):
            raise CommandError("Say which runs: their IDs, --filter or --search.", returncode=WRONG)
        try:
            organization = organization_named(options["organization"])
        except NotFound as error:
            raise CommandError(str(error), returncode=WRONG) from None
        wanted = replay.plan(_rows(organization, run, filter, search))
        self._left(wanted.left)
        if dry_run:
            self.stdout.write(f"{len(wanted.fitting):,} would be run again. Nothing was done (--dry-run).")
            return
        result = replay.run_again(organization, wanted.fitting, by=Actor.system("manage.py replay_runs"))
        self._left(result.left)
        well, troubled = result.count(Run.Status.COMPLETED, Run.Status.WAITING), result.count(*replay.AGAIN)
        self.stdout.write(
            f"{well:,} did their work, {troubled:,} failed again, {len(result.unmatched):,} do not match any more."
        )
        if troubled:
            raise CommandError("What failed again stands in the history.", returncode=FAILED)

    def _left(self, left: list[tuple[Run, str]]) -> None:
        for why, count in Counter(why for _run, why in left).most_common():
            self.stdout.write(f"{count:,} left: {why}.")


def _rows(organization: Organization, ids: list[str], text: str, search: str) -> list[Run]:
    page = run_list()
    rows: QuerySet[Run] = page.rows(organization)
    if text or search:
        zone = zoneinfo.ZoneInfo(organization.timezone)

        def find(name: str) -> str:
            return services.find(organization, None, page.key, name).query

        try:
            state = asking.state_of(page, zone, find, text=text, search=search)
        except (services.ViewRefused, asking.BadQuestion) as error:
            raise CommandError(str(error), returncode=WRONG) from None
        rows = page.filtered(organization, state, zone, now())
    if ids:
        rows = rows.filter(public_id__in=ids)
    found = list(rows.order_by("-pk"))
    if missing := set(ids) - {one.public_id for one in found}:
        raise CommandError(f"There is no run {sorted(missing)[0]} here.", returncode=WRONG)
    return found
