"""The door to django-q2. A task says "look now" and carries nothing: the work stands in tables.

- `ring("automations")` in a transaction: after the commit one task is queued, however often it rang.
- `@bell("automations")` names the function that answers. It takes what is due, and may run twice and
  beside itself.
- `@watcher("release holds", every=0.5)` names a function that the *watch* calls again and again. The
  watch is a scheduled pass that lasts until the next one starts, so what must be punctual does not
  wait for django-q2's scheduler, which looks only every half minute.

Losing every queued task costs a minute: the watch rings the bells whose work was left behind.
"""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from django.db import close_old_connections, connection, transaction

from portal.kit.group import leaving
from portal.kit.registry import Registry

log = logging.getLogger(__name__)

Job = Callable[[], object]
_WATCH_SECONDS = 110
"""Longer than the longest gap between two scheduled starts (a minute, up to half a minute late)."""
_PATIENCE = 1.0
"""Seconds after which a bell that nobody answers shows that all workers are busy."""
_LOST = 20.0
"""Seconds after which it is taken as lost, and may be rung again."""


@dataclass(frozen=True, slots=True)
class Watcher:
    """A function that the watch calls every so many seconds."""

    name: str
    every: float
    job: Job


bells: Registry[Job] = Registry("bell")
watchers: Registry[Watcher] = Registry("watcher")


def bell(name: str) -> Callable[[Job], Job]:
    """Register the function that runs when `name` is rung."""
    return lambda job: bells.register(name, job)


def watcher(name: str, *, every: float) -> Callable[[Job], Job]:
    """Register a function for the watch to call about every `every` seconds."""

    def register(job: Job) -> Job:
        watchers.register(name, Watcher(name, every, job))
        return job

    return register


def ring(name: str) -> None:
    """Have the bell answered by a worker as soon as the present transaction is committed."""
    bells.get(name)
    # Robust: the change is committed by then, and what a lost bell leaves behind is swept up.
    transaction.on_commit(partial(_queue, name), robust=True)


def _queue(name: str) -> None:
    """Queue one task unless one is waiting already."""
    from django_q.tasks import async_task

    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO portal_bell (name, queued_at) VALUES (%s, clock_timestamp())
            ON CONFLICT (name) DO UPDATE SET queued_at = clock_timestamp()
            WHERE portal_bell.queued_at IS NULL
               OR portal_bell.queued_at < clock_timestamp() - %s * interval '1 second'
            RETURNING name
            """,
            [name, _LOST],
        )
        if cursor.fetchone() is None:
            return
    async_task("portal.kit.jobs.answer", name, save=False)


def answer(name: str) -> None:
    """Run what a bell stands for. The bell may ring again from here on, so no ring is lost."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE portal_bell SET queued_at = NULL WHERE name = %s", [name])
    bells.get(name)()


def others_wait(*, but: str) -> bool:
    """Say whether another bell than `but` has waited for a worker for more than a moment.

    Who has a long turn then ends it, once nothing is left half-done, and rings for the rest: the queue is fair.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT 1 FROM portal_bell WHERE name <> %s AND clock_timestamp() - queued_at "
            "BETWEEN %s * interval '1 second' AND %s * interval '1 second')",
            [but, _PATIENCE, _LOST],
        )
        row = cursor.fetchone()
    return bool(row and row[0])


def watch(seconds: float = _WATCH_SECONDS) -> None:
    """Call every watcher at its pace until the next watch starts or the workers are stopping.

    At the longest for `seconds`, should no next watch ever start.
    """
    generation = _begin()
    ends = time.monotonic() + seconds
    due = dict.fromkeys(watchers.keys(), 0.0)
    while time.monotonic() < ends and not leaving() and _alive(generation):
        for one in watchers.all():
            if time.monotonic() >= due[one.name]:
                _call(one)
                due[one.name] = time.monotonic() + one.every
        time.sleep(max(0.05, min(due.values(), default=1.0) - time.monotonic()))


def _call(one: Watcher) -> None:
    """Call a watcher; its failure is logged and stops no other."""
    try:
        one.job()
    except Exception:
        log.exception("The watcher “%s” failed; it is called again in %s s", one.name, one.every)
        close_old_connections()


def _begin() -> int:
    """Start a new generation of the watch; the older one sees it and ends."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO portal_heartbeat (name, at, generation) VALUES ('watch', clock_timestamp(), 1)
            ON CONFLICT (name) DO UPDATE SET at = clock_timestamp(), generation = portal_heartbeat.generation + 1
            RETURNING generation
            """
        )
        row = cursor.fetchone()
    assert row is not None
    return int(row[0])


def _alive(generation: int) -> bool:
    """Write when the watch last looked, and say whether no newer one has started."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE portal_heartbeat SET at = clock_timestamp() WHERE name = 'watch' AND generation = %s",
            [generation],
        )
        return bool(cursor.rowcount == 1)


@watcher("pulse", every=2)
def pulse() -> None:
    """Send a task through the queue: only one that comes out again shows that work is done."""
    ring("pulse")


@bell("pulse")
def beat() -> None:
    """Write the sign of life. The watch alone would show it while the queue behind it stands still."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO portal_heartbeat (name, at, generation) VALUES ('pulse', clock_timestamp(), 1)
            ON CONFLICT (name) DO UPDATE SET at = clock_timestamp()
            """
        )


def seconds_since_heartbeat() -> float | None:
    """Return the age of the last sign of life in seconds; None: there was none yet."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT extract(epoch FROM clock_timestamp() - at) FROM portal_heartbeat WHERE name = 'pulse'")
        row = cursor.fetchone()
    return float(row[0]) if row else None


def ensure_schedules() -> None:
    """Write the schedules that the code knows, once, however many workers start at the same time."""
    from django_q.models import Schedule

    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('portal.kit.jobs.ensure_schedules'))")
        Schedule.objects.exclude(name="watch").filter(func__startswith="portal.").delete()
        Schedule.objects.update_or_create(
            name="watch",
            defaults={
                "func": "portal.kit.jobs.watch",
                "schedule_type": Schedule.MINUTES,
                "minutes": 1,
                "repeats": -1,
                "kwargs": {"q_options": {"timeout": _WATCH_SECONDS + 60, "save": False}},
            },
        )


def start_watching() -> None:
    """Queue a first watch now rather than at the scheduler's next look."""
    from django_q.tasks import async_task

    async_task("portal.kit.jobs.watch", timeout=_WATCH_SECONDS + 60, save=False)
