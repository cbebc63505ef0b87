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
