"""Doing something of an organization by turns: one worker at a time, and the others see whose turn it is.

A turn is an advisory lock that ends with its transaction, whatever becomes of the worker. Nobody waits for one.
"""

from django.db import connection

MOST = 2**31
"""Organizations are told apart by what is left of their ids after a division by this."""


def take(what: str, organization_id: int) -> bool:
    """Take the turn of an organization until the end of the present transaction. False: another worker has it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtext(%s), %s)", [what, organization_id % MOST])
        row = cursor.fetchone()
    return bool(row and row[0])


def of_others(what: str) -> list[int]:
    """Return the organizations, by id modulo MOST, whose turn others have at this moment."""
    with connection.cursor() as cursor:
        cursor.execute(_OTHERS, [what])
        return [row[0] for row in cursor.fetchall()]


_OTHERS = """
SELECT l.objid::bigint FROM pg_locks l
WHERE l.locktype = 'advisory' AND l.objsubid = 2 AND l.classid::bigint = hashtext(%s)::bit(32)::bigint
  AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
  AND l.granted AND l.pid <> pg_backend_pid()
"""
"""An advisory lock of two numbers stands there with the first as `classid`, which is a number without a sign."""
