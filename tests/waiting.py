"""Two at once, one behind the other: the second waits for a lock of the first, and goes on when that one has ended."""

import threading
import time
from collections.abc import Callable
from typing import TypeVar

from django.db import connection, connections, transaction

T = TypeVar("T")
SECONDS = 20


def behind(first: Callable[[], object], second: Callable[[], T]) -> T:
    """Return what `second` gives, or raise what it raises, having waited for the transaction of `first`."""
    given: list[T] = []
    raised: list[BaseException] = []

    def run() -> None:
        try:
            given.append(second())
        except BaseException as error:
            raised.append(error)
        finally:
            connections.close_all()

    other = threading.Thread(target=run)
    with transaction.atomic():
        first()
        other.start()
        until_somebody_waits(other)
    other.join(SECONDS)
    if raised:
        raise raised[0]
    assert given, "The second did not end."
    return given[0]


def until_somebody_waits(other: threading.Thread) -> None:
    """Return once somebody waits for a lock of this connection's transaction."""
    ends = time.monotonic() + SECONDS
    with connection.cursor() as cursor:
        while time.monotonic() < ends and other.is_alive():
            cursor.execute("SELECT 1 FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))")
            if cursor.fetchone():
                return
    raise AssertionError("Nobody waits.")
