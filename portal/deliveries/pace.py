"""How many deliveries of a kind an organization may send in an hour: a limit that protects people's mailboxes."""

from django.db import connection


def take(organization_id: int, kind: str, *, per_hour: int) -> bool:
    """Count one delivery; False where the hour is full already.

    One statement, so that any number of workers share the count. The hour is the clock's, by the
    database: it begins afresh at :00.
    """
    if per_hour <= 0:
        return False
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, [organization_id, kind, per_hour])
        return cursor.fetchone() is not None


_TAKE = """
INSERT INTO portal_deliverypace AS p (organization_id, kind, hour, count)
VALUES (%s, %s, date_trunc('hour', clock_timestamp()), 1)
ON CONFLICT (organization_id, kind) DO UPDATE
SET hour = excluded.hour, count = CASE WHEN p.hour = excluded.hour THEN p.count + 1 ELSE 1 END
WHERE p.hour <> excluded.hour OR p.count < %s
RETURNING p.count
"""
