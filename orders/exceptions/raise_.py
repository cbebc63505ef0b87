"""Raising exceptions: at the failure, in its transaction, once per cause.

A problem that is active already is the same one, met again: it counts up and shows the latest words.
Of many repeats few are told: a repeat makes a new version, with a line of history and an event, when
the count passes 2, 4, 8, 16 …, when there was an hour of silence before it, and when title, cure or the
shared cause have changed. So a failure that repeats every second leaves a handful of rows.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db import connection, transaction

from orders.documents.exception import entity, facets
from orders.documents.instants import instant
from orders.exceptions.catalogue import ExceptionType, exception_types
from orders.exceptions.cause import MOST, shared
from orders.exceptions.write import Told, close_where, tell
from portal.audit.actor import Actor
from portal.entities import patch
from portal.kit import json
from portal.kit.ids import new_public_id
from portal.kit.text import fold

SYSTEM = Actor.system()


@dataclass(frozen=True, slots=True)
class Problem:
    """What went wrong, for whom it concerns."""

    type: str
    organization_id: int
    cause_key: str
    """Same type and key: the same problem, met again."""
    title: str
    message: str
    cure: str = ""
    entity_type: str = ""
    entity_id: int | None = None
    entity_label: str = ""
    raw: bytes | None = None
    entity_public_id: str = ""
    """Of orders and sources it is looked up when it is left out."""
    source_id: int | None = None
    """The store that it has to do with; of orders and sources it is looked up when it is left out."""
    shared: str = ""
    """What it shares with others of the same cause; without it what the type's `share` names, without its own."""


def raise_exceptions(problems: Sequence[Problem], *, by: Actor = SYSTEM) -> None:
    """Write exceptions, each with history and event; one that is active already is counted up.

    One statement for all of them. Raises portal.kit.registry.Unknown for a type that nobody declared.
    """
    if not problems:
        return
    rows = [_values(one, times) for one, times in _merged(problems)]
    with transaction.atomic(savepoint=False), connection.cursor() as cursor:
        cursor.execute(_UPSERT, [list(column) for column in zip(*rows, strict=True)])
        tell([told for row in cursor.fetchall() if (told := _told(row, by))])


def close(
    organization_id: int, type_key: str, *, cause_key: str | Sequence[str] | None = None, by: Actor,
    state: str = "resolved",
) -> int:  # fmt: skip
    """Close active exceptions of a type: all of them, or those of one cause or several. Returns how many."""
    condition, params = "x.organization_id = %s AND x.type = %s", [organization_id, type_key]
    if cause_key is not None:
        keys = [cause_key] if isinstance(cause_key, str) else list(cause_key)
        condition, params = f"{condition} AND x.cause_key = ANY(%s)", [*params, [key[:300] for key in keys]]
    with transaction.atomic(savepoint=False):
        return len(close_where(condition, params, state, by=by, summary=GONE, cause="system"))


GONE = "Closed: its cause is over."


def _merged(problems: Sequence[Problem]) -> list[tuple[Problem, int]]:
    """Return the problems, those of one cause once, with how often they were met.

    In the order of their causes, so that two workers never wait for each other in a circle.
    """
    found: dict[tuple[int, str, str], tuple[Problem, int]] = {}
    for one in problems:
        key = (one.organization_id, one.type, one.cause_key[:300])
        before, times = found.get(key, (one, 0))
        raw = before.raw if one.raw is None else one.raw
        found[key] = (one if raw is one.raw else replace(one, raw=raw)), times + 1
    return [found[key] for key in sorted(found)]


def _values(one: Problem, times: int) -> tuple[Any, ...]:
    declared = exception_types.get(one.type)
    title, label, cure = one.title[:300], one.entity_label[:300], one.cure or str(declared.cure)
    asked: dict[str, Any] = {"title": title, "message": one.message, "cure": cure}
    if one.entity_type:
        asked["entity"] = entity(one.entity_type, None, label)
    cause = _cause(one, declared)
    return (
        one.organization_id, new_public_id(), one.type, declared.category, one.cause_key[:300], one.entity_type,
        one.entity_id, one.entity_public_id or None, label, one.source_id, title, one.message, cure, one.raw,
        json.dumps_text(facets().of(asked)), times, cause, fold(cause),
    )  # fmt: skip


def _cause(one: Problem, declared: ExceptionType) -> str:
    if one.shared:
        return one.shared[:MOST]
    told = ". ".join(str(getattr(one, part)).rstrip(". ") for part in declared.share)
    return shared(told, one.entity_label, one.entity_public_id)


_UPSERT = """
WITH given AS MATERIALIZED (
    SELECT * FROM unnest(
        %s::bigint[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::bigint[], %s::text[], %s::text[],
        %s::bigint[], %s::text[], %s::text[], %s::text[], %s::bytea[], %s::jsonb[], %s::int[],
        %s::text[], %s::text[]) WITH ORDINALITY
    AS n(organization_id, public_id, type, category, cause_key, entity_type, entity_id, entity_public_id, entity_label,
         source_id, title, message, cure, raw, facets, times, shared, shared_folded, place)),
concerned AS MATERIALIZED (
    SELECT o.id, o.public_id, o.source_id FROM orders_order o
    WHERE o.id IN (SELECT entity_id FROM given WHERE entity_type = 'order') ORDER BY o.id FOR NO KEY UPDATE),
former AS MATERIALIZED (
    SELECT x.id, x.times, x.title, x.message, x.cure, x.shared, x.last_seen_at, x.version FROM given g
    JOIN orders_orderexception x USING (organization_id, type, cause_key)
    WHERE x.state = 'active' AND (SELECT count(*) FROM concerned) >= 0
    ORDER BY x.id FOR UPDATE OF x),
written AS (
    INSERT INTO orders_orderexception AS x
        (organization_id, public_id, type, category, cause_key, entity_type, entity_id, entity_public_id, entity_label,
         source_id, title, message, cure, raw, facets, state, times, version, shared, shared_folded)
    SELECT g.organization_id, g.public_id, g.type, g.category, g.cause_key, g.entity_type, g.entity_id,
           coalesce(g.entity_public_id, o.public_id, s.public_id), g.entity_label,
           coalesce(g.source_id, o.source_id, s.id), g.title, g.message, g.cure, g.raw, g.facets, 'active', g.times, 1,
           g.shared, g.shared_folded
    FROM given g LEFT JOIN concerned o ON g.entity_type = 'order' AND o.id = g.entity_id
    LEFT JOIN orders_source s ON g.entity_type = 'source' AND s.id = g.entity_id
    WHERE (SELECT count(*) FROM former) >= 0
    ORDER BY g.place
    ON CONFLICT (organization_id, type, cause_key) WHERE state = 'active'
    DO UPDATE SET times = x.times + excluded.times, last_seen_at = now(), updated_at = now(),
        message = excluded.message, title = excluded.title, cure = excluded.cure, facets = excluded.facets,
        raw = coalesce(excluded.raw, x.raw), shared = excluded.shared, shared_folded = excluded.shared_folded,
        version = x.version + CASE WHEN x.title <> excluded.title OR x.cure <> excluded.cure
            OR x.shared <> excluded.shared
            OR x.last_seen_at < now() - interval '1 hour'
            OR length(ltrim((x.times + excluded.times)::bit(32)::text, '0'))
                > length(ltrim(x.times::bit(32)::text, '0'))
            THEN 1 ELSE 0 END
    RETURNING x.id, x.organization_id, x.entity_type, x.version, x.times, x.title, x.message, x.cure,
        x.shared, x.last_seen_at)
SELECT w.*, f.version, f.times, f.title, f.message, f.cure, f.shared, f.last_seen_at
FROM written w LEFT JOIN former f ON f.id = w.id ORDER BY w.id
"""
"""Orders are locked before exceptions, as everywhere (`orders.locks`); `former` is what each was before."""


def _told(row: tuple[Any, ...], by: Actor) -> Told | None:
    """Return what history and event tell of a written row; nothing of a repeat that is not told."""
    pk, organization_id, kind, version, *after = row[:10]
    former, *before = row[10:]
    heard = kind != "exception"  # no rule judges an exception about an exception, so nobody has to hear of it
    if version == 1 and former is None:
        return Told(pk, organization_id, 0, 1, by, "raised", f"Raised: {after[1]}", cause="raised", announce=heard)
    if former is None or former == version:
        return None
    changes = patch.diff(_asked(before), _asked(after))
    return Told(
        pk, organization_id, former, version, by, "seen again", _again(after[0]), changes, "again", announce=heard
    )


def _asked(values: Sequence[Any]) -> dict[str, Any]:
    times, title, message, cure, cause, seen = values
    told = {"times": times, "title": title, "message": message, "lastSeenAt": instant(seen)}
    return told | ({"cure": cure} if cure else {}) | ({"cause": cause} if cause else {})


def _again(times: int) -> str:
    return f"Seen again, {times} times by now."
