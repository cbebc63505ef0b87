"""The one place that reads the wall clock, so that everything else is given its time."""

import datetime as dt

from django.db import connection


def now() -> dt.datetime:
    """Return this machine's time, UTC and aware. For leases and due times use `database_now`."""
    return dt.datetime.now(dt.UTC)


def database_now() -> dt.datetime:
    """Return the database's time: the only clock that decides what is due.

    A worker on a machine with a wrong clock must neither hide nor fire work early
    (reliability.md B1), so leases, holds and back-off compare against this one.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        row = cursor.fetchone()
    assert row is not None
    moment: dt.datetime = row[0]
    return moment.astimezone(dt.UTC)
