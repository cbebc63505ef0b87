"""What the rules know of since their engine came on, so that its second look hands over nothing a second time.

The first look, in the transaction that switches the engine on, hands over what it can see. The second one, when all
have ended who wrote then (`portal.kit.elders`), is for what that could not see: events of transactions that had not
ended. Some of these asked when the engine was on by then; their events were handed over by themselves, and are noted
here as they are judged. A run tells of it only where a rule has run.

Whether a look could see an event is not asked of the row: it carries the number of a subtransaction, of which no
snapshot tells. So the first look notes what it sees of those that may have been writing (`RECENT`).
"""

from collections.abc import Sequence

from django.db import connection

from orders.engines.setting import AUTOMATION
from portal.events.models import Event

_NUMBER = "(c.now - ((c.now - e.xmin::text::bigint) & 4294967295))"
"""Of the transaction that wrote an event `e`; `c` is `CLOCK`.

A row tells only the lower half of it; the upper half is that of the present one, or one less.
"""
CLOCK = "(SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint AS now)"
RECENT = f"{_NUMBER} >= pg_snapshot_xmin(nullif(s.first_look, '')::pg_snapshot)::text::bigint"
"""Of an event `e` and the setting `s` of an engine: its transaction began no earlier than the oldest that had not ended
at the first look."""
RECENT_NOW = f"{_NUMBER} >= pg_snapshot_xmin(pg_current_snapshot())::text::bigint"


def note(events: Sequence[Event]) -> None:
    """Note what is being judged while a second look is still to come; call it first in the transaction that judges.

    Then who looks a second time waits for it, and not it for who looks.
    """
    owners = sorted({one.organization_id for one in events})
    with connection.cursor() as cursor:
        cursor.execute(_NOTE, {"ids": [one.pk for one in events], "engine": AUTOMATION, "owners": owners})


_NOTE = f"""
UPDATE orders_enginesetting s SET judged = coalesce(s.judged, '{{}}') || (
    SELECT coalesce(array_agg(e.id), '{{}}') FROM portal_event e, {CLOCK} c
    WHERE e.id = ANY(%(ids)s) AND e.organization_id = s.organization_id AND {RECENT})
WHERE s.organization_id = ANY(%(owners)s) AND s.engine = %(engine)s AND s.elders IS NOT NULL
  AND s.first_look <> ''
"""  # noqa: S608 - constants


def begin(organization_id: int, snapshot: str, seen: Sequence[int]) -> None:
    """Keep how the first look saw the database, and which of the recent events: the rules know of them."""
    _set(organization_id, snapshot, list(seen))


def end(organization_id: int) -> None:
    """Forget it: the second look is over."""
    _set(organization_id, "", None)


def _set(organization_id: int, snapshot: str, known: list[int] | None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE orders_enginesetting SET first_look = %s, judged = %s WHERE organization_id = %s AND engine = %s",
            [snapshot, known, organization_id, AUTOMATION],
        )
