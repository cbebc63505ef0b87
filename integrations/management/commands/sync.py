"""`manage.py sync`: pull from one integration now, and see what comes."""

import datetime as dt
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime

from integrations import lifecycle
from integrations.capabilities import SellsOrders
from integrations.connect import client_of
from integrations.kit.errors import OutsideFailed
from integrations.manifest import Direction
from integrations.models import FlowState, Integration
from integrations.sync import pull, rehearse
from integrations.sync.outcome import Outcome
from portal.kit import claims
from portal.kit.secrets import CannotOpen

_EXAMPLE = """
examples:
  manage.py sync "Tea shop"                    look at the store now
  manage.py sync 61837c36547d4466 --dry-run    say what would come, and write nothing
  manage.py sync "Tea shop" --from 2026-01-31  go through everything changed since then once more
"""


class Command(BaseCommand):
    """Pulls the flows of one integration in this process, whatever their schedule says."""

    help = "Pulls orders and locations of one integration now. Ends with code 1 when that does not work."

    def create_parser(self, *args: Any, **kwargs: Any) -> Any:
        """Keep the lines of the examples."""
        parser = super().create_parser(*args, **kwargs)
        parser.epilog = _EXAMPLE
        return parser

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Name, start and dry run."""
        from argparse import RawDescriptionHelpFormatter

        parser.formatter_class = RawDescriptionHelpFormatter
        parser.add_argument("integration", help="its name or its ID")
        parser.add_argument("--from", dest="since", help="a date or time, such as 2026-01-31 or 2026-01-31T08:00Z")
        parser.add_argument("--dry-run", action="store_true", help="only say what would come")

    def handle(self, *args: Any, **options: Any) -> None:
        """Pull. Raises CommandError with the cause and the cure."""
        integration = _find(options["integration"])
        since = _moment(options["since"])
        if not integration.is_active:
            raise CommandError(f"{integration.name} is “{integration.status.label}”, so nothing can be pulled.")
        try:
            outcomes = self._rehearse(integration, since) if options["dry_run"] else self._pull(integration, since)
        except OutsideFailed as failed:
            raise CommandError(f"{failed.sentence()} {failed.reaction.cure}") from failed
        except CannotOpen as error:
            raise CommandError(str(error)) from error
        for flow, outcome in outcomes.items():
            self.stdout.write(f"{flow}: {_words(outcome)}")

    def _rehearse(self, integration: Integration, since: dt.datetime | None) -> dict[str, Outcome]:
        state = FlowState.objects.select_related("integration").get(integration=integration, flow="orders")
        client, _way = client_of(integration)
        if not isinstance(client, SellsOrders):
            raise CommandError(f"{integration.name} pulls no orders: a dry run shows what would become of orders.")
        self.stdout.write("Dry run: nothing is written.")
        return {"orders": rehearse.orders(state, client, since=since)}

    def _pull(self, integration: Integration, since: dt.datetime | None) -> dict[str, Outcome]:
        lifecycle.sync_now(integration)
        if since is not None:
            _go_back(integration, since)
        outcomes: dict[str, Outcome] = {}
        for flow in (one for one in lifecycle.running(integration) if integration.flows.get(one) == Direction.PULL):
            outcomes[flow] = _run(integration, flow)
        return outcomes


def _run(integration: Integration, flow: str) -> Outcome:
    where, params = f"{pull.runnable()} AND t.integration_id = %s AND t.flow = %s", [integration.pk, flow]
    taken = claims.claim(FlowState, limit=1, lease=pull.LEASE, where=where, params=params)
    if not taken:
        raise CommandError(f"The flow “{flow}” is being worked on, or a pause was asked for. Try again in a minute.")
    outcome = pull.run(taken[0])
    if outcome is None:
        state = FlowState.objects.get(pk=taken[0].id)
        raise CommandError(f"{flow}: {state.last_error or 'stopped before it was through'}")
    return outcome


def _go_back(integration: Integration, since: dt.datetime) -> None:
    """Let the cursor of orders begin at an earlier moment; what is here already stays as it is."""
    seconds = int(since.timestamp())
    state = FlowState.objects.get(integration=integration, flow="orders")
    start = min(seconds, int(state.cursor.get("start", seconds)))
    FlowState.objects.filter(pk=state.pk).update(cursor={"start": start, "position": seconds + 600, "deleted": seconds})


def _find(name: str) -> Integration:
    present = Integration.across.filter(deleted_at=None).select_related("source", "organization")
    found = list(present.filter(public_id=name) or present.filter(name=name))
    if not found:
        known = ", ".join(f"“{one}”" for one in present.values_list("name", flat=True)[:20]) or "none"
        raise CommandError(f"There is no integration “{name}”. There are: {known}.")
    if len(found) > 1:
        ids = ", ".join(f"{one.public_id} ({one.organization})" for one in found)
        raise CommandError(f"Several integrations are called “{name}”; use an ID: {ids}.")
    return found[0]


def _moment(text: str | None) -> dt.datetime | None:
    if text is None:
        return None
    try:
        day = parse_date(text)
        moment = dt.datetime.combine(day, dt.time()) if day else parse_datetime(text)
    except ValueError as error:
        raise CommandError(f"“{text}” is no date: {error}.") from error
    if moment is None:
        raise CommandError(f"“{text}” is no date; write it as 2026-01-31 or 2026-01-31T08:00Z.")
    return moment if timezone.is_aware(moment) else moment.replace(tzinfo=dt.UTC)


def _words(outcome: Outcome) -> str:
    counts = {
        "new": outcome.created,
        "changed": outcome.updated,
        "unchanged": outcome.unchanged,
        "deleted": outcome.deleted,
        "not readable": outcome.refused,
        "left out": outcome.left_out,
    }
    return ", ".join(f"{count} {word}" for word, count in counts.items() if count) or "nothing new"
