"""Ending the runs that waited with a conditional hold, however the hold has ended."""

from collections.abc import Collection, Mapping

from django.db import connection

from portal.kit import json
from portal.kit.json import Json

WHY = {
    "condition": "Its condition was met.",
    "fail_safe": "Its condition was not met in time: the fail-safe released it.",
    "released": "A person released it.",
    "superseded": "The order went on otherwise.",
}
"""What a run says of the end of its hold, by the outcome of the hold."""

_SETTLE = """
UPDATE automations_run r
SET status = 'completed', updated_at = clock_timestamp(),
    trace = r.trace || jsonb_build_object('released', jsonb_build_object(
        'why', coalesce(%s::jsonb ->> h.outcome, ''), 'outcome', h.outcome, 'by', h.ended_by,
        'at', to_char(h.ended_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
    ) || coalesce(e.told, '{{}}'::jsonb))
FROM orders_hold h
LEFT JOIN unnest(%s::bigint[], %s::jsonb[]) AS e(hold_id, told) ON e.hold_id = h.id
WHERE r.id = h.run_id AND r.status = 'waiting' AND h.kind = 'conditional' AND h.ended_at IS NOT NULL AND {of}
"""


def settle(orders: Collection[int], told: Mapping[int, Json] | None = None) -> int:
    """End the waiting runs of holds of these orders that have ended. Returns how many.

    `told` is what else the runs tell of the end, by hold id. In one statement: safe to run twice.
    """
    return _run("h.order_id = ANY(%s)", list(orders), told or {})


def settle_lately(minutes: int = 60) -> int:
    """End the waiting runs of all holds that have ended lately: for ends that nobody was told of."""
    return _run("h.ended_at > now() - make_interval(mins => %s)", minutes, {})


def _run(of: str, param: int | list[int], told: Mapping[int, Json]) -> int:
    texts = [json.dumps_text(one) for one in told.values()]
    with connection.cursor() as cursor:
        cursor.execute(_SETTLE.format(of=of), [json.dumps_text(WHY), list(told), texts, param])
        return int(cursor.rowcount)
