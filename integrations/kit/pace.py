"""The pace of an integration: one token bucket, shared by all processes through its row.

A call takes its token in one short statement before it goes out. The bucket may go into debt: whoever
takes a token that is not there yet is told how long to wait for it, so that callers queue up fairly.
"""

import math

from django.db import connection

from integrations.manifest import Limits


def take(integration_id: int, limits: Limits) -> float:
    """Take one token; return the seconds to wait before the call.

    During a pause that the other side asked for, nothing is taken and its rest is returned.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO integrations_pace AS p (integration_id, tokens, at)
            VALUES (%(id)s, %(burst)s - 1.0, clock_timestamp())
            ON CONFLICT (integration_id) DO UPDATE SET
                tokens = CASE WHEN p.blocked_until > clock_timestamp() THEN p.tokens ELSE least(
                    %(burst)s, p.tokens + %(rate)s * greatest(0, extract(epoch FROM clock_timestamp() - p.at))
                ) - 1 END,
                at = CASE WHEN p.blocked_until > clock_timestamp() THEN p.at ELSE clock_timestamp() END
            RETURNING tokens, greatest(0, extract(epoch FROM blocked_until - clock_timestamp()))
            """,
            {"id": integration_id, "burst": float(limits.burst), "rate": limits.per_second},
        )
        row = cursor.fetchone()
    assert row is not None
    tokens, pause = float(row[0]), float(row[1] or 0)
    return pause if pause > 0 else max(0.0, -tokens / limits.per_second)


def take_many(integration_id: int, limits: Limits, count: int) -> int:
    """Take up to `count` tokens that are there now, for calls right after each other. Returns how many.

    During a pause that the other side asked for there are none.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH now AS MATERIALIZED (
                SELECT p.integration_id, floor(least(
                    %(burst)s, p.tokens + %(rate)s * greatest(0, extract(epoch FROM clock_timestamp() - p.at))
                )) AS there FROM integrations_pace p
                WHERE p.integration_id = %(id)s AND (p.blocked_until IS NULL OR p.blocked_until <= clock_timestamp())
                FOR UPDATE
            )
            UPDATE integrations_pace p SET
                tokens = least(%(burst)s,
                    p.tokens + %(rate)s * greatest(0, extract(epoch FROM clock_timestamp() - p.at))
                ) - least(%(count)s, now.there),
                at = clock_timestamp()
            FROM now WHERE p.integration_id = now.integration_id AND now.there > 0
            RETURNING least(%(count)s, now.there)::int
            """,
            {"id": integration_id, "burst": float(limits.burst), "rate": limits.per_second, "count": count},
        )
        row = cursor.fetchone()
    return int(row[0]) if row else 0


def give_back(integration_id: int, count: int) -> None:
    """Return tokens that were taken and not needed."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE integrations_pace SET tokens = tokens + %s WHERE integration_id = %s", [count, integration_id]
        )


def pause(integration_id: int, seconds: int) -> None:
    """Let nobody call this integration's other side for so many seconds."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO integrations_pace AS p (integration_id, tokens, at, blocked_until)
            VALUES (%(id)s, 0, clock_timestamp(), clock_timestamp() + %(s)s * interval '1 second')
            ON CONFLICT (integration_id) DO UPDATE SET
                blocked_until = greatest(p.blocked_until, clock_timestamp() + %(s)s * interval '1 second')
            """,
            {"id": integration_id, "s": seconds},
        )


def rest(integration_id: int) -> int:
    """Return the whole seconds of a pause that are left."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT extract(epoch FROM blocked_until - clock_timestamp()) FROM integrations_pace "
            "WHERE integration_id = %s AND blocked_until > clock_timestamp()",
            [integration_id],
        )
        row = cursor.fetchone()
    return math.ceil(row[0]) if row else 0
