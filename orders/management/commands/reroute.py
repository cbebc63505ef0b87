"""`manage.py reroute`: route orders again, as *Re-run routing* does on their pages."""

import argparse
from collections import Counter
from collections.abc import Sequence
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db.models import Q

from orders.models import Order
from orders.routing.decision import Outcome
from orders.routing.retry import rerun
from orders.routing.run import why_left
from orders.routing.try_route import try_route
from portal.audit.actor import Actor
from portal.kit.text import fold
from portal.tenancy.finding import NotFound, organization_named
from portal.tenancy.models import Organization

FAILED, WRONG = 1, 2
EPILOG = """\
Examples:
  manage.py reroute '#1001' 0a1b2c3d4e5f6071
  manage.py reroute --failed --dry-run
  manage.py reroute --failed --organization "Tea & Tins Ltd"

An order is named by its ID or its number. Each is routed in a transaction of its own; what is in a shipping
request already is not routed a second time. --dry-run decides, and writes nothing.
Exit codes: 0 done, 1 some could not be routed, 2 wrong arguments.
"""


class Command(BaseCommand):
    """Safe beside the background work, and to stop at any time."""

    help = "Routes orders again: those named, or all that could not be routed."

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> Any:
        """Keep the line breaks of the examples."""
        return super().create_parser(
            prog_name, subcommand, epilog=EPILOG, formatter_class=argparse.RawDescriptionHelpFormatter, **kwargs
        )

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Declare the arguments."""
        parser.add_argument("order", nargs="*", metavar="ORDER", help="IDs or numbers of orders")
        parser.add_argument("--failed", action="store_true", help="all orders that could not be routed")
        parser.add_argument("--organization", default="", help="ID or name; needed where there are several")
        parser.add_argument("--dry-run", action="store_true", help="say what would be decided; write nothing")

    def handle(self, *args: Any, order: list[str], failed: bool, dry_run: bool, **options: Any) -> None:
        """Route them, and say of each what came of it."""
        if bool(order) == failed:
            raise CommandError("Say which orders: their IDs or numbers, or --failed.", returncode=WRONG)
        try:
            organization = organization_named(options["organization"])
        except NotFound as error:
            raise CommandError(str(error), returncode=WRONG) from None
        found = _named(organization, order) if order else _failed(organization)
        outcomes = Counter(self._try(one) if dry_run else self._route(one) for one in found)
        total = sum(outcomes.values())
        well = outcomes[Outcome.ROUTED] + outcomes[Outcome.WAITING]
        told = f"{total:,} orders: {well:,} routed, {outcomes[Outcome.FAILED]:,} could not be routed"
        self.stdout.write(f"{told}, {total - well - outcomes[Outcome.FAILED]:,} left as they are.")
        if dry_run:
            self.stdout.write("Nothing was done (--dry-run).")
        elif outcomes[Outcome.FAILED]:
            raise CommandError("What could not be routed stands in the exceptions.", returncode=FAILED)

    def _route(self, order: Order) -> Outcome | None:
        result = rerun(order.pk, Actor.system("manage.py reroute"))
        self.stdout.write(f"{order.ext_order_id}: {result.sentence}")
        return result.outcome

    def _try(self, order: Order) -> Outcome | None:
        if left := why_left(order):
            self.stdout.write(f"{order.ext_order_id}: {left}")
            return None
        decision = try_route(order)
        self.stdout.write(f"{order.ext_order_id}: {decision.sentence}")
        return decision.outcome


def _named(organization: Organization, names: Sequence[str]) -> list[Order]:
    found: dict[int, Order] = {}
    for name in names:
        numbers = [fold(name), f"#{fold(name)}"]
        rows = Order.across.filter(Q(public_id=name) | Q(number_folded__in=numbers), organization=organization)
        some = list(rows.select_related("organization", "source"))
        if not some:
            raise CommandError(f"There is no order “{name}” here.", returncode=WRONG)
        found |= {one.pk: one for one in some}
    return [found[pk] for pk in sorted(found)]


def _failed(organization: Organization) -> list[Order]:
    rows = Order.across.filter(organization=organization, routing_status="failed", deleted_at=None)
    return list(rows.select_related("organization", "source").order_by("pk"))
