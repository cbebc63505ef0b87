"""`manage.py work`: the background work of this machine, kept alive."""

import logging
import signal
import sys
import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, connection

from portal import env
from portal.kit import jobs
from portal.kit.group import Group

log = logging.getLogger(__name__)

LOOK_SECONDS = 0.5
"""How often we look whether the child still runs and whether we are asked to stop."""
HEARTBEAT_SECONDS = 5.0
"""How often the sign of life is read."""


class Command(BaseCommand):
    """Runs django-q2's cluster as a child, and starts it again when it gives no sign of life."""

    help = "Does the background work: events, rules, holds, what is fetched from stores."

    def handle(self, *args: Any, **options: Any) -> None:
        """Work until SIGTERM or SIGINT. An end of the cluster that nobody asked for is a failure."""
        jobs.ensure_schedules()
        Keeper(
            silence=env.number("SWITCHYARD_WORK_SILENCE", 180, low=5, high=3600),
            grace=env.number("SWITCHYARD_WORK_GRACE", 90, low=1, high=3600),
        ).run()


class Keeper:
    """Keeps one cluster running. `silence` and `grace` in seconds: without a sign of life; to end gently."""

    def __init__(self, *, silence: float, grace: float) -> None:
        self._silence = silence
        self._grace = grace
        self._asked_to_stop = False
        self._look_at_heartbeat = 0.0

    def run(self) -> None:
        """Start the cluster and stay with it. Raises CommandError when it ends by itself."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._ask_to_stop)
        cluster = self._start()
        try:
            while not self._asked_to_stop:
                if (code := cluster.ended()) is not None:
                    raise CommandError(f"The background work ended by itself, with code {code}.", returncode=1)
                if self._is_silent():
                    log.error("No sign of life for %s s: the background work is ended and started again", self._silence)
                    cluster.kill()
                    cluster = self._start()
                time.sleep(LOOK_SECONDS)
        finally:
            self._stop(cluster)

    def _ask_to_stop(self, *_: object) -> None:
        self._asked_to_stop = True

    def _start(self) -> Group:
        jobs.start_watching()
        connection.close()
        self._started = time.monotonic()
        return Group([sys.executable, sys.argv[0], "cluster"])

    def _is_silent(self) -> bool:
        """Say whether the cluster has been given `silence` seconds and shown nothing in all of them."""
        moment = time.monotonic()
        if moment < self._look_at_heartbeat or moment - self._started < self._silence:
            return False
        self._look_at_heartbeat = moment + HEARTBEAT_SECONDS
        try:
            age = jobs.seconds_since_heartbeat()
        except DatabaseError:
            log.warning("The database does not answer; the sign of life cannot be read")
            connection.close()
            return False
        return age is None or age > self._silence

    def _stop(self, cluster: Group) -> None:
        if not cluster.stop(seconds=self._grace):
            log.error("The background work did not end within %s s and was killed", self._grace)
