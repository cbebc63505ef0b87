"""What the rules have judged since their engine came on, so that its second look hands over nothing a second time.

The first look, in the transaction that switches the engine on, hands over what it can see. The second one, when all
have ended who wrote then (`portal.kit.elders`), is for what that could not see: events of transactions that had not
ended. Some of these asked when the engine was on by then; their events were handed over by themselves, and are noted
here as they are judged. A run tells of it only where a rule has run.
"""

from collections.abc import Iterable, Sequence

from django.db import connection

from orders.engines.setting import AUTOMATION
from portal.events.models import Event

UNSEEN = """NOT pg_visible_in_snapshot(
    (c.now - ((c.now - e.xmin::text::bigint) & 4294967295))::text::xid8, nullif(s.first_look, '')::pg_snapshot)"""
"""Of an event `e` and the setting `s` of an engine: the first look could not see it. `c` is `CLOCK`.

A row tells only the lower half of the number of its transaction; the upper half is that of the present one, or one
less.
"""
CLOCK = "(SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint AS now)"


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
    WHERE e.id = ANY(%(ids)s) AND e.organization_id = s.organization_id AND {UNSEEN})
WHERE s.organization_id = ANY(%(owners)s) AND s.engine = %(engine)s AND s.elders IS NOT NULL
  AND s.first_look <> ''
"""  # noqa: S608 - constants


def begin(organization_id: int, snapshot: str) -> None:
    """Keep what the first look could see; nothing has been judged since."""
    _set(organization_id, [snapshot, None])


def end(organization_id: int) -> None:
    """Forget it: the second look is over."""
    _set(organization_id, ["", None])


def _set(organization_id: int, values: Iterable[str | None]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE orders_enginesetting SET first_look = %s, judged = %s WHERE organization_id = %s AND engine = %s",
            [*values, organization_id, AUTOMATION],
        )
