"""`manage.py doctor`: is everything here as it should be? One line for each thing, and the cure."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from portal.events.models import Handoff
from portal.kit import claims, jobs

SILENCE_SECONDS = 60
FREE_MEGABYTES = 500


@dataclass(frozen=True)
class Finding:
    """What was looked at, how it is, and what helps where it is not well."""

    what: str
    told: str
    cure: str = ""

    @property
    def well(self) -> bool:
        """Whether nothing is to be done."""
        return not self.cure


class Command(BaseCommand):
    """Looks at the database, the tables, the background work, what waits, and the disk."""

    help = "Says whether everything works, and what helps where it does not."
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the findings. Ends with code 1 when one of them needs a cure."""
        findings = [_look(check) for check in CHECKS]
        for finding in findings:
            self.stdout.write(f"{'ok  ' if finding.well else 'CURE'}  {finding.what}: {finding.told}")
            if finding.cure:
                self.stdout.write(f"      {finding.cure}")
        if not all(finding.well for finding in findings):
            raise CommandError("Something needs a cure; see above.", returncode=1)


def _look(check: Callable[[], Finding]) -> Finding:
    try:
        return check()
    except DatabaseError as error:
        name = check.__name__.strip("_").replace("_", " ").capitalize()
        return Finding(name, str(error).split("\n")[0], "Mend the database first.")


def _database() -> Finding:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('server_version'), current_setting('fsync')")
        version, fsync = cursor.fetchone() or ("", "")
    cure = "" if fsync == "on" else "Its setting fsync is off: a power cut would lose orders. Switch it on."
    return Finding("Database", f"PostgreSQL {version}", cure)


def _tables() -> Finding:
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if plan:
        return Finding("Tables", f"{len(plan)} changes are missing", "Run: manage.py migrate")
    return Finding("Tables", "up to date")


def _background_work() -> Finding:
    age = jobs.seconds_since_heartbeat()
    if age is None:
        return Finding("Background work", "has never run", "Start it: manage.py work")
    told = f"last sign of life {age:.0f} s ago"
    return Finding("Background work", told, "Start it again: manage.py work" if age > SILENCE_SECONDS else "")


def _waiting_work() -> Finding:
    late = Handoff.across.exclude(state=claims.State.PARKED).count()
    return Finding("Waiting work", f"{late} events are to be dealt with")


def _set_aside() -> Finding:
    parked = Handoff.across.filter(state=claims.State.PARKED).count()
    cure = "See the exceptions; when the cause is mended: manage.py replay" if parked else ""
    return Finding("Set aside", f"{parked} events failed too often", cure)


def _disk() -> Finding:
    free = shutil.disk_usage(settings.VAR if settings.VAR.exists() else settings.ROOT).free // 2**20
    return Finding("Disk", f"{free:,} MB free", "Make room." if free < FREE_MEGABYTES else "")


CHECKS = (_database, _tables, _background_work, _waiting_work, _set_aside, _disk)
