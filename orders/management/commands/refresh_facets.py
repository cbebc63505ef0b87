"""`manage.py refresh_facets`: write again what filters read beside each order, after the catalogue has changed."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from orders.documents.rewrite import BATCH, rewriting, stale
from orders.models import Order, OrderLine


class Command(BaseCommand):
    """Safe beside the background work, and to stop at any time: each batch is a transaction of its own."""

    help = "Writes the facets of orders and lines again, and the columns that repeat the document."

    def add_arguments(self, parser: CommandParser) -> None:
        """Describe the switches."""
        parser.add_argument("--after", type=int, default=0, metavar="ID", help="go on after the order of this ID")
        parser.add_argument("--batch", type=int, default=BATCH, metavar="N", help="orders in one transaction")
        parser.add_argument("--dry-run", action="store_true", help="only say how many orders are out of date")

    def handle(self, *args: Any, **options: Any) -> None:
        """Write them, and say after each batch how far it is."""
        after, batch = options["after"], options["batch"]
        if batch < 1:
            raise CommandError("--batch must be at least 1.")
        if options["dry_run"]:
            found = [(done.orders, old) for done, old in stale(Order, OrderLine, after=after, batch=batch)]
            looked, old = sum(orders for orders, _ in found), sum(old for _, old in found)
            self.stdout.write(f"{old:,} of {looked:,} orders are out of date.")
            return
        total = 0
        try:
            for done in rewriting(Order, after=after, batch=batch):
                total, after = total + done.orders, done.last
                self.stdout.write(f"{total:,} orders written; the last one is {after}.")
        except KeyboardInterrupt:
            raise CommandError(f"Stopped. Go on with --after {after}.", returncode=130) from None
        self.stdout.write(f"Done: {total:,} orders.")
