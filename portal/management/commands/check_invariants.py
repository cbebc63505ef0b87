"""`manage.py check_invariants`: whether everything that must be true is true."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from portal.kit.invariants import broken, invariants


class Command(BaseCommand):
    """Asks every invariant. Reads only; may run on a live system at any time."""

    help = "Check what must always be true of orders, holds, events and runs. Example: manage.py check_invariants"

    def handle(self, *args: Any, **options: Any) -> None:
        """Print one line per invariant. Exit code 1 when one is broken."""
        bad = {one.invariant.key: one for one in broken()}
        for one in invariants.all():
            found = bad.get(one.key)
            self.stdout.write(f"{'BROKEN' if found else 'holds '}  {one.says}")
            for example in found.by if found else ():
                self.stdout.write(f"        {example}")
        if bad:
            raise CommandError(f"{len(bad)} of {len(invariants)} invariants do not hold.", returncode=1)
